/** The author's word on a migration. */
import { expect, it } from 'vitest';
import { wordOn } from '../../../activities/migrations/word.ts';

const SAID = { additive: ['*_add_*', 'listings.0042*', '2b3c*'], irreversible: ['*drop*'] };

it.each([
  ['20260301_add_price.js', undefined, 'additive'],
  ['listings.0042_prices', undefined, 'additive'],
  ['2b3c4d5e6f70', '2b3c4d5e6f70 rename', 'additive'],
  ['20260301_drop_price', undefined, 'irreversible'],
  // The more careful word wins.
  ['20260301_add_x_drop_price', undefined, 'irreversible'],
  ['3', '000003_drop_price', 'irreversible'],
  ['20260301_rename', undefined, 'unknown'],
  ['20260301_rename.additive', undefined, 'additive'],
  ['20260301_rename.additive.js', undefined, 'additive'],
  ['20260301_rename.irreversible.sql', undefined, 'irreversible'],
  // Only as the end of its name, after a dot: this one is about additive manufacturing.
  ['20260301_additive', undefined, 'unknown'],
  ['sub/V1_add_x.sql', undefined, 'additive'],
])('%s (%s) is %s', (id, title, word) => {
  expect(wordOn({ id, ...(title === undefined ? {} : { title }) }, SAID)).toBe(word);
});
