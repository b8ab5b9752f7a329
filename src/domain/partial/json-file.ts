/** JSON files, also with comments: where each value stands, so that one can be changed and no other byte. Pure. */

/** A value that holds no others, with its place in the text. Of an object or list, only an empty one is a scalar. */
export type JsonScalar = {
  path: string[];
  /** As it stands there: `true`, `"v2"`, `{}`. */
  raw: string;
  start: number;
  end: number;
};

type Parsed = { scalars: JsonScalar[]; groups: string[][] };

/** Every scalar in order, or what is wrong with the text and where. */
export function parseJsonFile(
  text: string,
  { comments }: { comments: boolean },
): { scalars: JsonScalar[]; groups: string[][] } | { problem: string } {
  const scanner = new Scanner(text, comments);
  try {
    return scanner.document();
  } catch (error) {
    if (error instanceof Malformed) return { problem: error.message };
    throw error;
  }
}

/** The one value of that path, or why there is none to change. */
export function findJson(
  text: string,
  path: string[],
  options: { comments: boolean },
): JsonScalar | { problem: string } {
  const parsed = parseJsonFile(text, options);
  if ('problem' in parsed) return parsed;
  const name = path.join('.');
  const found = parsed.scalars.filter((scalar) => isSame(scalar.path, path));
  const [only] = found;
  if (found.length > 1)
    return { problem: `${name} stands in it ${found.length} times, and which one counts is not known` };
  const isGroup = parsed.groups.some((group) => isSame(group, path));
  if (isGroup || (only !== undefined && /^[{[]/.test(only.raw)))
    return { problem: `${name} is no single value but an object or a list` };
  return only ?? { problem: `there is no ${name} in it` };
}

const isSame = (one: string[], other: string[]): boolean =>
  one.length === other.length && one.every((part, index) => part === other[index]);

class Malformed extends Error {}

const LITERAL = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)/y;
// No control character may stand in a string.
// eslint-disable-next-line no-control-regex
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SPACE = /[ \t\r\n]*/y;
const SPACE_AND_COMMENTS = /(?:[ \t\r\n]|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y;

class Scanner {
  readonly #text: string;
  readonly #comments: boolean;
  readonly #found: Parsed = { scalars: [], groups: [] };
  #at: number;

  constructor(text: string, comments: boolean) {
    this.#text = text;
    this.#comments = comments;
    this.#at = text.startsWith('\ufeff') ? 1 : 0;
  }

  document(): Parsed {
    this.#space();
    this.#value([]);
    this.#space();
    if (this.#at < this.#text.length) throw this.#malformed('the end of the file');
    return this.#found;
  }

  #value(path: string[]): void {
    const start = this.#at;
    switch (this.#text.charAt(start)) {
      case '{':
        return this.#members(path, '}', () => {
          const key = JSON.parse(this.#take(STRING, 'a key in double quotes')) as string;
          this.#space();
          this.#expect(':');
          this.#space();
          return key;
        });
      case '[': {
        let index = 0;
        return this.#members(path, ']', () => String(index++));
      }
      case '"':
        this.#take(STRING, 'a whole string');
        break;
      default:
        this.#take(LITERAL, 'a value');
    }
    this.#add(path, start);
  }

  #members(path: string[], closing: string, key: () => string): void {
    const start = this.#at++;
    this.#space();
    let count = 0;
    while (!this.#accept(closing)) {
      if (count++ > 0) {
        this.#expect(',');
        this.#space();
        if (this.#comments && this.#accept(closing)) break;
      }
      this.#value([...path, key()]);
      this.#space();
    }
    if (count === 0) this.#add(path, start);
    else this.#found.groups.push(path);
  }

  #add(path: string[], start: number): void {
    this.#found.scalars.push({ path, raw: this.#text.slice(start, this.#at), start, end: this.#at });
  }

  #space(): void {
    this.#match(this.#comments ? SPACE_AND_COMMENTS : SPACE);
  }

  #accept(character: string): boolean {
    if (this.#text.charAt(this.#at) !== character) return false;
    this.#at++;
    return true;
  }

  #expect(character: string): void {
    if (!this.#accept(character)) throw this.#malformed(`\`${character}\``);
  }

  #take(pattern: RegExp, what: string): string {
    const found = this.#match(pattern);
    if (found === null) throw this.#malformed(what);
    return found;
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? null;
    if (found !== null) this.#at += found.length;
    return found;
  }

  #malformed(expected: string): Malformed {
    const before = this.#text.slice(0, this.#at).split('\n');
    const place = `line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`;
    const seen = this.#at >= this.#text.length ? 'the file ends there' : 'something else stands there';
    return new Malformed(`${place}: ${expected} is expected, and ${seen}`);
  }
}
