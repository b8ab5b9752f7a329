/** The parser: every word has its place, and what it refuses it refuses as nginx does. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NginxSyntaxError, parseNginx } from '../../../activities/nginx/parse.ts';
import type { Directive } from '../../../activities/nginx/parse.ts';
import { flatten } from '../../../activities/nginx/upstream.ts';
import { randomSite } from '../../support/nginx-arbitrary.ts';
import { readSample, sampleNames } from '../../support/nginx-corpus.ts';

type Shape = [name: string, ...args: string[], block: Shape[] | null];
const shape = (directives: Directive[]): Shape[] =>
  directives.map(({ name, args, block }) => [name, ...args.map(({ value }) => value), block && shape(block)]);
const read = (text: string) => shape(parseNginx(text));

function whyNot(text: string): string {
  try {
    parseNginx(text);
  } catch (error) {
    if (error instanceof NginxSyntaxError) return `line ${error.line}: ${error.message}`;
    throw error;
  }
  return 'it was read';
}

function expectPlaces(text: string): void {
  for (const { args, start, end } of flatten(parseNginx(text))) {
    expect(start).toBeLessThan(end);
    for (const word of args) expect(text.slice(word.start, word.end)).toBe(word.raw);
  }
}

describe('places', () => {
  test('every word of the corpus stands where the parser says', () => {
    const readableOnes = sampleNames()
      .map(readSample)
      .filter(({ text }) => whyNot(text) === 'it was read');
    expect(readableOnes.length).toBeGreaterThan(30);
    for (const { text } of readableOnes) expectPlaces(text);
  });

  test('every word of any random site file does, too', () => {
    fc.assert(fc.property(randomSite, ({ text }) => expectPlaces(text)));
  });

  test('a directive knows its line', () => {
    const lines = flatten(parseNginx('a;\r\n\n# c\nb {\n c; d\n e; }')).map(({ name, line }) => [name, line]);
    expect(lines).toEqual([
      ['a', 1],
      ['b', 4],
      ['c', 5],
      ['d', 5],
    ]);
  });
});

describe('words', () => {
  test.each<[string, string, Shape[]]>([
    ['quotes of both kinds', `a "b c" 'd"e';`, [['a', 'b c', 'd"e', null]]],
    ['escapes that mean something', String.raw`a "\"\t\\" \';`, [['a', '"\t\\', "'", null]]],
    [
      'a backslash that means nothing and stays',
      String.raw`a \d+\.php$ "\w";`,
      [['a', '\\d+\\.php$', '\\w', null]],
    ],
    ['an escaped space inside a word', String.raw`a b\ c;`, [['a', 'b\\ c', null]]],
    ['a number sign inside a word', 'a b#c; #d;', [['a', 'b#c', null]]],
    ['a variable in braces', 'a http://${b}c;', [['a', 'http://${b}c', null]]],
    ['braces inside quotes', 'a "{" \'}\';', [['a', '{', '}', null]]],
    ['a closing brace inside a word', 'a b};', [['a', 'b}', null]]],
    [
      'a closing parenthesis after a quote',
      'if ($a = "b") { c; }',
      [['if', '($a', '=', 'b', ')', [['c', null]]]],
    ],
    ['an empty word', 'a "" \'\';', [['a', '', '', null]]],
    ['a block without directives', 'a{}', [['a', []]]],
    ['nothing at all', ' \t\r\n# only a comment', []],
  ])('%s', (_, text, expected) => {
    expect(read(text)).toEqual(expected);
  });
});

describe('Lua blocks', () => {
  test.each([
    ['a brace in a string', 'a_by_lua_block { x = "}" y = \'{\' } b;'],
    ['an escaped quote', String.raw`a_by_lua_block { x = "\"}" y = '\'{' } b;`],
    ['a brace in a comment', "a_by_lua_block { -- } it's\n } b;"],
    ['a brace in a long comment', 'a_by_lua_block { --[==[ } ]] } ]==] } b;'],
    ['a brace in a long string', 'a_by_lua_block { x = [[ok--}]] y = [=[ ]] { ]=] } b;'],
    ['a table in a table', 'a_by_lua_block { x = { { 1 }, {} } } b;'],
  ])('%s does not end it', (_, text) => {
    expect(read(text)).toEqual([
      ['a_by_lua_block', []],
      ['b', null],
    ]);
  });

  test('one that never ends is refused with the line of its beginning', () => {
    expect(whyNot('a;\nb_by_lua_block {\n x = "}"\n')).toBe('line 2: a Lua block is never closed');
  });
});

describe('refusals', () => {
  test.each([
    ['a missing semicolon before a brace', 'a {\n b\n}', 'line 3: unexpected "}"'],
    ['a missing semicolon at the end', 'a;\nb', 'line 2: unexpected end of file, expecting ";" or "}"'],
    ['a lonely semicolon', 'a;\n;', 'line 2: unexpected ";"'],
    ['a lonely brace', '\n{ a; }', 'line 2: unexpected "{"'],
    ['a closing brace too many', 'a { b; }\n}', 'line 2: unexpected "}"'],
    ['an open block', 'a {\n b { c; }\n', 'line 1: "a" block is never closed'],
    ['an open quote', 'a\n"b;\n', 'line 2: a quote (") is never closed'],
    ['a word glued to a quote', 'a "b"c;', 'line 1: unexpected "c" after a quoted word'],
    [
      'a byte order mark as bytes',
      '\xef\xbb\xbfa;',
      'line 1: the file begins with a byte order mark, which nginx does not understand',
    ],
    [
      'a byte order mark as a character',
      '\ufeffa;',
      'line 1: the file begins with a byte order mark, which nginx does not understand',
    ],
  ])('%s', (_, text, expected) => {
    expect(whyNot(text)).toBe(expected);
  });

  test('any text at all is read or refused with a line, never worse', () => {
    const text = fc.string({
      unit: fc.constantFrom(...'{};"\'\\#$ \n\tab-[]=', 'x_by_lua_block {'),
      maxLength: 40,
    });
    fc.assert(
      fc.property(text, (any) => {
        expect(whyNot(any)).toMatch(/^(it was read|line \d+: [^]+)$/);
      }),
      { numRuns: 2000 },
    );
  });
});

test('a file of 100,000 servers is read within the time that a test has', () => {
  const text = `upstream a {\n${'server 10.0.0.1:8080 down; # "x"\n'.repeat(100_000)}}\n`;
  expect(flatten(parseNginx(text)).at(-1)?.line).toBe(100_001);
});
