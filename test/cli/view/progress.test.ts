import { describe, expect, test } from 'vitest';
import { Progress } from '../../../src/cli/view/progress.ts';
import {
  at,
  decided,
  doneStep,
  makeRecord,
  makeVerdict,
  proved,
  stepRecord,
  withSteps,
} from '../../support/records.ts';
import { NO_COLOURS } from '../support/io.ts';

const NOW = new Date(at(9)).getTime();

describe('Progress', () => {
  test('shows each thing once, in lines that are only appended', () => {
    const progress = new Progress(NO_COLOURS);
    const { status } = makeRecord();
    expect(progress.lines(status, NOW)).toEqual([
      '04:15:00 listings in production: green (1.5.0) → blue (1.4.0)  plan 0123456789ab, 300 ms',
      '04:15:00 ✔ capture-before  state-before.json, releases-before.txt and a copy of the site file are kept  200 ms',
      '         – start-previous  not needed: blue runs already',
      '04:15:01 ✔ shift-traffic   10 answers in a row came from blue (1.4.0)  1.2 s',
      '04:15:02 ✔ capture-logs    2 of 2 logs of green (1.5.0) and its host are kept  600 ms',
      '04:15:03 ✔ stop-faulty     green (1.5.0) ended; its process is stopped  700 ms',
      '04:15:09 ✔ verify          blue (1.4.0) passed all 3 checks  6.4 s',
      '04:15:09 ✔ report          INCIDENT_REPORT.md is written  200 ms',
      '04:15:10 ✔ announce        Slack took the message  300 ms',
    ]);
    expect(progress.lines(status, NOW)).toEqual([]);
  });

  test('shows a step that runs only when it takes long', () => {
    const progress = new Progress(NO_COLOURS);
    const running = stepRecord('verify', { state: 'running', startedAt: at(3), rounds: 1 });
    const { status } = makeRecord({ status: { plan: null, steps: [running] } });
    expect(progress.lines(status, new Date(at(3.5)).getTime())).toEqual([]);
    expect(progress.lines(status, new Date(at(4.5)).getTime())).toEqual([
      '04:15:03 ▸ verify          Verify blue (1.4.0)',
    ]);
    expect(progress.lines(status, new Date(at(5.5)).getTime())).toEqual([]);
  });

  test('shows a failure with the question, and again when it fails again', () => {
    const progress = new Progress(NO_COLOURS);
    const waiting = (rounds: number) =>
      makeRecord({
        status: {
          plan: null,
          steps: [
            stepRecord('stop-faulty', {
              state: 'waiting-for-decision',
              startedAt: at(2),
              finishedAt: at(4),
              rounds,
              failure: { type: 'StillRunning', message: 'pid 997 still runs.\nTraffic was not changed.' },
            }),
          ],
          awaiting: {
            what: 'A decision about the step "Stop green (1.5.0)"',
            since: at(4 + rounds),
            step: 'stop-faulty',
            answers: ['backout decide rollback-1 --step stop-faulty retry|skip|abort --note "WHY"'],
          },
        },
      }).status;
    const failure = '04:15:04 ✘ stop-faulty     pid 997 still runs. ⏎ Traffic was not changed.';
    const question = (seconds: string) => [
      '',
      `Waits for: A decision about the step "Stop green (1.5.0)", since 2026-11-21 04:15:${seconds} UTC. Answer with one of:`,
      '    backout decide rollback-1 --step stop-faulty retry|skip|abort --note "WHY"',
      '',
    ];
    expect(progress.lines(waiting(1), NOW)).toEqual([failure, ...question('05')]);
    expect(progress.lines(waiting(1), NOW)).toEqual([]);
    expect(progress.lines(waiting(2), NOW)).toEqual([failure, ...question('06')]);
  });

  test('marks a verification that was made and found the release bad as failed', () => {
    const result = proved('blue failed 2 of 3 checks', 9, { verdict: makeVerdict(false) });
    const { status } = makeRecord({ status: { plan: null, steps: [doneStep('verify', 3, result)] } });
    expect(new Progress(NO_COLOURS).lines(status, NOW)).toEqual([
      '04:15:09 ✘ verify          blue failed 2 of 3 checks  6.0 s',
    ]);
  });

  test('says who skipped a step, and who aborted', () => {
    const skipped = stepRecord('stop-faulty', {
      state: 'skipped',
      finishedAt: at(4),
      decision: decided('stop-faulty', 'skip', { note: 'it has no traffic' }),
    });
    const aborted = stepRecord('verify', {
      state: 'aborted',
      finishedAt: at(5),
      decision: decided('verify', 'abort'),
    });
    const cancelled = stepRecord('capture-logs', { state: 'aborted', startedAt: at(3) });
    const { status } = makeRecord({ status: { plan: null, steps: [skipped, aborted, cancelled] } });
    expect(new Progress(NO_COLOURS).lines(status, NOW)).toEqual([
      '04:15:04 » stop-faulty     skipped by bob: it has no traffic',
      '04:15:05 ✘ verify          aborted by bob',
      '04:15:03 ✘ capture-logs    ended before it was done',
    ]);
  });

  test('shows who acknowledged and resolved, and what was refused', () => {
    const { status } = makeRecord({
      status: {
        plan: null,
        steps: [],
        acknowledgements: [{ by: 'carol', note: 'on it', at: at(3) }],
        resolution: { by: 'carol', resolution: 'back on 1.4.0', at: at(9) },
        refusedMessages: [{ at: at(4), name: 'acknowlege', why: 'there is no signal of that name' }],
      },
    });
    expect(new Progress(NO_COLOURS).lines(status, NOW)).toEqual([
      '04:15:03   acknowledged by carol: on it',
      '04:15:09   resolved by carol: back on 1.4.0',
      '04:15:04   the message "acknowlege" was refused: there is no signal of that name',
    ]);
  });

  test('nothing that a process printed can move the cursor or forge a line', () => {
    const step = stepRecord('verify', {
      state: 'failed',
      finishedAt: at(4),
      failure: { type: 'CommandFailed', message: '\u001b[2Joops\n04:15:09 ✔ verify' },
    });
    const { status } = makeRecord({ status: { steps: withSteps(step), plan: null } });
    const lines = new Progress(NO_COLOURS).lines(status, NOW);
    expect(lines).toContain('04:15:04 ✘ verify          oops ⏎ 04:15:09 ✔ verify');
  });
});
