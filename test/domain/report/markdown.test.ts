import fc from 'fast-check';
import { expect, test } from 'vitest';
import { code, codeBlock, table, text } from '../../../src/domain/report/markdown.ts';

test.each([
  ['2.4.1', '2.4.1'],
  ['snake_case_name', 'snake_case_name'],
  ['/var/log/app.log', '/var/log/app.log'],
  ['_emphasis_', '\\_emphasis\\_'],
  ['*bold* and `code`', '\\*bold\\* and `code`'],
  ['say `backout unblock --env "a*b" <X>`.', 'say `backout unblock --env "a*b" <X>`.'],
  ['it`s `code` and *more*', 'it\\`s `code` and \\*more\\*'],
  ['a ` b ` c', 'a \\` b \\` c'],
  ['``x``', '\\`\\`x\\`\\`'],
  ['a\\`*b*`', 'a\\\\`*b*`'],
  ['`unclosed *x*', '\\`unclosed \\*x\\*'],
  ['[link](http://x)', '\\[link\\](http://x)'],
  ['<script>alert(1)</script>', '&lt;script>alert(1)&lt;/script>'],
  ['a && b &amp; c', 'a && b &amp;amp; c'],
  ['~~gone~~', '\\~\\~gone\\~\\~'],
  ['# heading', '\\# heading'],
  ['#42 is the ticket', '#42 is the ticket'],
  ['> quote', '\\> quote'],
  ['- item', '\\- item'],
  ['-5 degrees', '-5 degrees'],
  ['--- ', '\\---'],
  ['1. first', '1\\. first'],
  ['1.5.0 is bad', '1.5.0 is bad'],
  ['=====', '\\====='],
  ['back\\slash', 'back\\\\slash'],
  ['two\nlines', 'two ⏎ lines'],
])('%j is written as %j', (data, markdown) => {
  expect(text(data)).toBe(markdown);
});

test('text never opens an HTML tag and never leaves its line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (data) => {
      const written = text(data);
      expect(written).not.toContain('\n');
      const outside = written.replace(/\\.|`[^`]*`/g, '');
      expect(outside).not.toContain('<');
      expect(outside).not.toMatch(/[`*[\]]/);
    }),
  );
});

test('code is fenced with more backticks than it holds', () => {
  expect(code('plain')).toBe('`plain`');
  expect(code('a `b` c')).toBe('``a `b` c``');
  expect(code('`b`')).toBe('`` `b` ``');
  expect(code('')).toBe('');
});

test('a block of code can hold fences', () => {
  expect(codeBlock(['nginx -t', '```', 'x'])).toEqual(['````text', 'nginx -t', '```', 'x', '````']);
});

test('a bar in a cell does not end the cell', () => {
  expect(table(['A', 'B'], [[text('x|y'), code('a|b')]])).toEqual([
    '| A | B |',
    '| --- | --- |',
    '| x\\|y | `a\\|b` |',
  ]);
});

test('every row of a table has as many cells as its header, whatever is in them', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (one, two) => {
      const [, , row = ''] = table(['A', 'B'], [[text(one), code(two)]]);
      expect(row.split(/(?<!\\)\|/)).toHaveLength(4);
    }),
  );
});
