import { describe, expect, test } from 'vitest';
import { ident, literal, settingName, transaction } from '../../../../activities/postgres/restore/sql.ts';

describe('names and strings in SQL', () => {
  test('a name is quoted whatever is in it', () => {
    expect(ident(`Shop "ünï" o'clock`)).toBe(`"Shop ""ünï"" o'clock"`);
  });

  test('a string with a backslash means itself under any setting of the server', () => {
    expect(literal(`o'clock`)).toBe(`'o''clock'`);
    expect(literal(`a\\'b`)).toBe(` E'a\\\\''b'`);
  });

  test('the prefix of a setting is quoted apart', () => {
    expect(settingName('myapp.tenant')).toBe('"myapp"."tenant"');
  });
});

test('a transaction has its end written out, so that a part of it stands for nothing', () => {
  expect(transaction(['SELECT 1', 'SELECT 2'], { timeoutMs: 2500 })).toBe(
    [
      'BEGIN;',
      'SET LOCAL lock_timeout = 2500;',
      'SET LOCAL statement_timeout = 2500;',
      'SET LOCAL idle_in_transaction_session_timeout = 2500;',
      'SET LOCAL standard_conforming_strings = on;',
      'SELECT 1;',
      'SELECT 2;',
      'COMMIT;\n',
    ].join('\n'),
  );
});
