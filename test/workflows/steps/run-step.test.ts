import { expect, it } from 'vitest';
import { endOf, finish } from '../../../workflows/steps/run-step.ts';
import type { Rollback } from '../../../workflows/steps/rollback.ts';
import type { StepRecord, StepResult } from '../../../src/domain/rollback.ts';

const BEGAN = '2026-11-21T04:15:00.000Z';
const PROVED = '2026-11-21T04:15:04.000Z';
const EARLIER = '2026-11-21T04:14:59.500Z';

/** What is written of a step that began at `BEGAN`. */
function finished(result: Partial<StepResult>) {
  const written: { record?: Partial<StepRecord>; entry?: object } = {};
  const rollback = {
    step: () => ({ title: 'Stop green', startedAt: BEGAN }),
    update: (_: string, record: Partial<StepRecord>) => (written.record = record),
    note: (entry: object) => (written.entry = entry),
  };
  finish(rollback as unknown as Rollback, 'stop-faulty', {
    ...{ outcome: 'done', proof: 'it is gone', details: [], provedAt: PROVED },
    ...result,
  });
  return written;
}

it('ends a step when its proof was read, whatever the clock of a workflow that is replayed later says', () => {
  const { record, entry } = finished({});
  expect(record).toMatchObject({ state: 'done', finishedAt: PROVED });
  expect(entry).toEqual({ at: PROVED, what: 'Stop green: it is gone', step: 'stop-faulty' });
});

it('ends no step before it began, where the clock of the worker is behind', () => {
  expect(endOf(BEGAN, EARLIER)).toBe(BEGAN);
  expect(endOf(null, EARLIER)).toBe(EARLIER);
  const { record, entry } = finished({ provedAt: EARLIER });
  expect(record).toMatchObject({ finishedAt: BEGAN });
  expect(entry).toMatchObject({ at: BEGAN });
});

it('says in the timeline on which try it was done', () => {
  expect(finished({ outcome: 'already', attempt: 3 }).entry).toMatchObject({
    what: 'Stop green: it is gone, on try 3',
  });
});
