import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { envToken, envValue, findEnv, parseEnv } from '../../../src/domain/partial/env-file.ts';

const keys = (text: string) => {
  const parsed = parseEnv(text);
  return 'problem' in parsed ? parsed : parsed.entries.map(({ key, raw, line }) => [key, raw, line]);
};

describe('an environment file', () => {
  it('is read with comments, exports, quotes, blanks and Windows line ends', () => {
    const text =
      '# first\r\nA=1\r\n\r\n  export B = "two words" # why\r\n; systemd\nC=\'it "is"\'\nD=http://x/#top # real comment\nE=';
    expect(keys(text)).toEqual([
      ['A', '1', 2],
      ['B', '"two words"', 4],
      ['C', `'it "is"'`, 6],
      ['D', 'http://x/#top', 7],
      ['E', '', 8],
    ]);
  });

  it('may hold a value of several lines in quotes, and counts them', () => {
    expect(keys('PEM="-----BEGIN\nabc\n-----END"\nA=1')).toEqual([
      ['PEM', '"-----BEGIN\nabc\n-----END"', 1],
      ['A', '1', 4],
    ]);
  });

  it('that is none says where', () => {
    expect(keys('A=1\nthis is no assignment')).toEqual({ problem: 'line 2 is not KEY=value' });
    expect(keys('A=1\nB="open\nC=2')).toEqual({ problem: 'the quote that begins in line 2 is not closed' });
    expect(keys('{"json": true}')).toEqual({ problem: 'line 1 is not KEY=value' });
  });

  it('names a key that is not there, or stands there twice', () => {
    expect(findEnv('A=1', 'B')).toEqual({ problem: 'there is no B in it' });
    expect(findEnv('A=1\n#A=2\nA=3', 'A')).toEqual({
      problem: 'A is set 2 times (lines 1, 3), and which one counts is not known',
    });
  });

  it('keeps the quotes of the value that is replaced', () => {
    expect(envToken('false', 'true')).toBe('false');
    expect(envToken('false', '"true"')).toBe('"false"');
    expect(envToken('false', "'true'")).toBe("'false'");
    expect(envToken("it's off", "'true'")).toBe(`"it's off"`);
    expect(envToken('off # really', 'on')).toBe('"off # really"');
  });

  it('changes in one value and in no other byte, whatever stands in it', () => {
    const key = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,8}$/);
    const value = fc.oneof(
      fc.stringMatching(/^[a-z0-9:/.]{0,12}$/),
      fc.stringMatching(/^[^'"`\\\r\n\u0000]{0,12}$/).map((inner) => `"${inner}"`),
      fc.stringMatching(/^[^'\r\u0000]{0,12}$/).map((inner) => `'${inner}'`),
    );
    const comment = fc.constantFrom('', ' # a comment', '\t# KEY=1');
    const filler = fc.constantFrom('', '# KEY=true', '  ', '; other');
    const end = fc.constantFrom('\n', '\r\n');
    const line = fc.tuple(
      fc.constantFrom('', 'export ', '  '),
      key,
      fc.constantFrom('=', ' = '),
      value,
      comment,
    );
    const file = fc.tuple(
      fc.array(fc.tuple(fc.oneof(line, filler), end), { maxLength: 8 }),
      fc.tuple(fc.constantFrom('', 'export '), fc.constantFrom('=', ' = '), value, comment, end),
      fc.array(fc.tuple(fc.oneof(line, filler), end), { maxLength: 8 }),
    );
    fc.assert(
      fc.property(
        file,
        fc.string({ maxLength: 12 }).filter((text) => !/[\r\n\u0000]/.test(text)),
        (parts, wanted) => {
          const [above, [prefix, equals, raw, after, eol], below] = parts;
          const print = (lines: typeof above) =>
            lines
              .map(([content, br]) => `${Array.isArray(content) ? content.join('') : content}${br}`)
              .join('');
          const [head, tail] = [
            `${print(above)}${prefix}the.flag${raw === '' ? '=' : equals}`,
            `${after}${eol}${print(below)}`,
          ];
          const found = findEnv(`${head}${raw}${tail}`, 'the.flag');
          if ('problem' in found) throw new Error(found.problem);
          expect([found.start, found.end]).toEqual([head.length, head.length + raw.length]);
          const token = envToken(wanted, found.raw);
          const changed = findEnv(`${head}${token}${tail}`, 'the.flag');
          if ('problem' in changed) throw new Error(changed.problem);
          expect(changed.raw).toBe(token);
          expect(envValue(changed.raw)).toBe(wanted);
        },
      ),
    );
  });
});
