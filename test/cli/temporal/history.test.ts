/** What is read out of a history, and that nothing in it can make the reading fail. */
import { defaultPayloadConverter } from '@temporalio/common';
import { expect, test } from 'vitest';
import { WORKFLOW_TYPES } from '../../../src/cli/temporal/start.ts';
import { STEP_OF } from '../../../src/cli/temporal/history-steps.ts';
import { STEPS } from '../../../src/domain/plan.ts';
import type { RunKind } from '../../../src/domain/plan.ts';
import { makePlan } from '../../support/records.ts';
import { historyOf } from '../../../src/cli/temporal/history.ts';
import type { HistoryEvent } from '../../../src/cli/temporal/history.ts';
import { statusFromHistory } from '../../../src/cli/temporal/status-from-history.ts';

const payloads = (value: unknown) => ({ payloads: [defaultPayloadConverter.toPayload(value)] });
const at = (seconds: number) => ({ seconds: Date.UTC(2026, 10, 21, 3, 0, seconds) / 1000, nanos: 5e6 });
const STARTED: HistoryEvent = {
  eventId: 1,
  eventTime: at(0),
  workflowExecutionStartedEventAttributes: {
    workflowType: { name: 'trafficOnlyRollback' },
    input: payloads({ service: 'listings', reason: 'x' }),
  },
};
const scheduled = (eventId: number, name: string): HistoryEvent => ({
  eventId,
  eventTime: at(eventId),
  activityTaskScheduledEventAttributes: { activityType: { name }, input: payloads({ of: name }) },
});

test('an activity is open until its end is in the history', () => {
  const { activities, lastAt } = historyOf([STARTED, scheduled(5, 'shiftTraffic')]);
  expect(activities).toEqual([
    {
      name: 'shiftTraffic',
      input: { of: 'shiftTraffic' },
      state: 'open',
      result: null,
      failure: null,
      scheduledAt: '2026-11-21T03:00:05.005Z',
      endedAt: null,
    },
  ]);
  expect(lastAt).toBe('2026-11-21T03:00:05.005Z');
});

test('each way to end is told, with the cause that says most', () => {
  const ended = (eventId: number, attributes: Partial<HistoryEvent>) => ({
    eventId,
    eventTime: at(eventId),
    ...attributes,
  });
  const { activities } = historyOf([
    STARTED,
    scheduled(2, 'captureBefore'),
    scheduled(3, 'startPrevious'),
    scheduled(4, 'shiftTraffic'),
    scheduled(5, 'stopFaulty'),
    ended(6, { activityTaskCompletedEventAttributes: { scheduledEventId: 2, result: payloads(7) } }),
    ended(7, {
      activityTaskFailedEventAttributes: {
        scheduledEventId: 3,
        failure: { message: 'no port', applicationFailureInfo: { type: 'DidNotStart' } },
      },
    }),
    ended(8, {
      activityTaskTimedOutEventAttributes: {
        scheduledEventId: 4,
        failure: {
          message: 'activity ScheduleToClose timeout',
          cause: { message: 'not proved', applicationFailureInfo: { type: 'ProofFailed' } },
        },
      },
    }),
    ended(9, { activityTaskCanceledEventAttributes: { scheduledEventId: 5 } }),
  ]);
  expect(activities.map(({ state, result, failure }) => [state, result, failure])).toEqual([
    ['done', 7, null],
    ['failed', null, { type: 'DidNotStart', message: 'no port' }],
    ['failed', null, { type: 'ProofFailed', message: 'not proved' }],
    ['failed', null, { type: 'Cancelled', message: 'It was cancelled.' }],
  ]);
});

test('signals and updates are messages; what can not be read is none of our trouble', () => {
  const { messages, request } = historyOf([
    { ...STARTED, workflowExecutionStartedEventAttributes: { input: { payloads: [{ metadata: {} }] } } },
    {
      eventId: 2,
      eventTime: at(2),
      workflowExecutionSignaledEventAttributes: { signalName: 'approve', input: payloads({ by: 'ben' }) },
    },
    {
      eventId: 3,
      eventTime: at(3),
      workflowExecutionUpdateAcceptedEventAttributes: {
        acceptedRequest: { input: { name: 'reject', args: { payloads: [{ metadata: {} }] } } },
      },
    },
  ]);
  expect(request).toBeNull();
  expect(messages.map(({ name, content }) => [name, content])).toEqual([
    ['approve', { by: 'ben' }],
    ['reject', null],
  ]);
});

test('a run that no worker has begun says that nothing was changed', () => {
  const status = statusFromHistory(historyOf([STARTED]), { workflowId: 'rollback-1', runId: 'run' });
  expect(status).toMatchObject({ plan: null, steps: [], kind: 'traffic-only' });
  expect(status.traffic).toBe('Traffic was not changed by this: no plan was made yet.');
  expect(status.freeze).toBeUndefined();
});

const KINDS: RunKind[] = ['traffic-only', 'full', 'partial', 'recover'];

test.each(KINDS)('a %s run has the steps of its kind, each done by an activity or a person', (kind) => {
  const seen = seenAfter(WORKFLOW_TYPES[kind], 'captureBefore');
  expect(seen.kind).toBe(kind);
  expect(seen.steps.map(({ name }) => name)).toEqual(STEPS[kind]);
  const told = new Set<string>([...Object.values(STEP_OF), 'confirm-restore']);
  expect(STEPS[kind].filter((name) => !told.has(name))).toEqual([]);
});

test.each([
  ['switchFlags', 'switch-flags'],
  ['putBackConfiguration', 'put-back-configuration'],
  ['restartChanged', 'restart-application'],
])('what %s of a partial rollback has proved is told', (activity, step) => {
  const seen = seenAfter('partialRollback', activity);
  expect(seen.steps.filter(({ state }) => state !== 'pending').map(({ name }) => name)).toEqual([step]);
  expect(seen.steps.find(({ name }) => name === step)).toMatchObject({
    state: 'done',
    result: { proof: `${activity} is proved` },
  });
});

/** Planned, and then this one activity done. */
function seenAfter(workflowType: string, activity: string) {
  const done = (scheduledEventId: number, result: unknown): HistoryEvent => ({
    eventId: scheduledEventId + 1,
    eventTime: at(scheduledEventId + 1),
    activityTaskCompletedEventAttributes: { scheduledEventId, result: payloads(result) },
  });
  const proved = {
    outcome: 'done',
    proof: `${activity} is proved`,
    details: [],
    provedAt: '2026-11-21T03:00:05Z',
  };
  const history = historyOf([
    {
      ...STARTED,
      workflowExecutionStartedEventAttributes: {
        ...STARTED.workflowExecutionStartedEventAttributes,
        workflowType: { name: workflowType },
      },
    },
    scheduled(2, 'planRollback'),
    done(2, { ...makePlan({}), steps: [] }),
    scheduled(4, activity),
    done(4, proved),
  ]);
  return statusFromHistory(history, { workflowId: 'rollback-1', runId: 'run' });
}
