/** Answers to a rollback that asks: bound to what was seen, and never sent unless a person meant it. */
import { expect, test } from 'vitest';
import { agreeToPlan, requirePlan } from '../../src/cli/answering.ts';
import type { Asking } from '../../src/cli/answering.ts';
import { whatNow as afterApproval } from '../../src/cli/commands/approve.ts';
import {
  whatNow as afterRestore,
  refuseHalf,
  requireDatabase,
  typed,
} from '../../src/cli/commands/confirm-restore.ts';
import { renderStatus } from '../../src/cli/view/status.ts';
import { receive } from '../../src/domain/approval/reducer.ts';
import { emptyApprovals } from '../../src/domain/approval/state.ts';
import type { RestoreDecision } from '../../src/domain/approval/state.ts';
import { databaseOf } from '../../src/domain/plan.ts';
import type { RollbackStatus } from '../../src/domain/rollback.ts';
import { renderDetails } from '../../workflows/steps/details.ts';
import { DECLARED, message } from '../support/approvals.ts';
import { approvalsOf, fullPlan, waitingForRestore } from '../support/full-records.ts';
import { at, makeRecord } from '../support/records.ts';
import { fakeIo, NO_COLOURS } from './support/io.ts';

const asking = (status: RollbackStatus): Asking => ({
  workflowId: 'rollback-listings-42',
  program: 'backout',
  by: 'anna',
  isSigned: false,
  status: async () => status,
  recount: async () => true,
  after: async () => status,
  send: async () => undefined,
});

const { status } = waitingForRestore();
const QUESTION = { plan: undefined, question: 'Approve this plan?' };

test('a plan that is named by its hash is not shown again', async () => {
  const io = fakeIo();
  expect(await agreeToPlan(asking(status), { ...QUESTION, plan: '0123456789ab' }, io)).toEqual({
    planHash: '0123456789ab',
  });
  expect(io.printed.out).toBe('');
});

test('a plan that is not named is shown, and a yes binds the answer to it and to this run', async () => {
  const io = fakeIo({ answers: ['y'] });
  expect(await agreeToPlan(asking(status), QUESTION, io)).toEqual({
    planHash: '0123456789ab',
    runId: status.runId,
  });
  expect(io.printed.out).toContain('Plan 0123456789ab: full rollback of listings in production\n');
  expect(io.printed.out).toContain('  Lost      What was written after 2026-11-21 03:12:00 UTC');
});

test('nobody is asked for a yes that would be refused for want of a signature', async () => {
  const { terms } = status.approvals;
  if (terms === null) throw new Error('nothing is asked');
  const policy = { ...terms.policy, assurance: 'signed' as const };
  const signed = { ...status, approvals: { ...status.approvals, terms: { ...terms, policy } } };
  await expect(agreeToPlan(asking(signed), QUESTION, fakeIo({ answers: ['y'] }))).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringContaining('give the same command with --sign. Nothing was sent.'),
  });
  const withKey = { ...asking(signed), isSigned: true };
  expect(await agreeToPlan(withKey, QUESTION, fakeIo({ answers: ['y'] }))).toMatchObject({
    planHash: '0123456789ab',
  });
});

test.each(['', 'n', 'yeah', 'YES please'])('the answer "%s" sends nothing', async (answer) => {
  await expect(agreeToPlan(asking(status), QUESTION, fakeIo({ answers: [answer] }))).rejects.toMatchObject({
    exitCode: 4,
    message: 'Nothing was sent: the rollback waits as before.',
  });
});

test('without a terminal, the plan must be named', async () => {
  await expect(agreeToPlan(asking(status), QUESTION, fakeIo())).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringContaining(
      'There is no terminal to ask at: name the plan that you have seen (--plan HASH). `backout status rollback-listings-42` shows it.',
    ),
  });
});

test('nobody agrees to a plan that is not made yet', () => {
  expect(() => requirePlan({ ...status, plan: null })).toThrow(
    'The plan of rollback-listings-42 is not made yet: look at it first, in a moment.',
  );
});

test('after an approval, whoever is still missing is named', () => {
  const plan = fullPlan({ severity: 'P2' });
  const { status: half } = makeRecord({
    plan,
    status: { approvals: approvalsOf(plan, ['approve', { by: 'lea' }]) },
  });
  expect(afterApproval(half)).toEqual([
    'Still awaited:',
    '  - team-lead: lea (Lea Lund) approved at 2026-11-21 04:15:02 UTC (declared, not verified)',
    '  - reviewer or team-lead: missing, from ben or rob',
  ]);
  expect(afterApproval(status)).toEqual(['The rollback goes ahead.']);
  expect(afterApproval({ ...status, approvals: emptyApprovals('run-1') })).toEqual([
    'It counts as soon as the plan is made.',
  ]);
  expect(afterApproval(null)).toEqual([]);
});

test('RESTORE is typed letter by letter, for the backup that is shown', async () => {
  const planned = requirePlan(status);
  expect(await typed(planned, fakeIo({ answers: ['RESTORE'] }))).toEqual({
    phrase: 'RESTORE',
    backup: 'listings-0312.dump',
  });
});

test.each(['', 'restore', 'y', 'RESTORE!'])('"%s" is not RESTORE: nothing is sent', async (answer) => {
  await expect(typed(requirePlan(status), fakeIo({ answers: [answer] }))).rejects.toMatchObject({
    exitCode: 4,
    message:
      'Not confirmed: the word is RESTORE, in capital letters. Nothing was sent; the database is as it was.',
  });
});

test('without a terminal, RESTORE needs the word and the backup', () => {
  const both = { phrase: 'RESTORE', backup: 'a.dump' };
  expect(() => refuseHalf(both, fakeIo())).not.toThrow();
  expect(() => refuseHalf({}, fakeIo({ answers: [] }))).not.toThrow();
  expect(() => refuseHalf({}, fakeIo())).toThrow(
    'There is no terminal to type RESTORE at: give --phrase RESTORE and --backup FILE, as `backout status` names it.',
  );
  expect(() => refuseHalf({}, fakeIo())).toThrow(/names it\. This command changed nothing\.$/);
  for (const half of [{ phrase: 'RESTORE' }, { backup: 'a.dump' }]) {
    expect(() => refuseHalf(half, fakeIo({ answers: [] }))).toThrow(
      '--phrase and --backup go together: the word, and the backup that it is meant for.',
    );
  }
});

test('Ctrl-C where RESTORE is typed ends as Ctrl-C does elsewhere, and sends nothing', async () => {
  const io = { ...fakeIo({ answers: [''] }), signal: AbortSignal.abort() };
  await expect(typed(requirePlan(status), io)).rejects.toMatchObject({
    exitCode: 130,
    message: 'Interrupted: nothing was sent; the rollback waits as before.',
  });
});

test('a RESTORE that is awaited no more, since an earlier run has restored the database, is refused with why', () => {
  const planned = requirePlan(status);
  const alreadyRestored = { at: '2026-11-21T04:00:00.000Z', run: 'rollback-41', kept: 'the database "old"' };
  const database = { ...databaseOf(planned.plan), alreadyRestored };
  expect(() => requireDatabase({ ...planned, plan: { ...planned.plan, database } })).toThrow(
    'rollback-listings-42 awaits no RESTORE: rollback-41 restored the database already at 2026-11-21 04:00:00 UTC, and what was ' +
      'written since is kept. This command changed nothing.',
  );
});

test('a RESTORE that is kept is shown before anybody approves, in the status and in the Temporal UI', async () => {
  const plan = fullPlan({ severity: 'P2' });
  const asked = approvalsOf(plan, ['approve', { by: 'lea' }]);
  const approvals = receive(asked, {
    message: message('confirmRestore', { phrase: 'RESTORE', by: 'anna' }),
    at: at(4),
    proof: DECLARED,
  });
  const { status: early } = makeRecord({
    plan,
    status: { kind: 'full', outcome: null, approvals, steps: [] },
  });
  const kept =
    'RESTORE for listings-0312.dump by anna, 2026-11-21 04:15:04 UTC, is kept and will be used once the rollback is ' +
    'approved and comes to the database: whoever approves lets the database be restored, too.';
  const io = fakeIo({ answers: ['y'] });
  await agreeToPlan(asking(early), QUESTION, io);
  expect(io.printed.out).toContain(`${kept}\n`);
  expect(renderStatus(early, NO_COLOURS)).toContain(`${kept}\n`);
  expect(renderDetails(early)).toContain(kept);
});

test('a RESTORE that came early is said to be kept', () => {
  expect(afterRestore(status)).toEqual([
    'It is kept, and counts as soon as the rollback has come to the database.',
  ]);
});

test.each([
  ['running', 'The database is put back as soon as its preparation is done.'],
  ['done', 'Its preparation is done: the database is put back now.'],
] as const)('a RESTORE that counts says what it waits for: its preparation is %s', (state, said) => {
  const restoreDecision: RestoreDecision = {
    outcome: 'confirmed',
    by: 'anna',
    at: at(6),
    assurance: 'declared',
    planHash: '0123456789ab',
    backup: 'listings-0312.dump',
  };
  const steps = status.steps.map((step) => (step.name === 'prepare-restore' ? { ...step, state } : step));
  expect(afterRestore({ ...status, steps, approvals: { ...status.approvals, restoreDecision } })).toEqual([
    said,
  ]);
});
