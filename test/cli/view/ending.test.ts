import { expect, test } from 'vitest';
import type { Outcome, RollbackResult } from '../../../src/domain/rollback.ts';
import { exitCodeOfEnding, renderEnding } from '../../../src/cli/view/ending.ts';
import { freezeOf, waitingForRestore } from '../../support/full-records.ts';
import { at, makeRecord } from '../../support/records.ts';
import { NO_COLOURS } from '../support/io.ts';

const result = (outcome: Outcome, change: Partial<RollbackResult> = {}): RollbackResult => ({
  outcome,
  summary: 'What happened.',
  service: 'listings',
  environment: 'production',
  from: 'green (1.5.0)',
  to: 'blue (1.4.0)',
  startedAt: at(0),
  trafficSafeAt: at(1.8),
  endedAt: at(9.6),
  incidentFolder: '/var/lib/backout/incidents/1',
  ...change,
});
const REPORT = '  → Report, on the worker: /var/lib/backout/incidents/1/INCIDENT_REPORT.md\n';
const AGAIN = '  → To finish it, start it again: it reads what is there and goes on.\n';

test('a success says how long traffic was unsafe, and where the report is', () => {
  expect(renderEnding({ kind: 'result', result: result('rolled-back') }, null, NO_COLOURS)).toBe(
    `\nROLLED BACK\nWhat happened.\nTraffic was safe after 1.8 s; all took 9.6 s.\n${REPORT}\n`,
  );
});

test('an unverified release is not a success, and the reader is told what to do', () => {
  expect(renderEnding({ kind: 'result', result: result('unverified') }, null, NO_COLOURS)).toBe(
    '\nNOT A SUCCESS\nWhat happened.\nTraffic was moved after 1.8 s; all took 9.6 s.\n' +
      '  → Treat listings in production as broken, and tell the next level now.\n' +
      '  → Decide the next way: another release (`backout rollback traffic-only listings --env production --to RELEASE --reason …`), or a fix forward.\n' +
      `${REPORT}\n`,
  );
});

test('an aborted one says how to finish it', () => {
  const aborted = result('aborted', { trafficSafeAt: null, incidentFolder: null });
  expect(renderEnding({ kind: 'result', result: aborted }, null, NO_COLOURS)).toBe(
    `\nABORTED\nWhat happened.\nTook 9.6 s.\n  → No report was written.\n${AGAIN}\n`,
  );
});

test('an aborted one that is still frozen names no rollback that would be refused', () => {
  const { status } = waitingForRestore({ outcome: 'aborted', freeze: freezeOf('held', 'held') });
  const shown = renderEnding({ kind: 'result', result: result('aborted') }, status, NO_COLOURS);
  expect(shown).toContain(
    '  → To finish it: it is frozen, and other rollbacks are refused: `backout freeze listings --env production --reason …` goes on',
  );
  expect(shown).toContain('`backout unfreeze listings --env production --reason "WHY"`');
  expect(shown).not.toContain('backout rollback');
});

test('an unverified one that is still frozen names no rollback that would be refused', () => {
  const { status } = waitingForRestore({ outcome: 'unverified', freeze: freezeOf('held', 'held') });
  const shown = renderEnding({ kind: 'result', result: result('unverified') }, status, NO_COLOURS);
  expect(shown).toContain('or a fix forward. For now it is frozen, and other rollbacks are refused: ');
  expect(shown).not.toContain('backout rollback');
});

test('one that could not begin says why in its own words', () => {
  const failed = { kind: 'failed', type: 'AlreadyRunning', message: 'rollback-7 runs.' } as const;
  expect(renderEnding(failed, null, NO_COLOURS)).toBe('\nNOT DONE (AlreadyRunning)\nrollback-7 runs.\n\n');
});

test('one that was ended from outside says where traffic was when it was last seen', () => {
  const { status } = makeRecord();
  expect(renderEnding({ kind: 'terminated', reason: 'by hand' }, status, NO_COLOURS)).toBe(
    '\nENDED FROM OUTSIDE\nThe rollback was ended from outside, without any clean-up: by hand. ' +
      'When it was last seen: All traffic is on blue (1.4.0): 10 answers in a row came from blue (1.4.0). No data was changed.\n' +
      `  → See with \`backout plan SERVICE\` which release serves now.\n  → To finish it, start it again: \`backout rollback traffic-only listings --env production --reason …\`. It reads what is there and goes on.\n` +
      '  → Report, on the worker: /var/lib/backout/incidents/rollback-20261121-041500/INCIDENT_REPORT.md\n\n',
  );
  expect(renderEnding({ kind: 'cancelled' }, { ...status, plan: null }, NO_COLOURS)).toContain(
    'The rollback was cancelled from outside. Nothing was changed: traffic and data are as they were.\n',
  );
  expect(renderEnding({ kind: 'cancelled' }, null, NO_COLOURS)).toContain(
    'Backout does not know what it had changed by then.\n',
  );
});

test('only a proved rollback, or a dry run, ends with 0', () => {
  const outcomes: Outcome[] = ['rolled-back', 'dry-run', 'unverified', 'aborted', 'cancelled'];
  expect(outcomes.map((outcome) => exitCodeOfEnding({ kind: 'result', result: result(outcome) }))).toEqual([
    0, 0, 3, 4, 4,
  ]);
  expect(exitCodeOfEnding({ kind: 'cancelled' })).toBe(4);
  expect(exitCodeOfEnding({ kind: 'terminated', reason: '' })).toBe(4);
  expect(exitCodeOfEnding({ kind: 'failed', type: 'Bug', message: '' })).toBe(1);
});
