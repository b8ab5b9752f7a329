/** Whoever is asked sees what will happen, what is lost, who may answer, and what happens if nobody does (F3). */
import { expect, test } from 'vitest';
import { announceApprovalQuestion, announceRestoreQuestion } from '../../src/domain/announcement-people.ts';
import { FULL_STEPS } from '../../src/domain/plan.ts';
import { approvalsOf, DATABASE, fullPlan, waitingForRestore } from '../support/full-records.ts';
import { makeRecord, stepRecord } from '../support/records.ts';

const LOST =
  'what was written after 2026-11-21 03:12:00 UTC is not in it; when the plan was made, the last change seen was at 2026-11-21 04:14:30 UTC; ' +
  'among them 12 rows of orders and an unknown number of rows of views.';

test('who is asked for approval sees what a full rollback would lose', () => {
  const plan = fullPlan();
  const record = makeRecord({
    plan,
    status: {
      kind: 'full',
      outcome: null,
      approvals: approvalsOf(plan),
      steps: FULL_STEPS.map((name) => stepRecord(name)),
    },
  });
  const fields = Object.fromEntries(announceApprovalQuestion(record).fields);
  expect(fields).toMatchObject({
    Database: 'PostgreSQL database listings on db-1',
    Backup: 'listings-0312.dump, 73.0 MB',
    'Would be lost': LOST,
  });
  expect(fields['Who may']).toContain('anna');
});

test('who is asked for RESTORE sees from where to where, and who may type it', () => {
  const { fields, body } = announceRestoreQuestion(waitingForRestore());
  expect(Object.fromEntries(fields)).toMatchObject({
    'From (faulty)': 'green (1.5.0)',
    To: 'blue (1.4.0)',
    Plan: '0123456789ab',
    Backup: 'listings-0312.dump, 73.0 MB',
  });
  expect(fields.map(([name]) => name)).toContain('Who may');
  expect(body[1]).toBe(`What will be lost: ${LOST} The database of now is kept under another name.`);
});

test('in place, it says that the service is stopped, and for how long', () => {
  const record = waitingForRestore();
  const plan = { ...record.plan, database: { ...DATABASE, strategy: 'in-place' as const } };
  expect(announceRestoreQuestion({ ...record, plan }).body[1]).toBe(
    `What will be lost: ${LOST} The service is stopped while it is restored: reads and writes fail for about 6.0 s. A safety copy of the database of now is kept.`,
  );
});
