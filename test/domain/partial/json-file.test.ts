import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findJson, parseJsonFile } from '../../../src/domain/partial/json-file.ts';

const STRICT = { comments: false };
const LENIENT = { comments: true };

describe('a JSON file', () => {
  it('is read with the place of every value', () => {
    const text = '\ufeff{ "a": true,\n  "b": { "c": [1, "x\\"y"], "d": {} } }\n';
    const parsed = parseJsonFile(text, STRICT);
    if ('problem' in parsed) throw new Error(parsed.problem);
    expect(parsed.scalars.map(({ path, raw }) => [path.join('.'), raw])).toEqual([
      ['a', 'true'],
      ['b.c.0', '1'],
      ['b.c.1', '"x\\"y"'],
      ['b.d', '{}'],
    ]);
    for (const { raw, start, end } of parsed.scalars) expect(text.slice(start, end)).toBe(raw);
  });

  it('may have comments and commas at the end where that is said, and only there', () => {
    const text = '{\n  // why\n  "a": /* now */ false, // off\n  "b": [1, 2,],\n}';
    expect(findJson(text, ['a'], LENIENT)).toMatchObject({ raw: 'false' });
    expect(findJson(text, ['a'], STRICT)).toEqual({
      problem: 'line 2, column 3: a key in double quotes is expected, and something else stands there',
    });
  });

  it('that is none says where', () => {
    expect(parseJsonFile('', STRICT)).toEqual({
      problem: 'line 1, column 1: a value is expected, and the file ends there',
    });
    expect(parseJsonFile('{"a": 1', STRICT)).toEqual({
      problem: 'line 1, column 8: `,` is expected, and the file ends there',
    });
    expect(parseJsonFile('{"a": 1} x', STRICT)).toEqual({
      problem: 'line 1, column 10: the end of the file is expected, and something else stands there',
    });
  });

  it('names a value that is not there, stands there twice, or is no single value', () => {
    expect(findJson('{"a": 1}', ['b', 'c'], STRICT)).toEqual({ problem: 'there is no b.c in it' });
    expect(findJson('{"a": 1, "a": 2}', ['a'], STRICT)).toEqual({
      problem: 'a stands in it 2 times, and which one counts is not known',
    });
    expect(findJson('{"a": {"b": 1}}', ['a'], STRICT)).toEqual({
      problem: 'a is no single value but an object or a list',
    });
    expect(findJson('{"a": []}', ['a'], STRICT)).toEqual({
      problem: 'a is no single value but an object or a list',
    });
  });

  it('is read as JSON.parse reads it, whatever it holds and however it is spaced', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, '\t'), (value, space) => {
        const text = JSON.stringify(value, null, space);
        for (const options of [STRICT, LENIENT]) {
          const parsed = parseJsonFile(text, options);
          if ('problem' in parsed) throw new Error(parsed.problem);
          for (const { path, raw } of parsed.scalars) {
            const at = path.reduce<unknown>(
              (inner, key) => (inner as Record<string, unknown>)[key],
              JSON.parse(text),
            );
            expect(JSON.parse(raw)).toEqual(at);
          }
        }
      }),
    );
  });

  it('refuses what JSON.parse refuses', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.nat(),
        fc.constantFrom('', ',', '}', '"', 'x', '/'),
        (value, at, insert) => {
          const whole = JSON.stringify(value, null, 1);
          const cut = at % (whole.length + 1);
          const text = whole.slice(0, cut) + insert + whole.slice(cut + 1);
          expect('problem' in parseJsonFile(text, STRICT)).toBe(!isJson(text));
        },
      ),
    );
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
