/** A full rollback while it waits for people: live view, status, and what is read before typing RESTORE. */
import { describe, expect, test } from 'vitest';
import { requirePlan } from '../../../src/cli/answering.ts';
import { renderEnding } from '../../../src/cli/view/ending.ts';
import { renderLoss } from '../../../src/cli/view/loss.ts';
import { Progress } from '../../../src/cli/view/progress.ts';
import { renderStatus } from '../../../src/cli/view/status.ts';
import { approvalsOf, fullPlan, waitingForRestore } from '../../support/full-records.ts';
import { at, makeRecord, proved, stepRecord } from '../../support/records.ts';
import { NO_COLOURS } from '../support/io.ts';

const NOW = new Date(at(9)).getTime();

describe('the live view', () => {
  test('shows the backup, who approved, and that RESTORE is awaited, which is no failure', () => {
    const progress = new Progress(NO_COLOURS);
    const { status } = waitingForRestore();
    expect(progress.lines(status, NOW)).toEqual([
      '04:15:00 listings in production: green (1.5.0) → blue (1.4.0)  plan 0123456789ab, 300 ms',
      '           database: listings-0312.dump of 2026-11-21 03:12:00 UTC (as the manifest says), 1 h 3 min 0 s old, 73.0 MB',
      '04:15:05 ? confirm-restore      Wait for RESTORE',
      '04:15:02   Approved, by anna',
      '04:15:02   The rollback may go ahead: approved by anna',
      '',
      'Waits for: RESTORE, typed by a person, to put PostgreSQL database listings on db-1 back to backup listings-0312.dump, since 2026-11-21 04:15:05 UTC. Answer with one of:',
      '    backout confirm-restore rollback-listings-42',
      '',
    ]);
    expect(progress.lines(status, NOW)).toEqual([]);
  });

  test('says who rejected the restore', () => {
    const failure = { type: 'RestoreNotConfirmed', message: 'bob rejected the restore: fix forward' };
    const steps = [stepRecord('confirm-restore', { state: 'aborted', finishedAt: at(8), failure })];
    const { status } = waitingForRestore({ plan: null, awaiting: null, steps });
    expect(new Progress(NO_COLOURS).lines(status, NOW)[0]).toBe(
      '04:15:08 ✘ confirm-restore      bob rejected the restore: fix forward',
    );
  });
});

describe('the status', () => {
  test('says what is missing of the approvals', () => {
    const plan = fullPlan({ severity: 'P2' });
    const approvals = approvalsOf(plan, ['approve', { by: 'Lea Lund', note: 'looks right' }]);
    const { status } = makeRecord({ plan, status: { kind: 'full', outcome: null, approvals, steps: [] } });
    expect(renderStatus(status, NO_COLOURS).split('\n').slice(3, 8)).toEqual([
      'All traffic is on blue (1.4.0): 10 answers in a row came from blue (1.4.0)',
      'No data was changed. With listings-0312.dump restored, what was written after 2026-11-21 03:12:00 UTC is not in it; when the plan was made, the last change seen was at 2026-11-21 04:14:30 UTC; among them 12 rows of orders and an unknown number of rows of views.',
      '',
      'Approval by team-lead: lea (Lea Lund) approved at 2026-11-21 04:15:02 UTC (declared, not verified): looks right',
      'Approval by reviewer or team-lead: missing, from ben or rob',
    ]);
  });

  test('says who decided, and that the database is restored once that is proved', () => {
    const step = stepRecord('restore-database', {
      state: 'done',
      startedAt: at(7),
      result: proved('"listings" is the restored one', 8),
    });
    const plan = fullPlan();
    const approvals = approvalsOf(plan, ['reject', { by: 'anna', reason: 'fix forward' }]);
    const { status } = makeRecord({ plan, status: { kind: 'full', approvals, steps: [step] } });
    const text = renderStatus(status, NO_COLOURS);
    expect(text).toContain(
      '\nPostgreSQL database listings on db-1 is restored from listings-0312.dump: what was written after',
    );
    expect(text).toContain(
      '\nRejected: fix forward, by anna (declared, not verified), 2026-11-21 04:15:02 UTC\n',
    );
  });
});

test('an ending from outside says whether data was changed', () => {
  const steps = [stepRecord('restore-database', { state: 'running', startedAt: at(7) })];
  const { status } = waitingForRestore({ steps });
  expect(renderEnding({ kind: 'cancelled' }, status, NO_COLOURS)).toContain(
    'PostgreSQL database listings on db-1 is being restored from listings-0312.dump; until that is proved it is whole, but may be either one.',
  );
});

test('before RESTORE is typed, database, backup, loss, traffic and data are shown', () => {
  const { status } = waitingForRestore();
  expect(renderLoss(requirePlan(status), NO_COLOURS).split('\n')).toEqual([
    'listings in production: green (1.5.0) → blue (1.4.0), plan 0123456789ab',
    '',
    '  Database  PostgreSQL database listings on db-1 (restored beside it, then swapped; the one of now is kept)',
    '  Backup    listings-0312.dump of 2026-11-21 03:12:00 UTC (as the manifest says), 1 h 3 min 0 s old, 73.0 MB',
    '            /var/backups/listings/listings-0312.dump',
    expect.stringMatching(/^ {2}Lost {6}What was written after 2026-11-21 03:12:00 UTC is not in it;/),
    '            orders: 12 newer rows',
    '            prices: 0 newer rows',
    '            views: newer rows not counted (it took longer than 10 s)',
    '  Not taken listings-0400.dump is truncated',
    '            listings-0413.dump was made after the release',
    '',
    'All traffic is on blue (1.4.0): 10 answers in a row came from blue (1.4.0). No data was changed.',
    '',
  ]);
});
