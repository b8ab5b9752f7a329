/**
 * A parser for nginx configuration that keeps the place of every word, so that an edit can change one word and leave
 * every other byte alone. Follows ngx_conf_read_token: words, quotes, comments, blocks, and raw Lua blocks.
 */

/** A word as written, with its place in the text: text.slice(start, end) === raw. */
export type Word = { value: string; raw: string; start: number; end: number };

export type Directive = {
  name: string;
  args: Word[];
  /** From the first letter of the name to after the `;` or the closing brace. */
  start: number;
  end: number;
  line: number;
  /** The directives inside, where it is a block. */
  block: Directive[] | null;
};

export class NginxSyntaxError extends Error {
  readonly line: number;

  constructor(message: string, line: number) {
    super(message);
    this.name = 'NginxSyntaxError';
    this.line = line;
  }
}

/** @throws NginxSyntaxError with the line */
export function parseNginx(text: string): Directive[] {
  return new Parser(text).parse();
}

/** The line of a place in a text, counted from 1. */
export function lineAt(text: string, place: number): number {
  let line = 1;
  for (let index = text.indexOf('\n'); index >= 0 && index < place; index = text.indexOf('\n', index + 1))
    line++;
  return line;
}

const SPACE = new Set([' ', '\t', '\r', '\n']);
/** The UTF-8 byte order mark, decoded or as three latin1 characters. nginx takes it for letters of the first word. */
const BYTE_ORDER_MARK = /^(\uFEFF|\xEF\xBB\xBF)/;
const ENDS_WORD = new Set([' ', '\t', '\r', '\n', ';', '{']);

class Parser {
  readonly #text: string;
  #at = 0;
  /** A place whose line is known. Directives come in order, so each newline is counted once. */
  #counted = { place: 0, line: 1 };

  constructor(text: string) {
    this.#text = text;
  }

  parse(): Directive[] {
    if (BYTE_ORDER_MARK.test(this.#text)) {
      throw this.#error('the file begins with a byte order mark, which nginx does not understand', 0);
    }
    const directives = this.#directives();
    if (this.#at < this.#text.length) throw this.#error('unexpected "}"', this.#at);
    return directives;
  }

  /** Until the end of the text or an unmatched closing brace, which is left in place. */
  #directives(): Directive[] {
    const directives: Directive[] = [];
    for (;;) {
      this.#skipSpace();
      const next = this.#text[this.#at];
      if (next === undefined || next === '}') return directives;
      directives.push(this.#directive());
    }
  }

  #directive(): Directive {
    const words: Word[] = [];
    const start = this.#at;
    const line = this.#lineOfNext(start);
    for (;;) {
      this.#skipSpace();
      const next = this.#text[this.#at];
      if (next === undefined)
        throw this.#error('unexpected end of file, expecting ";" or "}"', this.#text.length);
      if (next === '}') throw this.#error('unexpected "}"', this.#at);
      if (next === ';' || next === '{') {
        const [name, ...args] = words;
        if (!name) throw this.#error(`unexpected "${next}"`, this.#at);
        const block = next === '{' ? this.#block(name) : null;
        if (next === ';') this.#at++;
        return { name: name.value, args, start, end: this.#at, line, block };
      }
      words.push(this.#word());
    }
  }

  #block(name: Word): Directive[] {
    const opened = this.#at;
    this.#at++;
    if (name.value.endsWith('_by_lua_block')) {
      this.#skipLua(opened);
      return [];
    }
    const directives = this.#directives();
    if (this.#text[this.#at] !== '}') throw this.#error(`"${name.value}" block is never closed`, opened);
    this.#at++;
    return directives;
  }

  #skipSpace(): void {
    for (;;) {
      const next = this.#text[this.#at];
      if (next === '#') {
        const end = this.#text.indexOf('\n', this.#at);
        this.#at = end < 0 ? this.#text.length : end + 1;
      } else if (next !== undefined && SPACE.has(next)) this.#at++;
      else return;
    }
  }

  #word(): Word {
    const start = this.#at;
    const quote = this.#text[start];
    if (quote === '"' || quote === "'") return this.#quoted(start, quote);
    for (;;) {
      const next = this.#text[this.#at];
      if (next === undefined) break;
      if (next === '\\') this.#at += 2;
      // "${name}": the brace belongs to the word.
      else if (next === '$' && this.#text[this.#at + 1] === '{') this.#at += 2;
      else if (ENDS_WORD.has(next)) break;
      else this.#at++;
    }
    return this.#wordFrom(start, (raw) => raw);
  }

  #quoted(start: number, quote: string): Word {
    this.#at++;
    for (;;) {
      const next = this.#text[this.#at];
      if (next === undefined) throw this.#error(`a quote (${quote}) is never closed`, start);
      this.#at += next === '\\' ? 2 : 1;
      if (next === quote) break;
    }
    const after = this.#text[this.#at];
    if (after !== undefined && after !== ')' && !ENDS_WORD.has(after)) {
      throw this.#error(`unexpected "${after}" after a quoted word`, this.#at);
    }
    return this.#wordFrom(start, (raw) => raw.slice(1, -1));
  }

  #wordFrom(start: number, inside: (raw: string) => string): Word {
    this.#at = Math.min(this.#at, this.#text.length);
    const raw = this.#text.slice(start, this.#at);
    return { value: unescape(inside(raw)), raw, start, end: this.#at };
  }

  /** Lua has its own comments, strings and braces; the block ends where they balance. */
  #skipLua(opened: number): void {
    let depth = 1;
    const token =
      /--\[(=*)\[[^]*?\]\1\]|--[^\n]*|\[(=*)\[[^]*?\]\2\]|"(?:\\[^]|[^"\\])*"|'(?:\\[^]|[^'\\])*'|[{}]/g;
    token.lastIndex = this.#at;
    for (let match = token.exec(this.#text); match; match = token.exec(this.#text)) {
      if (match[0] === '{') depth++;
      if (match[0] === '}') depth--;
      if (depth === 0) {
        this.#at = token.lastIndex;
        return;
      }
    }
    throw this.#error('a Lua block is never closed', opened);
  }

  #lineOfNext(place: number): number {
    const { place: from, line } = this.#counted;
    const here = line - 1 + lineAt(this.#text.slice(from, place), place - from);
    this.#counted = { place, line: here };
    return here;
  }

  #error(message: string, place: number): NginxSyntaxError {
    return new NginxSyntaxError(message, lineAt(this.#text, place));
  }
}

/** As ngx_conf_read_token does: only these escapes mean anything, any other backslash stays. */
function unescape(value: string): string {
  return value.replace(/\\(["'\\trn])/g, (_, escaped: string) => ESCAPES[escaped] ?? escaped);
}

const ESCAPES: Record<string, string> = { t: '\t', r: '\r', n: '\n' };
