/**
 * Text from people and tools, made harmless before it goes anywhere. A reason, a log line or a command's output
 * can hold anything, and a report is read with `cat` as often as in a browser.
 */

// What a terminal obeys (ANSI sequences), and what turns the order of letters round so that a text reads falsely.
// eslint-disable-next-line no-control-regex
const ANSI = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;
// eslint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
const BIDI = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Without terminal sequences, control characters and changes of direction. Keeps line breaks and tabs. */
export function clean(text: string): string {
  return text
    .replace(ANSI, '')
    .replace(/\r\n?|\u2028|\u2029/g, '\n')
    .replace(CONTROLS, '\ufffd')
    .replace(BIDI, '');
}

/** Clean, and on one line: a line break can't begin a heading, a table row or a field that nobody wrote. */
export function oneLine(text: string): string {
  return clean(text)
    .trim()
    .replace(/\s*\n\s*/g, ' ⏎ ')
    .replaceAll('\t', ' ');
}

/** At most `max` UTF-16 units, without cutting a character in half; says so where something was cut. */
export function shorten(text: string, max: number): string {
  if (text.length <= max) return text;
  return `${cutAt(text, max - 1)}…`;
}

/** The longest beginning of at most `max` UTF-16 units that does not end in half a surrogate pair. */
export function cutAt(text: string, max: number): string {
  const cut = text.slice(0, Math.max(0, max));
  return /[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut;
}

/** `one`, `one and two`, `one, two and three`. */
export function enumerate(items: string[]): string {
  if (items.length <= 1) return items[0] ?? '';
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

/** With a full stop, unless the text ends a sentence already. */
export function asSentence(text: string): string {
  return /[.!?…]["”’)]?$/.test(text) ? text : `${text}.`;
}

export const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
