/** Text for Slack: what people and tools wrote stays text, and fits. Pure. */
import { clean, cutAt, oneLine } from '../../src/domain/report/plain.ts';

/** Said where something was cut, so that nobody takes the rest for the whole. */
export const CUT_NOTE = ' … (shortened: the report has all of it)';

/**
 * Data within a mrkdwn text, on one line. `&`, `<` and `>` are Slack's control characters: escaped, data can't ping
 * a channel or hide a link. A backtick would begin code and swallow what we write after it.
 */
export function mrkdwn(data: string): string {
  return escapeControls(oneLine(data).replaceAll('`', 'ˋ'));
}

/** Commands as a block that can be copied. Three backticks in one would end the block: they are kept apart. */
export function codeBlock(lines: string[], max: number): string {
  const text = lines.map((line) => clean(line).replaceAll('```', '`\u200b`\u200b`')).join('\n');
  return `\`\`\`${fit(text, max - 6, escapeControls)}\`\`\``;
}

/** Text for a header, which has no markup: what Slack could take for a control character is replaced. */
export function plain(data: string, max: number): string {
  const text = oneLine(data).replaceAll('<', '‹').replaceAll('>', '›').replaceAll('&', '＆');
  return text.length <= max ? text : `${cutAt(text, max - 1)}…`;
}

/** As much of the data as fits in `max` characters after it was escaped, and a note where it was cut. */
export function fit(data: string, max: number, escape: (data: string) => string = mrkdwn): string {
  const whole = escape(data);
  if (whole.length <= max) return whole;
  // The data is cut, not its escaped form: half of `&amp;` would be read as text.
  let low = 0;
  let high = data.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (escape(cutAt(data, middle)).length + CUT_NOTE.length <= max) low = middle;
    else high = middle - 1;
  }
  return escape(cutAt(data, low)) + CUT_NOTE;
}

function escapeControls(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
