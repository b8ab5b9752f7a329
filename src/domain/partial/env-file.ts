/** Environment files (KEY=value): read, and changed in one value with every other byte as it was. Pure. */

export type EnvEntry = {
  key: string;
  /** As it stands there, with its quotes. */
  raw: string;
  /** Where `raw` begins and ends in the text. */
  start: number;
  end: number;
  /** From 1. */
  line: number;
};

const SKIPPED = /^\s*(?:[#;].*)?$/;
const ASSIGNMENT = /^(\s*(?:export\s+)?)([A-Za-z_][A-Za-z0-9_.-]*)(\s*=(?:[ \t]*(?![ \t#]))?)/;

/** Every assignment in order, or what is wrong with the text and where. */
export function parseEnv(text: string): { entries: EnvEntry[] } | { problem: string } {
  const entries: EnvEntry[] = [];
  let line = 1;
  for (let at = text.startsWith('\ufeff') ? 1 : 0; at < text.length;) {
    const own = lineAt(text, at);
    if (SKIPPED.test(own)) {
      at = endOfLine(text, at) + 1;
      line++;
      continue;
    }
    const match = ASSIGNMENT.exec(own);
    if (match === null) return { problem: `line ${line} is not KEY=value` };
    const start = at + match[0].length;
    const end = valueEnd(text, start);
    if (end === null) return { problem: `the quote that begins in line ${line} is not closed` };
    const raw = text.slice(start, end);
    entries.push({ key: match[2] ?? '', raw, start, end, line });
    at = endOfLine(text, end) + 1;
    line += 1 + (raw.match(/\n/g)?.length ?? 0);
  }
  return { entries };
}

/** The value as the program that reads the file sees it. */
export function envValue(raw: string): string {
  const quote = raw.charAt(0);
  if (raw.length < 2 || !isQuote(quote) || raw.at(-1) !== quote) return raw;
  const inner = raw.slice(1, -1);
  return quote === '"' ? inner.replace(/\\(["\\$`])/g, '$1') : inner;
}

/** How a value is written, in the quotes of the one that it replaces. */
export function envToken(value: string, like: string): string {
  const quote = like.length >= 2 && isQuote(like.charAt(0)) ? like.charAt(0) : '';
  if (quote === "'" && !value.includes("'")) return `'${value}'`;
  if (quote === '' && /^[\w./:@%+,-]*$/.test(value)) return value;
  return `"${value.replace(/(["\\$`])/g, '\\$1')}"`;
}

/** The one assignment of a key, or why there is none to change. */
export function findEnv(text: string, key: string): EnvEntry | { problem: string } {
  const parsed = parseEnv(text);
  if ('problem' in parsed) return parsed;
  const found = parsed.entries.filter((entry) => entry.key === key);
  const [only, ...others] = found;
  if (only === undefined) return { problem: `there is no ${key} in it` };
  if (others.length === 0) return only;
  const lines = found.map(({ line }) => line).join(', ');
  return {
    problem: `${key} is set ${found.length} times (lines ${lines}), and which one counts is not known`,
  };
}

const isQuote = (character: string): boolean => character === '"' || character === "'" || character === '`';

/** Without the line break. */
function lineAt(text: string, at: number): string {
  return text.slice(at, endOfLine(text, at)).replace(/\r$/, '');
}

function endOfLine(text: string, at: number): number {
  const found = text.indexOf('\n', at);
  return found < 0 ? text.length : found;
}

/** Null where a quote is not closed. A comment behind the value is not part of it. */
function valueEnd(text: string, start: number): number | null {
  const quote = text.charAt(start);
  if (isQuote(quote)) {
    const closing = closingQuote(text, start, quote);
    if (closing === null) return null;
    if (/^[ \t]*(?:#.*)?$/.test(lineAt(text, closing + 1))) return closing + 1;
  }
  const rest = lineAt(text, start);
  const comment = /\s+#/.exec(rest);
  return start + (comment === null ? rest : rest.slice(0, comment.index)).trimEnd().length;
}

function closingQuote(text: string, start: number, quote: string): number | null {
  for (let at = start + 1; at < text.length; at++) {
    if (text.charAt(at) === '\\' && quote === '"') at++;
    else if (text.charAt(at) === quote) return at;
  }
  return null;
}
