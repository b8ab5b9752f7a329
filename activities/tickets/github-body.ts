/** Tickets as GitHub's Markdown. Pure: whatever the data holds, it stays text, and calls nobody. */
import type { Marker, Paragraph } from '../../src/domain/follow-up/tickets.ts';
import { table, text } from '../../src/domain/report/markdown.ts';

/** GitHub takes 65,536 characters. */
const MAX_BODY = 60_000;

export function githubBody(body: Paragraph[], marker: Marker): string {
  const paragraphs = body.map((paragraph) =>
    typeof paragraph === 'string'
      ? sentence(paragraph)
      : table(
          ['What', 'Value'],
          paragraph.map(([name, value]) => [plain(name), plain(value)]),
        ).join('\n'),
  );
  const whole = paragraphs.join('\n\n').slice(0, MAX_BODY);
  return `${whole}\n\n<sub>Made by Backout, which finds it again by \`${marker}\`.</sub>\n`;
}

/** Escapes all but the commands between backticks, which come from us. */
function sentence(paragraph: string): string {
  return paragraph
    .split(/(`[^`]*`)/)
    .map((part, index) => (index % 2 === 1 ? part : keepBlanks(part)))
    .join('');
}

/** Keeps the blanks at the ends, which `text` would take away. */
function keepBlanks(part: string): string {
  const [, before = '', inner = '', after = ''] = /^(\s*)(.*?)(\s*)$/s.exec(part) ?? [];
  return `${before}${plain(inner)}${after}`;
}

/** `@name` would call somebody, `#12` and `owner/name#12` would stand in that history. */
function plain(data: string): string {
  return text(data)
    .replace(/@(?=[\w-])/g, '@\u200b')
    .replace(/#(?=\d)/g, '#\u200b');
}
