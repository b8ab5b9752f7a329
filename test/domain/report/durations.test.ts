import { describe, expect, test } from 'vitest';
import type { HoldState } from '../../../src/domain/freeze.ts';
import type { IncidentRecord, RollbackStatus } from '../../../src/domain/rollback.ts';
import { renderReport } from '../../../src/domain/report/report.ts';
import { summarise } from '../../../src/domain/report/summary.ts';
import { deadlineSentence, durationsOf, momentsOf } from '../../../src/domain/report/durations.ts';
import { CASES } from '../../support/cases.ts';
import { approvalsOf, fullPlan } from '../../support/full-records.ts';
import { at, doneStep, makeRecord, proved } from '../../support/records.ts';

const durations = (name: keyof typeof CASES) => durationsOf(momentsOf(CASES[name]()));

test('durations come from the record, to the millisecond', () => {
  expect(durations('success')).toEqual({
    releaseToDetection: null,
    detectionToStart: 200_000,
    askToApproval: null,
    startToTrafficSafe: 1800,
    startToFaultyStopped: 3100,
    startToRequestsHeld: null,
    startToRestoreTyped: null,
    startToDatabaseRestored: null,
    startToVerified: 9500,
    total: 9600,
    exposure: 201_800,
  });
});

test('what did not happen has no duration', () => {
  expect(durations('cancelled')).toEqual({
    releaseToDetection: null,
    detectionToStart: null,
    askToApproval: null,
    startToTrafficSafe: null,
    startToFaultyStopped: null,
    startToRequestsHeld: null,
    startToRestoreTyped: null,
    startToDatabaseRestored: null,
    startToVerified: null,
    total: 1400,
    exposure: null,
  });
});

test('a verification that failed is no moment of being verified', () => {
  expect(durations('unverified').startToVerified).toBeNull();
});

test.each([
  ['success', 'Kept, with 11 min 38 s to spare.'],
  ['skipped-stop', 'NOT KEPT: missed by 40.0 s.'],
  [
    'unverified',
    'Traffic left the faulty release in time, with 11 min 38 s to spare, but the release returned to is not proved good.',
  ],
  ['cancelled', 'Not met by this rollback: it ended before that time, and traffic was not proved safe.'],
  ['started', 'Still open.'],
] as const)('the deadline of %s: %s', (name, said) => {
  expect(deadlineSentence(CASES[name]())).toMatch(
    /^P\d: traffic safe by 2026-11-21 04:\d\d:\d\d UTC, \d+ min after /,
  );
  expect(deadlineSentence(CASES[name]()).endsWith(said)).toBe(true);
});

test('a deadline that passed without traffic being safe was not kept', () => {
  const record = makeRecord({ status: { outcome: 'aborted', trafficSafeAt: null, endedAt: at(3600) } });
  expect(deadlineSentence(record)).toContain('NOT KEPT: traffic was not proved safe.');
});

describe('a full rollback', () => {
  const typed = doneStep('confirm-restore', 5, proved('dan typed RESTORE', 8));
  const restored = doneStep('restore-database', 8, proved('it is the restored one', 20));
  const full = (status: Partial<RollbackStatus> = {}, request = {}) =>
    makeRecord({ plan: fullPlan(request), status: { kind: 'full', steps: [typed, restored], ...status } });
  const held = (state: HoldState): Partial<RollbackStatus> => ({
    requestsHeldAt: at(-60),
    freeze: {
      ...{ service: 'listings', environment: 'production', by: 'dan', reason: 'prices', since: at(-61) },
      holds: [{ name: 'requests', state, said: null, details: [], at: at(-60) }],
      decision: null,
      problem: null,
    },
  });
  const table = (record: IncidentRecord) => renderReport(record, []);

  test('names when RESTORE was typed and the database restored, in the report and in summary.json', () => {
    expect(table(full())).toContain(
      '| RESTORE typed | 2026-11-21 04:15:08 UTC | 8.0 s after the start |\n' +
        '| Database restored | 2026-11-21 04:15:20 UTC | 20.0 s after the start |\n',
    );
    expect(summarise(full())).toMatchObject({ restoreTypedAt: at(8), databaseRestoredAt: at(20) });
    const none = full({ steps: [] });
    expect(table(none)).toContain(
      '| RESTORE typed | not typed | – |\n| Database restored | not restored | – |\n',
    );
    expect(summarise(none)).toMatchObject({ restoreTypedAt: null, databaseRestoredAt: null });
  });

  test('counts from when the faulty release went live, where that is given', () => {
    expect(table(full())).toContain('| Faulty release went live, as given | 2026-11-21 04:05:00 UTC | – |\n');
    expect(table(full())).toContain(
      'Users may have met the faulty release for 10 min 2 s, from its release at 2026-11-21 04:05:00 UTC until traffic was proved off it.',
    );
    expect(summarise(full())).toMatchObject({ releasedAt: at(-600), durationsMs: { exposure: 601_800 } });
    const named = full({}, { releasedAt: undefined, detectedAt: undefined });
    expect(table(named)).toContain('from the start of the rollback (detection was not given) until');
    expect(table(named)).not.toContain('went live');
    expect(summarise(named).releasedAt).toBeNull();
  });

  test('counts until a freeze held requests', () => {
    const record = full(held('lifted'));
    expect(table(record)).toContain('| Requests proved to be held | 2026-11-21 04:14:00 UTC | ');
    expect(table(record)).toContain(
      'for 9 min 0 s, from its release at 2026-11-21 04:05:00 UTC until requests were proved to be held.',
    );
    expect(summarise(record)).toMatchObject({ requestsHeldAt: at(-60), durationsMs: { exposure: 540_000 } });
  });

  test('counts no hold that was lifted while traffic was not safe', () => {
    const moments = (state: HoldState) => momentsOf(full({ ...held(state), trafficSafeAt: null }));
    expect(moments('held').requestsHeld).toBe(at(-60));
    expect(moments('lifted').requestsHeld).toBeNull();
    expect(durationsOf(moments('lifted')).exposure).toBeNull();
  });
});

test('approvals count from when they were asked for, detection from the release', () => {
  const times = { releasedAt: at(-120), detectedAt: at(-30) };
  const plan = fullPlan(times);
  const waiting = makeRecord({ plan, status: { kind: 'full', approvals: approvalsOf(plan) } });
  const approved = makeRecord({
    plan,
    status: { kind: 'full', approvals: approvalsOf(plan, ['approve', { by: 'anna' }]) },
  });
  expect(durationsOf(momentsOf(waiting))).toMatchObject({ releaseToDetection: 90_000, askToApproval: null });
  expect(durationsOf(momentsOf(approved)).askToApproval).toBe(1000);
  expect(renderReport(waiting, [])).toContain('| Approved | not approved | – |');
  const report = renderReport(approved, []);
  expect(report).toContain('| Approved | 2026-11-21 04:15:02 UTC | 1.0 s after it was asked for |');
  expect(report).toContain('| Trouble detected | 2026-11-21 04:14:30 UTC | 1 min 30 s after the release |');
  expect(summarise(approved)).toMatchObject({
    approvedAt: '2026-11-21T04:15:02.000Z',
    durationsMs: { releaseToDetection: 90_000, askToApproval: 1000 },
  });
});
