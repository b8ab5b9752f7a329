/** Markdown from data. Whatever the data holds, it stays text: no markup, no HTML, no new line of the report. */
import { clean, oneLine } from './plain.ts';

/**
 * Text within a line. Escapes only what would mean something there, so that the raw file stays readable:
 * `snake_case` and `2.4.1` look the same before and after. What stands between backticks becomes code, to be copied as it is.
 */
export function text(data: string): string {
  return oneLine(data)
    .split(CODE)
    .map((part, index) => (index % 2 === 1 ? code(part) : index === 0 ? escapeStart(part) : escape(part)))
    .join('');
}

/** A pair of single backticks round something without blanks at its ends; any other backtick is text. */
const CODE = /(?<!`)`(?!\s)([^`]+)(?<!\s)`(?!`)/;

const escape = (data: string): string =>
  data
    .replace(/[\\`*[\]~]/g, '\\$&')
    .replace(/&(?=#?\w+;)/g, '&amp;')
    .replaceAll('<', '&lt;')
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\_');

/** At the start of a list item these would begin a heading, a quote, a list or a rule. */
const escapeStart = (data: string): string =>
  escape(data)
    .replace(/^(?:>|=|[#+-](?=[\s#+-]|$))/, '\\$&')
    .replace(/^(\d+)(?=[.)](?:\s|$))/, '$1\\');

/** Code within a line, with as many backticks round it as the data needs. */
export function code(data: string): string {
  const line = oneLine(data);
  if (line === '') return '';
  const fence = '`'.repeat(longestRun(line) + 1);
  const pad = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${line}${pad}${fence}`;
}

/** A block of code. Lines stay lines. */
export function codeBlock(lines: string[]): string[] {
  const cleaned = lines.map(clean);
  const fence = '`'.repeat(Math.max(3, longestRun(cleaned.join('\n')) + 1));
  return [`${fence}text`, ...cleaned, fence];
}

/** A table. Cells are Markdown already; a bar in one is escaped, since it would end the cell. */
export function table(header: string[], rows: string[][]): string[] {
  const line = (cells: string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(header), `|${header.map(() => ' --- |').join('')}`, ...rows.map(line)];
}

function cell(markdown: string): string {
  return markdown.replaceAll('|', '\\|');
}

function longestRun(data: string): number {
  return Math.max(0, ...[...data.matchAll(/`+/g)].map(([run]) => run.length));
}
