import { expect, test } from 'vitest';
import { renderHistory } from '../../../src/cli/view/history.ts';
import { renderRunning, renderStatus } from '../../../src/cli/view/status.ts';
import { at, makeRecord, stepRecord } from '../../support/records.ts';
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
