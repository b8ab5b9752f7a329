import { expect, test } from 'vitest';
import { judge } from '../../../../activities/postgres/restore/checks.ts';

test.each([
  [[['5', 'x'], ['6']], null],
  [[['6']], '"orders" must be "5" and is "6".'],
  [[[null]], '"orders" must be "5" and is NULL.'],
  [[], '"orders" must be "5" and is no row.'],
])('%j: %s', (rows, problem) => {
  expect(judge({ name: 'orders', sql: 'SELECT 1', expect: '5' }, rows)).toBe(problem);
});
