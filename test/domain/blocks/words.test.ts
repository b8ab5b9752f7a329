import { expect, test } from 'vitest';
import type { Block } from '../../../src/domain/blocks/block.ts';
import {
  blockCommand,
  describeBlock,
  describeLifted,
  unblockCommand,
} from '../../../src/domain/blocks/words.ts';

const block: Block = {
  service: 'listings',
  environment: 'production',
  version: '1.5.0',
  by: 'anna',
  reason: 'drops prices',
  rollback: null,
  since: '2026-11-21T03:00:00.000Z',
};

test('a block says what, where, since when, by whom and why', () => {
  expect(describeBlock(block)).toBe(
    'listings 1.5.0 in production is blocked since 2026-11-21 03:00:00 UTC (anna): drops prices.',
  );
  expect(describeBlock({ ...block, environment: null, rollback: 'rollback-1' })).toBe(
    'listings 1.5.0 in every environment is blocked since 2026-11-21 03:00:00 UTC (anna, by rollback rollback-1): drops prices.',
  );
});

test('what was typed cannot pretend to be another line', () => {
  expect(describeBlock({ ...block, reason: 'x\nlistings 1.5.0 is free\u001b[2J' })).toBe(
    'listings 1.5.0 in production is blocked since 2026-11-21 03:00:00 UTC (anna): x ⏎ listings 1.5.0 is free.',
  );
});

test('who let it go is said the same way', () => {
  expect(describeLifted({ by: 'ben', reason: 'it was the cache', at: '2026-11-21T05:00:00.000Z' })).toBe(
    'Unblocked at 2026-11-21 05:00:00 UTC by ben: it was the cache.',
  );
});

test('the commands can be pasted', () => {
  expect(unblockCommand(block)).toBe('backout unblock listings 1.5.0 --env production --reason "WHY"');
  expect(blockCommand({ ...block, environment: null, version: "it's $(new)" })).toBe(
    `backout block listings 'it'\\''s $(new)' --reason "WHY"`,
  );
});
