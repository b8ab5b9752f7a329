import { expect, test } from 'vitest';
import { renderHistory } from '../../../src/cli/view/history.ts';
import type { RememberedRollback } from '../../../src/domain/history/rollback.ts';
import { renderRunning, renderStatus } from '../../../src/cli/view/status.ts';
import { at, makeRecord, makeVerdict, proved, stepRecord, withSteps } from '../../support/records.ts';
import { freezeOf } from '../../support/full-records.ts';
import { asEnded } from '../../../src/cli/view/as-ended.ts';
import type { RollbackResult } from '../../../src/domain/rollback.ts';
import { NO_COLOURS } from '../support/io.ts';

test('the list of those that run says what each does', () => {
  const { status } = makeRecord({
    status: { outcome: null, steps: [stepRecord('verify', { state: 'running' })] },
  });
  const now = new Date(at(75)).getTime();
  expect(
    renderRunning(
      [
        { workflowId: 'rollback-1', startedAt: at(0), status },
        { workflowId: 'rollback-22', startedAt: at(60), status: null },
      ],
      now,
    ),
  ).toBe(
    'ROLLBACK     STATE              FOR         NOW\n' +
      'rollback-1   running            1 min 15 s  Verify blue (1.4.0)\n' +
      'rollback-22  no worker answers  15.0 s\n',
  );
  expect(renderRunning([], now)).toBe('No rollback runs. `backout history` lists those that have ended.\n');
});

const remembered = (change: Partial<RememberedRollback>): RememberedRollback => ({
  workflowId: 'rollback-2',
  kind: 'traffic-only',
  startedAt: at(0),
  endedAt: at(9.6),
  service: 'listings',
  environment: 'production',
  from: 'green (1.5.0)',
  to: 'blue (1.4.0)',
  outcome: 'rolled-back',
  failure: null,
  trafficSafeAt: at(2.1),
  deadline: { severity: 'P1', from: at(-60), at: at(840), kept: true },
  timeToMitigateMs: 62_100,
  incidentFolder: '/incidents/2',
  ...change,
});

test('the history has one line per rollback, with how quick it was, and whether in time', () => {
  const nothing = { from: null, to: null, deadline: null, timeToMitigateMs: null, incidentFolder: null };
  const late = { severity: 'P0', from: at(0), at: at(300), kept: false } as const;
  expect(
    renderHistory([
      remembered({ workflowId: 'rollback-4', outcome: 'running', endedAt: null, deadline: null }),
      remembered({ workflowId: 'rollback-3', kind: 'full', outcome: 'unverified', deadline: late }),
      remembered({
        ...nothing,
        ...{ workflowId: 'rollback-1', service: null, environment: null },
        ...{ outcome: 'refused', failure: { type: 'UnknownService', message: 'none' } },
      }),
    ]),
  ).toBe(
    [
      'STARTED                  KIND          SERVICE              FROM → TO                     OUTCOME                  MITIGATED  DEADLINE   ROLLBACK    REPORT',
      '2026-11-21 04:15:00 UTC  traffic-only  listings/production  green (1.5.0) → blue (1.4.0)  running                  1 min 2 s  -          rollback-4  /incidents/2/INCIDENT_REPORT.md',
      '2026-11-21 04:15:00 UTC  full          listings/production  green (1.5.0) → blue (1.4.0)  unverified               1 min 2 s  P0 MISSED  rollback-3  /incidents/2/INCIDENT_REPORT.md',
      '2026-11-21 04:15:00 UTC  traffic-only  -                    -                             refused: UnknownService  -          -          rollback-1  -',
      '',
    ].join('\n'),
  );
  expect(renderHistory([])).toBe('No rollback was here, as far as Temporal remembers.\n');
});

test('the status of one says where traffic is, and each step with its proof', () => {
  const { status } = makeRecord();
  expect(renderStatus(status, NO_COLOURS).split('\n').slice(0, 8)).toEqual([
    'rollback-listings-42: rolled-back',
    'listings in production: green (1.5.0) → blue (1.4.0)',
    'Started 2026-11-21 04:15:00 UTC, ended 2026-11-21 04:15:09 UTC',
    'All traffic is on blue (1.4.0): 10 answers in a row came from blue (1.4.0)',
    '',
    '  ✔ Keep the state before the rollback (done, 200 ms): state-before.json, releases-before.txt and a copy of the site file are kept',
    '  – Start blue (1.4.0) (not-needed)',
    '  ✔ Send all traffic to blue (1.4.0) (done, 1.2 s): 10 answers in a row came from blue (1.4.0)',
  ]);
});

const FOLDER = '/var/lib/backout/incidents/rollback-20261121-041500';

test('the status names the report once it is written, and the folder before that', () => {
  const last = (steps: ReturnType<typeof withSteps>, phase: 'running' | 'ended') =>
    renderStatus(makeRecord({ status: { steps, phase } }).status, NO_COLOURS)
      .trimEnd()
      .split('\n')
      .at(-1);
  const unwritten = withSteps(stepRecord('report'));
  expect(last(unwritten, 'running')).toBe(`Evidence so far, on the worker: ${FOLDER}`);
  expect(last(unwritten, 'ended')).toBe(`No report was written. Evidence, on the worker: ${FOLDER}`);
  expect(last(withSteps(), 'ended')).toBe(`Report, on the worker: ${FOLDER}/INCIDENT_REPORT.md`);
});

test('the folder of a freeze that no rollback came of has its report, though no step wrote it', () => {
  const freeze = freezeOf('lifted', 'lifted');
  const { status } = makeRecord({ status: { plan: null, steps: [], freeze, outcome: 'released' } });
  const text = renderStatus(status, NO_COLOURS);
  expect(text).toContain(`Report, on the worker: ${FOLDER}/INCIDENT_REPORT.md\n`);
  expect(text).not.toContain('No report was written');
});

test('a verification that found the release bad is not ticked off', () => {
  const verify = stepRecord('verify', {
    state: 'done',
    startedAt: at(3),
    finishedAt: at(9),
    result: proved('blue failed 2 of 3 checks', 9, { verdict: makeVerdict(false) }),
  });
  const { status } = makeRecord({ status: { outcome: 'unverified', steps: [verify] } });
  expect(renderStatus(status, NO_COLOURS)).toContain(
    '  ✘ Verify blue (1.4.0) (done, 6.0 s): blue failed 2 of 3 checks\n',
  );
});

test('of one that was ended from outside, the end counts and not what it last said', () => {
  const { status } = makeRecord({
    status: {
      outcome: null,
      endedAt: null,
      phase: 'waiting',
      awaiting: { what: 'a decision', since: at(3), step: 'verify', answers: ['retry it'] },
    },
  });
  const terminated = { kind: 'terminated', reason: 'by hand' } as const;
  const text = renderStatus(asEnded(status, terminated), NO_COLOURS, { end: 'terminated' });
  expect(text).toMatch(/^rollback-listings-42: terminated\n/);
  expect(text).not.toContain('Waits for');
});

test('of one that has come to its end, the result counts where only the history tells of it', () => {
  const { status } = makeRecord({
    status: { outcome: null, endedAt: null, trafficSafeAt: null, phase: 'running' },
  });
  const result: RollbackResult = {
    ...{
      outcome: 'unverified' as const,
      summary: 'It is not good.',
      service: 'listings',
      environment: 'production',
    },
    ...{
      from: 'green',
      to: 'blue',
      startedAt: at(0),
      trafficSafeAt: at(2),
      endedAt: at(9),
      incidentFolder: null,
    },
  };
  const ended = asEnded(status, { kind: 'result', result });
  expect(ended).toMatchObject({
    ...{ phase: 'ended', outcome: 'unverified', trafficSafeAt: at(2), endedAt: at(9), awaiting: null },
  });
  expect(renderStatus(ended, NO_COLOURS)).toMatch(
    /^rollback-listings-42: unverified\n.*\nStarted .*, ended 2026-11-21 04:15:09 UTC\n/,
  );
});

test('of one that failed before it had a plan, it is said that nothing was changed', () => {
  const { status } = makeRecord({
    status: { outcome: null, phase: 'planning', plan: null, steps: [], traffic: 'The plan is being made.' },
  });
  const failed = { kind: 'failed', type: 'UnknownService', message: 'There is none.' } as const;
  expect(renderStatus(asEnded(status, failed), NO_COLOURS, { end: 'failed' })).toMatch(
    /^rollback-listings-42: failed\nStarted .*\nNothing was changed: traffic and data are as they were\.\n/,
  );
});
