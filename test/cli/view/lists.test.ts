import { expect, test } from 'vitest';
import { renderHistory } from '../../../src/cli/view/history.ts';
import { renderRunning, renderStatus } from '../../../src/cli/view/status.ts';
import { at, makeRecord, makeVerdict, proved, stepRecord, withSteps } from '../../support/records.ts';
import { asEnded } from '../../../src/cli/view/as-ended.ts';
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

test('the history has one line per rollback', () => {
  const common = { startedAt: at(0), endedAt: at(9.6), incidentFolder: null, failure: null };
  expect(
    renderHistory([
      {
        ...common,
        ...{ workflowId: 'rollback-2', service: 'listings', environment: 'production' },
        ...{ outcome: 'rolled-back', incidentFolder: '/incidents/2' },
      },
      {
        ...common,
        ...{ workflowId: 'rollback-1', service: null, environment: null },
        ...{ outcome: 'failed', failure: { type: 'UnknownService', message: 'none' } },
      },
    ]),
  ).toBe(
    'STARTED                  SERVICE              OUTCOME                 TOOK   ROLLBACK    REPORT\n' +
      '2026-11-21 04:15:00 UTC  listings/production  rolled-back             9.6 s  rollback-2  /incidents/2/INCIDENT_REPORT.md\n' +
      '2026-11-21 04:15:00 UTC  -                    failed: UnknownService  9.6 s  rollback-1  -\n',
  );
  expect(renderHistory([])).toBe('No rollback has ended here, as far as Temporal remembers.\n');
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

test('of one that failed before it had a plan, it is said that nothing was changed', () => {
  const { status } = makeRecord({
    status: { outcome: null, phase: 'planning', plan: null, steps: [], traffic: 'The plan is being made.' },
  });
  const failed = { kind: 'failed', type: 'UnknownService', message: 'There is none.' } as const;
  expect(renderStatus(asEnded(status, failed), NO_COLOURS, { end: 'failed' })).toMatch(
    /^rollback-listings-42: failed\nStarted .*\nNothing was changed: traffic and data are as they were\.\n/,
  );
});
