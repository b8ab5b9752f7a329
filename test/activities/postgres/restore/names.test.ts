import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newName, oldName, tokenOf } from '../../../../activities/postgres/restore/names.ts';

const NOW = '2026-11-21T09:38:00.123456';
const name = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 63 })
  .filter((text) => Buffer.byteLength(text) <= 63);

describe('names of the databases beside', () => {
  test('the new one tells its run and its attempt, the old one when it was replaced', () => {
    expect(newName('shop', { run: 'rollback-shop-1', token: 7 })).toMatch(/^shop_new_[0-9a-f]{8}_7$/);
    expect(oldName('shop', NOW)).toBe('shop_old_20261121_093800');
  });

  test('no name is longer than PostgreSQL keeps, and none is cut within a character', () => {
    fc.assert(
      fc.property(name, fc.nat({ max: 999_999_999_999 }), (live, token) => {
        for (const one of [newName(live, { run: 'r', token }), oldName(live, NOW)]) {
          expect(Buffer.byteLength(one)).toBeLessThanOrEqual(63);
          expect(Buffer.from(one).toString()).toBe(one);
        }
      }),
    );
  });

  test('long names that begin alike stay apart', () => {
    const [one, other] = ['a', 'b'].map((end) => `${'x'.repeat(62)}${end}`);
    expect(oldName(one ?? '', NOW)).not.toBe(oldName(other ?? '', NOW));
  });

  test('an attempt is read back from the name, and only from names of this run', () => {
    fc.assert(
      fc.property(name, fc.nat(), (live, token) => {
        const made = newName(live, { run: 'r', token });
        expect(tokenOf(made, { live, run: 'r' })).toBe(token);
        expect(tokenOf(made, { live, run: 'other' })).toBe(null);
      }),
    );
    expect(tokenOf('shop', { live: 'shop', run: 'r' })).toBe(null);
  });
});
