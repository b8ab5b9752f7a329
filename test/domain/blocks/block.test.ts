import { describe, expect, it } from 'vitest';
import {
  blockSchema,
  blockWorkflowId,
  FREE,
  strongest,
  versionSchema,
} from '../../../src/domain/blocks/block.ts';
import type { Block, BlockState } from '../../../src/domain/blocks/block.ts';
import { listProblems } from '../../../src/domain/request.ts';

const place = (version: string, environment: string | null = 'production') => ({
  service: 'listings',
  environment,
  version,
});
const block = (version: string): Block => ({
  ...place(version),
  by: 'anna',
  reason: 'drops prices',
  rollback: null,
  since: '2026-11-21T03:00:00.000Z',
});
const lifted = (at: string): BlockState => ({
  state: 'lifted',
  block: block('1.5.0'),
  lifted: { by: 'ben', reason: 'it was the cache', at },
});

describe('the ID of a block', () => {
  it.each([
    ['1.5.0', 'production', 'backout-block/listings/production/1.5.0'],
    ['1.5.0', null, 'backout-block/listings/*/1.5.0'],
    ['v1.5.0', 'production', 'backout-block/listings/production/1.5.0'],
    ['V1.5.0', 'production', 'backout-block/listings/production/1.5.0'],
    [' 1.5.0 ', 'production', 'backout-block/listings/production/1.5.0'],
    ['vnext', 'production', 'backout-block/listings/production/vnext'],
    ['release/7 b', 'production', 'backout-block/listings/production/release%2F7%20b'],
    ['*', 'production', 'backout-block/listings/production/*'],
    ['1.5.0+Build', 'production', 'backout-block/listings/production/1.5.0%2BBuild'],
  ])('of %j in %s is %s', (version, environment, id) => {
    expect(blockWorkflowId(place(version, environment))).toBe(id);
  });

  it('is not that of another place, whatever is in a version', () => {
    expect(blockWorkflowId(place('production/1.5.0', null))).not.toBe(blockWorkflowId(place('1.5.0')));
  });

  it('is never longer than Temporal takes', () => {
    const longest = 'é'.repeat(133);
    expect(versionSchema.safeParse(longest).success).toBe(true);
    const name = 'n'.repeat(63);
    const id = blockWorkflowId({ service: name, environment: name, version: longest });
    expect(Buffer.byteLength(id)).toBeLessThanOrEqual(1000);
    expect(versionSchema.safeParse(`${longest}é`).success).toBe(false);
  });
});

describe('what can be blocked', () => {
  const problems = (change: object) => {
    const parsed = blockSchema.safeParse({
      ...place('1.5.0', 'production'),
      by: 'anna',
      reason: 'x',
      ...change,
    });
    return parsed.success ? [] : listProblems(parsed.error);
  };

  it('is one line with a name, a person and a reason', () => {
    expect(problems({})).toEqual([]);
    expect(problems({ environment: undefined })).toEqual([]);
    expect(problems({ version: ' ', reason: '', by: '' })).toEqual([
      'version: must not be empty',
      'by: must not be empty',
      'reason: must not be empty',
    ]);
    expect(problems({ version: '1.5\n0' })).toEqual(['version: must be one line of text']);
    expect(problems({ version: '\ud800' })).toEqual(['version: must be one line of text']);
    expect(problems({ why: 'x' })).toEqual(['Unrecognized key: "why"']);
  });
});

describe('of several answers about one version', () => {
  const blocked: BlockState = { state: 'blocked', block: block('1.5.0') };
  const early = lifted('2026-11-21T04:00:00.000Z');
  const late = lifted('2026-11-21T05:00:00.000Z');

  it.each([
    ['what blocks it counts', [late, blocked, FREE], blocked],
    ['then what was let go last', [early, late, FREE], late],
    ['and nothing is free', [FREE, FREE], FREE],
  ])('%s', (_, states, expected) => {
    expect(strongest(states)).toEqual(expected);
  });
});
