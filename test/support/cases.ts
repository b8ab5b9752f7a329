/** The ways a rollback can end, each as a record. */
import type { IncidentRecord } from '../../src/domain/rollback.ts';
import {
  at,
  decided,
  doneStep,
  makePlan,
  makeRecord,
  makeVerdict,
  proved,
  stepRecord,
  withSteps,
} from './records.ts';

const NGINX_BROKEN = {
  type: 'SiteFileBroken',
  message:
    'The nginx configuration on web-1 does not pass its test. nginx says: unknown directive "sever". ' +
    'Nothing was changed: traffic and data are as they were. Correct it by hand, then decide `retry`.',
};

const notReached = (...names: Parameters<typeof stepRecord>[0][]) =>
  names.map((name) => stepRecord(name, { state: 'not-reached' }));

/** Everything went well; people acknowledged and resolved, and one of them mistyped. */
export const success = (): IncidentRecord => {
  const record = makeRecord({
    status: {
      acknowledgements: [{ by: 'carol', note: 'on it', at: at(3) }],
      resolution: { by: 'carol', resolution: 'back on 1.4.0', at: at(9) },
      refusedMessages: [{ at: at(4), name: 'acknowlege', why: 'there is no signal of that name' }],
    },
  });
  const shifted = { at: at(2.1), what: 'Slack took the message', announced: 'traffic-shifted' } as const;
  return { ...record, timeline: [...record.timeline, shifted] };
};

/** Somebody had switched back by hand before the rollback came. */
export const already = (): IncidentRecord =>
  makeRecord({
    status: {
      steps: withSteps(
        doneStep(
          'shift-traffic',
          0.6,
          proved('10 answers in a row came from blue (1.4.0)', 0.9, { outcome: 'already' }),
        ),
        doneStep('stop-faulty', 2.4, proved('green (1.5.0) ran no more', 2.5, { outcome: 'already' })),
      ),
      trafficSafeAt: at(0.9),
    },
  });

/** Traffic has moved, but the release returned to is sick as well. */
export const unverified = (): IncidentRecord =>
  makeRecord({
    status: {
      outcome: 'unverified',
      steps: withSteps(
        doneStep(
          'verify',
          3.1,
          proved('blue (1.4.0) failed 1 of 3 checks: 5xx share: 3 % is not below 1 %', 9.5, {
            verdict: makeVerdict(false),
          }),
        ),
      ),
    },
  });

/** nginx refused the new file, twice, and a person gave up. */
export const abortedAtShift = (): IncidentRecord =>
  makeRecord({
    status: {
      outcome: 'aborted',
      steps: withSteps(
        stepRecord('shift-traffic', {
          state: 'aborted',
          startedAt: at(0.6),
          finishedAt: at(25),
          rounds: 2,
          failure: NGINX_BROKEN,
          decision: decided('shift-traffic', 'abort', { note: 'nginx is broken by the deploy' }),
        }),
        ...notReached('capture-logs', 'stop-faulty', 'verify'),
      ),
      trafficSafeAt: null,
      endedAt: at(31),
    },
  });

/** The faulty process would not end, and a person went on without that. */
export const skippedStop = (): IncidentRecord =>
  makeRecord({
    plan: makePlan({ customerFacing: false, severity: 'P0' }),
    status: {
      steps: withSteps(
        stepRecord('stop-faulty', {
          state: 'skipped',
          startedAt: at(2.4),
          finishedAt: at(20),
          rounds: 1,
          failure: {
            type: 'StillRunning',
            message:
              'The process on web-1 still runs: pid 997. This step did not change traffic. End it by hand and decide `retry`.',
          },
          decision: decided('stop-faulty', 'skip', { note: 'it has no traffic' }),
        }),
      ),
      trafficSafeAt: at(140),
    },
  });

/** Cancelled in the Temporal UI while nginx was being reloaded. */
export const cancelled = (): IncidentRecord =>
  makeRecord({
    plan: makePlan({ requestedBy: undefined, incidentCommander: undefined, detectedAt: undefined }),
    status: {
      outcome: 'cancelled',
      steps: withSteps(
        stepRecord('shift-traffic', { state: 'aborted', startedAt: at(0.6), rounds: 1 }),
        ...notReached('capture-logs', 'stop-faulty', 'verify'),
        stepRecord('report', { state: 'running', startedAt: at(1.4), rounds: 1 }),
        stepRecord('announce'),
      ),
      trafficSafeAt: null,
      endedAt: at(1.4),
    },
  });

/** An earlier rollback was terminated between its switch and its stop; this one finished it. */
export const continuing = (): IncidentRecord =>
  makeRecord({
    plan: makePlan(
      {},
      {
        continues: {
          owner: 'rollback-listings-41',
          from: { name: 'green', version: '1.5.0' },
          to: { name: 'blue', version: '1.4.0' },
          phase: 'shifted',
          at: at(-90),
        },
        warnings: ['green answers no request, and the last rollback left it running'],
      },
    ),
    status: {
      steps: withSteps(
        doneStep(
          'shift-traffic',
          0.6,
          proved('10 answers in a row came from blue (1.4.0)', 0.9, { outcome: 'already' }),
        ),
      ),
      trafficSafeAt: at(0.9),
    },
  });

/** A person at the door: the switch has failed and waits for an answer. */
export const waiting = (): IncidentRecord =>
  makeRecord({
    status: {
      phase: 'waiting',
      outcome: null,
      awaiting: {
        what: 'A decision about the step "Send all traffic to blue (1.4.0)"',
        since: at(25),
        step: 'shift-traffic',
        answers: [
          'backout decide rollback-listings-42 shift-traffic retry --note "WHY"',
          'backout decide rollback-listings-42 shift-traffic skip --note "WHY"',
          'backout decide rollback-listings-42 shift-traffic abort --note "WHY"',
          `temporal workflow signal --workflow-id rollback-listings-42 --name decideStep --input '{"step":"shift-traffic","decision":"retry","by":"YOUR-NAME","note":"WHY"}'`,
        ],
      },
      steps: withSteps(
        stepRecord('shift-traffic', {
          state: 'waiting-for-decision',
          startedAt: at(0.6),
          finishedAt: at(25),
          rounds: 2,
          failure: NGINX_BROKEN,
          decision: decided('shift-traffic', 'retry', { seconds: 20 }),
        }),
        ...(['capture-logs', 'stop-faulty', 'verify', 'report', 'announce'] as const).map((name) =>
          stepRecord(name),
        ),
      ),
      trafficSafeAt: null,
      endedAt: null,
      incidentFolder: null,
    },
  });

/** Just begun. */
export const started = (): IncidentRecord =>
  makeRecord({
    status: {
      outcome: null,
      steps: withSteps(
        stepRecord('capture-before', { state: 'running', startedAt: at(0.4), rounds: 1 }),
        stepRecord('start-previous'),
        ...(['shift-traffic', 'capture-logs', 'stop-faulty', 'verify', 'report', 'announce'] as const).map(
          (name) => stepRecord(name),
        ),
      ),
      trafficSafeAt: null,
      endedAt: null,
      incidentFolder: null,
    },
  });

/** Traffic has moved, the rest is still to come. */
export const shifted = (): IncidentRecord =>
  makeRecord({
    status: {
      outcome: null,
      steps: withSteps(
        stepRecord('capture-logs', { state: 'running', startedAt: at(1.8), rounds: 1 }),
        ...(['stop-faulty', 'verify', 'report', 'announce'] as const).map((name) => stepRecord(name)),
      ),
      endedAt: null,
    },
  });

/** The first level did not answer, the second one was called by a way round, and acknowledged. */
export const paged = (): IncidentRecord => {
  const level = (number: number, name: string, ...people: string[]) => ({ number, name, people });
  const receipt = (channel: string, seconds: number, id: string | null) => ({
    channel,
    provider: 'test',
    receipt: id,
    sentAt: at(seconds),
  });
  return makeRecord({
    status: {
      escalation: {
        workflowId: 'backout-escalation/rollback/run-1',
        state: 'running',
        level: level(2, 'team lead', 'Ben Okri', 'Cem | Aydın'),
        next: null,
        pages: [
          {
            id: 'page/1',
            at: at(0.5),
            level: level(1, 'on duty', 'Anna Berg'),
            cause: 'start',
            outcome: 'sent',
            receipts: [receipt('PagerDuty (on duty)', 1.2, 'backout-run-1')],
            problems: [],
          },
          {
            id: 'page/2',
            at: at(300.5),
            level: level(1, 'on duty', 'Anna Berg'),
            cause: 'repeat',
            outcome: 'failed',
            receipts: [],
            problems: ['PagerDuty (on duty): It answered 500. Traffic and data were not changed by this.'],
          },
          {
            id: 'page/3',
            at: at(310),
            level: level(2, 'team lead', 'Ben Okri', 'Cem | Aydın'),
            cause: 'not-reached',
            outcome: 'sent',
            receipts: [
              receipt('e-mail (leads@example.com)', 311, '250 queued as 41'),
              receipt('webhook (bridge)', 312, null),
            ],
            problems: ['Slack (C0123456789): channel_not_found.'],
          },
          {
            id: 'page/4',
            at: at(900),
            level: level(3, 'management'),
            cause: 'time',
            outcome: 'sending',
            receipts: [],
            problems: [],
          },
        ],
        acknowledgements: [{ at: at(372), by: 'ben', note: 'on my way' }],
        said: null,
      },
    },
  });
};

/** Every record above, by name. */
export const CASES = {
  success,
  already,
  unverified,
  'aborted-at-shift': abortedAtShift,
  'skipped-stop': skippedStop,
  cancelled,
  continuing,
  waiting,
  started,
  shifted,
  paged,
} as const;
