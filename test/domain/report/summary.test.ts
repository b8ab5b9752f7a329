import { expect, test } from 'vitest';
import { incidentSummarySchema, summarise } from '../../../src/domain/report/summary.ts';
import { CASES, cancelled, continuing, success } from '../../support/cases.ts';
import { at, makePlan, makeRecord } from '../../support/records.ts';

test.each(Object.entries(CASES))('the summary of %s is what its schema says', (_, make) => {
  const summary = summarise(make());
  expect(incidentSummarySchema.parse(JSON.parse(JSON.stringify(summary)))).toEqual(summary);
});

test('the numbers of a rollback that went well', () => {
  const summary = summarise(success());
  expect(summary).toMatchObject({
    format: 'backout.incident/1',
    outcome: 'rolled-back',
    dataChanged: false,
    from: { name: 'green', version: '1.5.0' },
    to: { name: 'blue', version: '1.4.0' },
    startedAt: at(0),
    trafficSafeAt: at(1.8),
    faultyStoppedAt: at(3.1),
    verifiedAt: at(9.5),
    endedAt: at(9.6),
    deadline: { at: at(700), minutes: 15, kept: true, secondsLeft: 698 },
    acknowledgedBy: ['carol'],
    resolution: { by: 'carol', at: at(9), resolution: 'back on 1.4.0' },
  });
  expect(summary.steps.map(({ name, state }) => `${name} ${state}`)).toEqual([
    'capture-before done',
    'start-previous not-needed',
    'shift-traffic done',
    'capture-logs done',
    'stop-faulty done',
    'verify done',
    'report done',
    'announce done',
  ]);
});

test('what nobody gave is null, and an open deadline is neither kept nor missed', () => {
  expect(summarise(cancelled())).toMatchObject({
    requestedBy: null,
    incidentCommander: null,
    detectedAt: null,
    trafficSafeAt: null,
    deadline: { kept: null, secondsLeft: null },
  });
});

test('times in other zones come out in UTC', () => {
  const record = makeRecord({ plan: makePlan({ detectedAt: '2026-11-21T05:10:00+01:00' }) });
  expect(summarise(record).detectedAt).toBe('2026-11-21T04:10:00.000Z');
});

test('the rollback that was continued is named', () => {
  expect(summarise(continuing()).continues).toBe('rollback-listings-41');
});
