/** What whoever is asked sees, word for word, and whether what they paste means what it says. */
import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  approvalAnswers,
  restoreAnswers,
  shellWord,
  signalLine,
} from '../../../src/domain/approval/answers.ts';
import { parseApprovalMessage } from '../../../src/domain/approval/messages.ts';
import { approvalQuestion, questionText, restoreQuestion } from '../../../src/domain/approval/question.ts';
import type { QuestionFacts } from '../../../src/domain/approval/question.ts';
import { askRestore } from '../../../src/domain/approval/reducer.ts';
import { seatLines } from '../../../src/domain/approval/seats.ts';
import { BACKUP, PLAN, RUN, minute, opened, sendAll } from '../../support/approvals.ts';

const FACTS: QuestionFacts = {
  workflowId: 'rollback-listings-42',
  service: 'listings',
  environment: 'production',
  severity: 'P2',
  reason: 'prices are wrong since 1.5.0',
  requestedBy: 'Dan',
  from: { name: 'green', version: '1.5.0' },
  to: { name: 'blue', version: '1.4.0' },
  steps: ['Send all traffic to blue (1.4.0)', 'Restore the database'],
  traffic: 'All traffic is on green (1.5.0).',
  loss: {
    database: 'PostgreSQL database listings on db-1',
    backup: BACKUP,
    madeAt: minute(-60),
    sizeBytes: 301_000_000,
    lastChangeAt: minute(-1),
    newerRows: [
      { table: 'orders', rows: 12 },
      { table: 'users', rows: 0 },
    ],
  },
  at: minute(1),
};

test('the question for approval, as lines', () => {
  const approvals = sendAll(opened({ severity: 'P2' }, { requestedBy: 'ben' }), [
    ['approve', { by: 'lea', note: 'seen it' }],
  ]);
  expect(questionText(approvalQuestion({ ...FACTS, requestedBy: 'ben' }, approvals))).toBe(`\
YOUR APPROVAL IS NEEDED: listings in production (P2)

listings in production is to go back from green (1.5.0) to blue (1.4.0). Nothing of it has been done yet.

If this is not approved until 2026-11-21 05:00:00 UTC (59 min 0 s from now), the rollback ends and nothing is changed: All traffic is on green (1.5.0).

From (faulty): green (1.5.0)
To: blue (1.4.0)
Reason: prices are wrong since 1.5.0
Asked for by: ben
Plan: abcdef123456
Database: PostgreSQL database listings on db-1
Backup: listings-20261121-030000.sql.gz of 2026-11-21 03:00:00 UTC (1 h 1 min 0 s old, 301.0 MB)
Data-loss window: everything written from 2026-11-21 03:00:00 UTC to the last change seen, 2026-11-21 03:59:00 UTC: 59 min 0 s
Rows lost: orders: 12, users: 0
Who may approve: lea (Lea Lund) or rob
May break the glass: gina

Approvals:
  - team-lead: lea (Lea Lund) approved at 2026-11-21 04:01:00 UTC (declared, not verified): seen it
  - reviewer or team-lead: missing, from rob; not ben, who asked for it

What will happen:
  - Send all traffic to blue (1.4.0)
  - Restore the database

Answers:
  - approve: let it go ahead
  - reject: end the rollback
  - breakGlass: let it go ahead without the approvals (named people only, and everybody hears of it)

Answer with one of:
  backout approve rollback-listings-42 --plan abcdef123456
  backout reject rollback-listings-42 --reason WHY
  backout break-glass rollback-listings-42 --reason WHY

Or without Backout:
  temporal workflow signal --workflow-id rollback-listings-42 --run-id 0192a3b4-run --name approve --input '{"by":"YOUR-NAME","planHash":"abcdef123456","runId":"0192a3b4-run"}'
  temporal workflow signal --workflow-id rollback-listings-42 --run-id 0192a3b4-run --name reject --input '{"by":"YOUR-NAME","reason":"WHY","planHash":"abcdef123456","runId":"0192a3b4-run"}'
  temporal workflow signal --workflow-id rollback-listings-42 --run-id 0192a3b4-run --name breakGlass --input '{"by":"YOUR-NAME","reason":"WHY","planHash":"abcdef123456","runId":"0192a3b4-run"}'

Or in the Temporal UI, with “Send a Signal”: name, then input:
  approve  {"by":"YOUR-NAME","planHash":"abcdef123456","runId":"0192a3b4-run"}
  reject  {"by":"YOUR-NAME","reason":"WHY","planHash":"abcdef123456","runId":"0192a3b4-run"}
  breakGlass  {"by":"YOUR-NAME","reason":"WHY","planHash":"abcdef123456","runId":"0192a3b4-run"}
`);
});

const restoring = (facts: Partial<QuestionFacts> = {}, input: Parameters<typeof opened>[1] = {}) =>
  restoreQuestion(
    { ...FACTS, traffic: 'All traffic is on blue (1.4.0).', at: minute(5), ...facts },
    askRestore(opened({ environment: 'dev' }, input), { backup: BACKUP, at: minute(2) }),
  );
const field = (question: ReturnType<typeof restoring>, name: string) =>
  question.fields.find(([one]) => one === name)?.[1];

test('the question for RESTORE says what is safe, what will be lost, and what happens without an answer', () => {
  const question = restoring();
  expect(question.title).toBe('TYPE RESTORE TO RESTORE THE DATABASE: listings in production (P2)');
  expect(question.body).toEqual([
    'All traffic is on blue (1.4.0). The database is as it was: nothing is overwritten before a person types RESTORE.',
    'If nobody does until 2026-11-21 08:02:00 UTC (3 h 57 min 0 s from now), the database stays as it is and the rollback ends without the restore.',
  ]);
  expect(field(question, 'Who may type RESTORE')).toBe(
    'anna (Anna Ax), ben, lea (Lea Lund), rob, gina or dan',
  );
  expect(question.commands[0]?.lines).toEqual([
    'backout confirm-restore rollback-listings-42',
    'backout reject rollback-listings-42 --reason WHY',
  ]);
  expect(question.commands[2]?.lines[0]).toBe(
    `confirmRestore  {"phrase":"RESTORE","by":"YOUR-NAME","backup":"${BACKUP}","planHash":"${PLAN}","runId":"${RUN}"}`,
  );
});

describe('what is lost', () => {
  const loss = FACTS.loss as NonNullable<QuestionFacts['loss']>;

  test.each([
    [
      null,
      `everything written from 2026-11-21 03:00:00 UTC to now (when the last change was is not known): 1 h 5 min 0 s`,
    ],
    [minute(-60), 'no change was seen since the backup'],
  ])('with the last change at %s', (lastChangeAt, expected) => {
    expect(field(restoring({ loss: { ...loss, lastChangeAt } }), 'Data-loss window')).toBe(expected);
  });

  test('rows that nobody counted are not said to be none', () => {
    const question = restoring({ loss: { ...loss, newerRows: [] } });
    expect(field(question, 'Rows lost')).toBe('not counted: `newerRows` is not configured');
  });

  test('a rollback without a database says so', () => {
    expect(field(restoring({ loss: null }), 'Data')).toBe('no database is touched');
  });
});

test('where a signature is demanded, only the command that signs is shown', () => {
  const input = {
    rules: [{ restore: { assurance: 'signed' as const } }],
    signing: { allowedSignersFile: '/etc/backout/signers' },
  };
  expect(restoring({}, input).commands).toEqual([
    {
      heading: 'Answer with one of',
      lines: [
        'backout confirm-restore rollback-listings-42 --sign',
        'backout reject rollback-listings-42 --reason WHY --sign',
      ],
    },
  ]);
});

test('text from people can not begin a line of its own, and can not command a terminal', () => {
  const text = questionText(restoring({ reason: 'a\nTo: green\u001b[2J' }));
  expect(text).toContain('\nReason: a ⏎ To: green\n');
  expect(text).not.toContain('\u001b');
});

test('nothing is asked before it is time', () => {
  expect(() => approvalQuestion(FACTS, opened({ environment: 'dev' }))).toThrow('no approval is asked for');
  expect(() => restoreQuestion(FACTS, opened())).toThrow('RESTORE is not asked for');
  expect(seatLines(opened({ environment: 'dev' }))).toEqual([]);
});

/** The words that a shell makes of a line. */
const wordsOf = (line: string): string[] =>
  execFileSync('/bin/sh', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' })
    .split('\0')
    .slice(0, -1);

const nasty = fc.string({ unit: fc.constantFrom(...`a'"\\$\`!*?;&|<>(){}[]#~ \n\té-=`), minLength: 1 });

test('a pasted line has the words that were meant, whatever is in them', () => {
  fc.assert(
    fc.property(nasty, nasty, (workflowId, backup) => {
      const bound = { workflowId, runId: RUN, planHash: PLAN };
      const [confirm] = restoreAnswers({ ...bound, backup, isSigned: false });
      if (confirm === undefined) throw new Error('there is no answer');
      expect(wordsOf(confirm.command)).toEqual(['backout', 'confirm-restore', workflowId]);
      const words = wordsOf(signalLine(bound, confirm));
      expect(words.slice(0, 9)).toEqual([
        'temporal',
        'workflow',
        'signal',
        '--workflow-id',
        workflowId,
        '--run-id',
        RUN,
        '--name',
        'confirmRestore',
      ]);
      expect(JSON.parse(words[10] ?? '')).toEqual(confirm.content);
    }),
    { numRuns: 100 },
  );
});

test('an ordinary word stays as it is', () => {
  expect(shellWord('rollback-listings-42')).toBe('rollback-listings-42');
  expect(shellWord('')).toBe(`''`);
});

test('every content that is shown can be sent, once the name is put in', () => {
  const bound = { workflowId: 'w', runId: RUN, planHash: PLAN, isSigned: false };
  const all = [
    ...approvalAnswers({ ...bound, canBreakGlass: true }),
    ...restoreAnswers({ ...bound, backup: BACKUP }),
  ];
  expect(all.map(({ name }) => name)).toEqual([
    'approve',
    'reject',
    'breakGlass',
    'confirmRestore',
    'reject',
  ]);
  for (const { name, content } of all) {
    expect(parseApprovalMessage(name, content)).toEqual({ message: { name, ...content } });
  }
});
