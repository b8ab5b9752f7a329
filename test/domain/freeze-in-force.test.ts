/** Which services are frozen, from what their runs have noted. */
import { describe, expect, it } from 'vitest';
import { freezeMemo, freezesInForce, readFreezeMemo } from '../../src/domain/freeze-in-force.ts';
import type { FreezingRun } from '../../src/domain/freeze-in-force.ts';
import type { HoldState } from '../../src/domain/freeze.ts';

const at = (minutes: number) => new Date(Date.UTC(2026, 10, 21, 3, minutes)).toISOString();

type Held = { id: string; since: number; requests: [HoldState, number]; writes?: [HoldState, number] };

const run = (
  { id, since, requests, writes = ['not-needed', since] }: Held,
  change: Partial<FreezingRun> = {},
): FreezingRun => ({
  workflowId: id,
  isRunning: false,
  isLift: false,
  freeze: {
    service: 'listings',
    environment: 'production',
    by: `by of ${id}`,
    reason: `reason of ${id}`,
    since: at(since),
    holds: [
      { name: 'requests', state: requests[0], at: at(requests[1]) },
      { name: 'writes', state: writes[0], at: at(writes[1]) },
    ],
  },
  ...change,
});

describe('a service', () => {
  it('is frozen while a run that holds it waits', () => {
    const waiting = run({ id: 'freeze-1', since: 0, requests: ['held', 1] }, { isRunning: true });
    expect(freezesInForce([waiting])).toEqual([
      {
        service: 'listings',
        environment: 'production',
        by: 'by of freeze-1',
        reason: 'reason of freeze-1',
        since: at(0),
        holds: [
          { name: 'requests', state: 'held' },
          { name: 'writes', state: 'not-needed' },
        ],
        workflowId: 'freeze-1',
        waiting: 'freeze-1',
      },
    ]);
  });

  it('stays frozen when its run has ended without lifting', () => {
    const left = run({ id: 'freeze-1', since: 0, requests: ['held', 1] });
    expect(freezesInForce([left])).toMatchObject([{ workflowId: 'freeze-1', waiting: null }]);
  });

  it('is not frozen any more when a later run has lifted it', () => {
    const left = run({ id: 'freeze-1', since: 0, requests: ['held', 1] });
    const lift = run({ id: 'unfreeze-1', since: 5, requests: ['lifted', 6] }, { isLift: true });
    expect(freezesInForce([left, lift])).toEqual([]);
    expect(freezesInForce([lift, left])).toEqual([]);
  });

  it('is frozen as long as one of its holds could not be lifted, by whoever froze it', () => {
    const left = run({ id: 'freeze-1', since: 0, requests: ['held', 1], writes: ['held', 1] });
    const lift = run(
      { id: 'unfreeze-1', since: 5, requests: ['lifted', 6], writes: ['failed', 6] },
      { isLift: true },
    );
    expect(freezesInForce([left, lift])).toMatchObject([
      {
        by: 'by of freeze-1',
        holds: [
          { name: 'requests', state: 'lifted' },
          { name: 'writes', state: 'failed' },
        ],
      },
    ]);
  });

  it('stays frozen while a run that is to lift it has not begun', () => {
    const left = run({ id: 'freeze-1', since: 0, requests: ['held', 1] });
    const lift = run(
      { id: 'unfreeze-1', since: 5, requests: ['pending', 5], writes: ['pending', 5] },
      { isLift: true, isRunning: true },
    );
    expect(freezesInForce([left, lift])).toMatchObject([{ workflowId: 'freeze-1', waiting: 'unfreeze-1' }]);
  });

  it('is frozen again by whoever froze it last', () => {
    const runs = [
      run({ id: 'freeze-1', since: 0, requests: ['lifted', 3] }),
      run({ id: 'freeze-2', since: 9, requests: ['working', 9] }),
    ];
    expect(freezesInForce(runs)).toMatchObject([{ by: 'by of freeze-2' }]);
  });

  it('does not hide another one', () => {
    const one = run({ id: 'freeze-1', since: 4, requests: ['held', 4] });
    const other = run({ id: 'freeze-2', since: 2, requests: ['held', 2] });
    other.freeze.environment = 'staging';
    expect(freezesInForce([one, other]).map(({ environment }) => environment)).toEqual([
      'staging',
      'production',
    ]);
  });
});

it('what a run notes can be read again, and nothing else is taken for it', () => {
  const memo = freezeMemo({
    ...{ service: 'listings', environment: 'production', by: 'anna', reason: 'x', since: at(0) },
    holds: [{ name: 'requests', state: 'working', said: 'long proof', details: ['much'], at: null }],
    ...{ decision: null, problem: null },
  });
  expect(readFreezeMemo(memo)).toEqual({
    ...{ service: 'listings', environment: 'production', by: 'anna', reason: 'x', since: at(0) },
    holds: [{ name: 'requests', state: 'working', at: at(0) }],
  });
  expect(readFreezeMemo(undefined)).toBeNull();
  expect(readFreezeMemo({ service: 'listings' })).toBeNull();
});
