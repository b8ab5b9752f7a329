import { expect, test } from 'vitest';
import { applicationSentence } from '../../../src/domain/report/application.ts';
import { trafficSentence } from '../../../src/domain/report/traffic.ts';
import type { StepRecord } from '../../../src/domain/rollback.ts';
import { at, decided, doneStep, makeRecord, proved, stepRecord } from '../../support/records.ts';
import { fullPlan } from '../../support/full-records.ts';

type State = { stop?: Partial<StepRecord>; restart: Partial<StepRecord> };
const recordOf = ({ stop = { state: 'not-needed' }, restart }: State) =>
  makeRecord({
    plan: fullPlan(),
    status: {
      steps: [
        doneStep('shift-traffic', 1, proved('all answers from blue', 1.8)),
        stepRecord('stop-application', stop),
        stepRecord('restart-application', restart),
      ],
    },
  });

const begun = { startedAt: at(5) };
const stopped = { state: 'done', ...begun } as const;

test.each<[string, State, string]>([
  ['was left alone', { restart: { state: 'not-reached' } }, ''],
  ['was restarted', { restart: { state: 'done', ...begun } }, ''],
  [
    'is restarted',
    { restart: { state: 'running', ...begun } },
    'blue (1.4.0) is being restarted: requests fail until it is healthy.',
  ],
  [
    'is being stopped',
    { stop: { state: 'running', ...begun }, restart: { state: 'pending' } },
    'blue (1.4.0) is being stopped for the restore: requests fail until it runs again.',
  ],
  [
    'is stopped',
    { stop: stopped, restart: { state: 'pending' } },
    'blue (1.4.0) is stopped for the restore: requests fail until it runs again.',
  ],
  [
    'does not start',
    { stop: stopped, restart: { state: 'waiting-for-decision', ...begun } },
    'Whether blue (1.4.0) runs is not proved: its restart failed, and requests may fail.',
  ],
  [
    'was stopped, and the rollback was ended',
    { stop: stopped, restart: { state: 'not-reached' } },
    'Whether blue (1.4.0) runs is not proved: its restart was not reached, and requests may fail.',
  ],
  [
    'is left to a person',
    {
      restart: { state: 'skipped', ...begun, decision: decided('restart-application', 'skip') },
    },
    'Whether blue (1.4.0) runs is not proved: its restart was skipped by bob, and requests may fail.',
  ],
])('the release returned to %s', (_, state, sentence) => {
  const record = recordOf(state);
  expect(applicationSentence(record)).toBe(sentence);
  expect(trafficSentence(record)).toBe(`All traffic is on blue (1.4.0). ${sentence}`.trimEnd());
});
