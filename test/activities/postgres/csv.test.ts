import { describe, expect, it } from 'vitest';
import { parseRows } from '../../../activities/postgres/csv.ts';

const NULL = 'c0ffee';

describe('rows from psql', () => {
  it.each([
    ['no row', '', []],
    ['a cell', '1\n', [['1']]],
    [
      'rows',
      '1,a\n2,b\n',
      [
        ['1', 'a'],
        ['2', 'b'],
      ],
    ],
    ['an empty cell', '\n', [['']]],
    ['empty cells', ',\n', [['', '']]],
    ['NULL, unlike an empty cell', `${NULL},,x\n`, [[null, '', 'x']]],
    ['a quoted NULL, which is a value', `"${NULL}"\n`, [[NULL]]],
    [
      'commas, quotes and line breaks',
      '"a,b","say ""hi""","two\nlines"\n',
      [['a,b', 'say "hi"', 'two\nlines']],
    ],
  ])('hold %s', (_what, text, rows) => {
    expect(parseRows(text, NULL)).toEqual(rows);
  });

  it('may hold a large value', () => {
    const value = '""x'.repeat(1_000_000);
    expect(parseRows(`"${value}"\n`, NULL)).toEqual([['"x'.repeat(1_000_000)]]);
  });
});
