/** The text that is signed: read back exactly, and only as a whole. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  challengeSchema,
  challengeText,
  makeChallenge,
  parseChallenge,
  readChallenge,
  signedContent,
} from '../../../src/domain/approval/challenge.ts';
import type { Challenge, Expected, ToSign } from '../../../src/domain/approval/challenge.ts';
import { BACKUP, PLAN, RUN, message, minute } from '../../support/approvals.ts';

const NONCE = '0123456789abcdef0123456789abcdef';
const TO_SIGN: ToSign = {
  decision: 'confirmRestore',
  by: 'anna',
  workflowId: 'rollback-listings-42',
  runId: RUN,
  planHash: PLAN,
  backup: BACKUP,
};
const RESTORE = makeChallenge(TO_SIGN, { nonce: NONCE, at: minute(0) });

test('the text says in words what is decided', () => {
  expect(challengeText(RESTORE)).toBe(`\
backout-decision v1
decision: confirmRestore
by: anna
workflow: rollback-listings-42
run: 0192a3b4-run
plan: abcdef123456
backup: listings-20261121-030000.sql.gz
nonce: 0123456789abcdef0123456789abcdef
expires: 2026-11-21T04:10:00.000Z
`);
});

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });

test('what is written is read back, for whatever names, files and notes', () => {
  fc.assert(
    fc.property(text, text, text, (by, backup, note) => {
      const challenge = { ...RESTORE, by, backup, note };
      fc.pre(challengeSchema.safeParse(challenge).success);
      expect(parseChallenge(challengeText(challenge))).toEqual(challenge);
    }),
  );
});

test('no change of the text is read as another way to write it', () => {
  const written = challengeText(RESTORE);
  fc.assert(
    fc.property(fc.nat(written.length - 1), fc.constantFrom('', ' ', '\n', 'x', 'plan: '), (at, put) => {
      const changed = written.slice(0, at) + put + written.slice(at + 1);
      const read = parseChallenge(changed);
      if (changed !== written) expect(read).not.toEqual(RESTORE);
      if (read !== null) expect(challengeText(read)).toBe(changed);
    }),
  );
});

test.each<[string, string]>([
  ['nothing', ''],
  ['another version', challengeText(RESTORE).replace('v1', 'v2')],
  ['a line more', `${challengeText(RESTORE)}note: x\n`],
  ['a line twice', challengeText(RESTORE).replace('by: anna\n', 'by: anna\nby: anna\n')],
  ['another order', challengeText(RESTORE).replace(/(by: .*\n)(workflow: .*\n)/, '$2$1')],
  ['no line break at its end', challengeText(RESTORE).trimEnd()],
  ['Windows line ends', challengeText(RESTORE).replaceAll('\n', '\r\n')],
  ['a RESTORE of no backup', challengeText(RESTORE).replace(/backup: .*\n/, '')],
])('%s is no challenge', (_, changed) => {
  expect(parseChallenge(changed)).toBeNull();
});

test('a note of several lines is signed as one, and a field can not make a line of its own', () => {
  const { backup: _none, ...rejected } = {
    ...TO_SIGN,
    decision: 'reject' as const,
    note: ' wrong\n\tservice ',
  };
  const challenge = makeChallenge(rejected, { nonce: NONCE, at: minute(0) });
  expect(challenge.note).toBe('wrong service');
  expect(() => challengeText({ ...challenge, workflow: 'x\nplan: 000000000000' })).toThrow(
    'must be one plain line',
  );
});

describe('a signed message', () => {
  const approve = (change: Partial<Challenge> = {}): Challenge => ({
    ...makeChallenge(
      { decision: 'approve', by: 'anna', workflowId: 'w', runId: RUN, planHash: PLAN, note: 'ok' },
      { nonce: NONCE, at: minute(0) },
    ),
    ...change,
  });
  const expected = (challenge: Challenge, change: object = {}, rest: Partial<Expected> = {}): Expected => ({
    message: message('approve', {
      ...signedContent(approve(), 'S'),
      ...change,
      signed: signedContent(challenge, 'S')['signed'],
    }),
    workflowId: 'w',
    runId: RUN,
    at: minute(1),
    nonces: [],
    ...rest,
  });

  test('is taken when the text says what it says', () => {
    expect(readChallenge(expected(approve()))).toEqual({ challenge: approve() });
  });

  test.each<[string, Expected, string]>([
    [
      'another decision',
      expected(approve({ decision: 'reject' })),
      'the signed text and the message differ in decision',
    ],
    ['another person', expected(approve(), { by: 'ben' }), 'the signed text and the message differ in by'],
    [
      'another plan',
      expected(approve({ plan: '000000000000' })),
      'the signed text and the message differ in plan',
    ],
    ['another note', expected(approve(), { note: 'no' }), 'the signed text and the message differ in note'],
    [
      'no plan in the message',
      expected(approve(), { planHash: undefined }),
      'the signed text and the message differ in plan',
    ],
    [
      'another run',
      expected(approve({ run: 'other' })),
      'the signature is for another run (w, other); this one is 0192a3b4-run',
    ],
    [
      'another rollback',
      expected(approve(), {}, { workflowId: 'v' }),
      'the signature is for another run (w, 0192a3b4-run); this one is 0192a3b4-run',
    ],
    [
      'its end',
      expected(approve(), {}, { at: minute(10) }),
      `the signature expired at ${minute(10)}: sign again`,
    ],
    [
      'an end too far away',
      expected(approve({ expires: minute(22) })),
      `the signature is meant to last until ${minute(22)}, which is too long: sign again`,
    ],
    [
      'a nonce that was used',
      expected(approve(), {}, { nonces: [NONCE] }),
      'this signature has been used already: sign again',
    ],
    [
      'a text of something else',
      {
        ...expected(approve()),
        message: message('approve', { by: 'anna', signed: { challenge: 'hello\n', signature: 'S' } }),
      },
      'the signed text is not one of `backout … --sign`',
    ],
    [
      'no signature',
      { ...expected(approve()), message: message('approve', { by: 'anna' }) },
      'it has no signature',
    ],
  ])('is refused for %s', (_, wanted, why) => {
    expect(readChallenge(wanted)).toEqual({ why });
  });

  test.each([
    ['approve', { note: 'ok' }],
    ['reject', { reason: 'ok' }],
    ['breakGlass', { reason: 'ok' }],
    ['confirmRestore', { phrase: 'RESTORE', backup: BACKUP }],
  ] as const)('%s is made so that it is read again', (decision, content) => {
    const { backup } = content as { backup?: string };
    const note = decision === 'confirmRestore' ? {} : { note: 'ok' };
    const toSign = { decision, by: 'anna', workflowId: 'w', runId: RUN, planHash: PLAN, ...note };
    const challenge = makeChallenge(backup === undefined ? toSign : { ...toSign, backup }, {
      nonce: NONCE,
      at: minute(0),
    });
    const sent = message(decision, signedContent(challenge, 'S'));
    expect(sent).toMatchObject({ by: 'anna', planHash: PLAN, runId: RUN, ...content });
    expect(readChallenge({ message: sent, workflowId: 'w', runId: RUN, at: minute(1), nonces: [] })).toEqual({
      challenge,
    });
  });
});
