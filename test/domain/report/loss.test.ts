/** What people read of what a restore loses, as it was counted last. */
import { describe, expect, test } from 'vitest';
import { uncounted } from '../../../src/domain/loss.ts';
import type { Loss } from '../../../src/domain/loss.ts';
import { answeredSentence, lossWindow } from '../../../src/domain/report/loss.ts';
import { lossCell } from '../../../src/domain/report/data.ts';
import { summarise } from '../../../src/domain/report/summary.ts';
import { announceRestoreQuestion } from '../../../src/domain/announcement-people.ts';
import { restored } from '../../../src/cli/view/decided.ts';
import { databaseRows } from '../../../src/cli/view/agreement.ts';
import { renderDetails } from '../../../workflows/steps/details.ts';
import { DATABASE, fullPlan, waitingForRestore } from '../../support/full-records.ts';
import { at } from '../../support/records.ts';
import { NO_COLOURS } from '../../cli/support/io.ts';

const NOT_IN_IT = 'what was written after 2026-11-21 03:12:00 UTC is not in it';

const LOSS: Loss = {
  at: at(600),
  isFinal: false,
  lastChangeAt: at(598),
  newerRows: [
    { table: 'orders', rows: 40, problem: null },
    { table: 'prices', rows: 0, problem: null },
  ],
  problem: null,
  answeredAt: at(600),
};
const GONE: Loss = {
  ...uncounted(at(900), 'database "listings" on db-1 does not answer.'),
  answeredAt: at(600),
};

describe('what a restore loses', () => {
  test('is said as counted last, with the time of the count', () => {
    expect(lossWindow(DATABASE, LOSS)).toBe(
      `${NOT_IN_IT}; counted at 2026-11-21 04:25:00 UTC: 40 rows of orders, the last written at 2026-11-21 04:24:58 UTC.`,
    );
  });

  test('is said to be final once nobody writes any more', () => {
    expect(lossWindow(DATABASE, { ...LOSS, isFinal: true })).toContain(
      '; counted at 2026-11-21 04:25:00 UTC, after the last write: 40 rows of orders',
    );
  });

  test('is unknown when it could not be counted, with what the plan had counted', () => {
    expect(lossWindow(DATABASE, GONE)).toBe(
      `${NOT_IN_IT}; how much that is is unknown: it could not be counted at 2026-11-21 04:30:00 UTC ` +
        '(database "listings" on db-1 does not answer); when the plan was made: 12 rows of orders and an unknown number of rows of views.',
    );
  });

  test('is no row where there is none, and nothing is claimed where no table is counted', () => {
    const newerRows = [{ table: 'orders', rows: 0, problem: null }];
    expect(lossWindow(DATABASE, { ...LOSS, newerRows, lastChangeAt: null })).toBe(
      `${NOT_IN_IT}; counted at 2026-11-21 04:25:00 UTC: no newer rows.`,
    );
    expect(lossWindow(DATABASE, { ...LOSS, newerRows: [] })).toBe(`${NOT_IN_IT}.`);
  });
});

describe('the database that RESTORE is awaited for', () => {
  test('is said to have answered, or not, and when it did last', () => {
    expect(answeredSentence(undefined)).toBe('');
    expect(answeredSentence(LOSS)).toBe('The database last answered at 2026-11-21 04:25:00 UTC.');
    expect(answeredSentence(GONE)).toBe(
      'The database did not answer at 2026-11-21 04:30:00 UTC: database "listings" on db-1 does not answer. ' +
        'It last answered at 2026-11-21 04:25:00 UTC.',
    );
  });
});

describe('the fresh count is shown', () => {
  const { plan, status, timeline } = waitingForRestore({ loss: LOSS });
  const fresh = 'counted at 2026-11-21 04:25:00 UTC: 40 rows of orders';

  test('in the message that asks for RESTORE', () => {
    expect(announceRestoreQuestion({ plan, status, timeline }).body.join('\n')).toContain(fresh);
  });

  test('in that message with the database that does not answer', () => {
    const gone = waitingForRestore({ loss: GONE });
    expect(announceRestoreQuestion(gone).body.join('\n')).toContain(
      'The database did not answer at 2026-11-21 04:30:00 UTC',
    );
  });

  test('in the status, before RESTORE is typed, and in the Temporal UI', () => {
    expect(restored(DATABASE, status)).toContain(fresh);
    expect(restored(DATABASE, status)).toContain('The database last answered at');
    expect(databaseRows(fullPlan(), NO_COLOURS, LOSS).slice(3, 6)).toEqual([
      `  Lost      What was written after 2026-11-21 03:12:00 UTC is not in it; ${fresh}, the last written at 2026-11-21 04:24:58 UTC.`,
      '            orders: 40 newer rows',
      '            prices: 0 newer rows',
    ]);
    expect(renderDetails(status)).toContain(`What will be lost: ${NOT_IN_IT}; ${fresh}`);
  });

  test('in the report and in its JSON', () => {
    expect(lossCell({ plan, status, timeline })).toContain(fresh);
    expect(summarise({ plan, status, timeline }).dataLoss).toEqual({
      backupMadeAt: DATABASE.madeAt,
      countedAt: at(600),
      isFinal: false,
      lastChangeAt: at(598),
      newerRows: LOSS.newerRows,
      problem: null,
    });
    const { plan: only, ...rest } = waitingForRestore();
    expect(summarise({ plan: only, ...rest }).dataLoss).toMatchObject({
      countedAt: only.madeAt,
      newerRows: DATABASE.newerRows,
    });
  });
});

test('where nothing was restored, nothing is lost, and what the backup lacks is said of the backup', () => {
  const record = waitingForRestore({ outcome: 'aborted', awaiting: null });
  expect(lossCell(record)).toMatch(
    /^none: the database was not restored\. Of the backup that was planned: what was written after /,
  );
});
