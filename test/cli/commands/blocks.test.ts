import { expect, test } from 'vitest';
import { renderBlocks } from '../../../src/cli/commands/blocks.ts';
import type { Block, BlockState } from '../../../src/domain/blocks/block.ts';

const block: Block = {
  service: 'listings',
  environment: 'production',
  version: '1.5.0',
  by: 'anna',
  reason: 'A rollback left it: 5xx',
  rollback: 'rollback-1',
  since: '2026-11-21T03:00:00.000Z',
};
const states: BlockState[] = [
  { state: 'blocked', block },
  {
    state: 'lifted',
    block: { ...block, version: '1.4.9', environment: null, rollback: null },
    lifted: { by: 'ben', reason: 'mended', at: '2026-11-21T05:00:00.000Z' },
  },
];

test('what is blocked stands with who and why', () => {
  expect(renderBlocks(states.slice(0, 1), false)).toBe(
    [
      'SERVICE   VERSION  ENVIRONMENT  SINCE                    BY                 REASON',
      'listings  1.5.0    production   2026-11-21 03:00:00 UTC  anna (rollback-1)  A rollback left it: 5xx',
      '',
    ].join('\n'),
  );
});

test('with --all, who let it go stands there too', () => {
  expect(renderBlocks(states, true).split('\n')[2]).toBe(
    'listings  1.4.9    every        2026-11-21 03:00:00 UTC  anna               A rollback left it: 5xx  unblocked at 2026-11-21 05:00:00 UTC by ben: mended',
  );
});

test('nothing is said in words', () => {
  expect(renderBlocks([], false)).toBe('No version is blocked.\n');
});
