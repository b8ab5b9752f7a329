/** Which message counts, by environment, severity, person and order of arrival. */
import { describe, expect, test } from 'vitest';
import type { Occasion } from '../../../src/domain/approval/policy.ts';
import {
  askApprovals,
  askRestore,
  expire,
  judgeNow,
  receive,
  receiveContent,
} from '../../../src/domain/approval/reducer.ts';
import { emptyApprovals, mayGoAhead, restoreCleared } from '../../../src/domain/approval/state.ts';
import type { ApprovalSettingsInput } from '../../../src/domain/approval/settings.ts';
import type { Approvals, Proof } from '../../../src/domain/approval/state.ts';
import {
  BACKUP,
  DECLARED,
  PLAN,
  RUN,
  WORKFLOW,
  message,
  minute,
  opened,
  sendAll,
  whys,
} from '../../support/approvals.ts';
import type { Sent } from '../../support/approvals.ts';

const approve = (by: string, minutes = 1): Sent => ['approve', { by }, minutes];
const reject = (by: string, minutes = 1): Sent => ['reject', { by, reason: 'wrong service' }, minutes];
const breakGlass = (by: string, minutes = 1): Sent => ['breakGlass', { by, reason: 'all asleep' }, minutes];
const RESTORE = (by: string, minutes = 1): Sent => ['confirmRestore', { phrase: 'RESTORE', by }, minutes];

const asked = (approvals: Approvals, minutes = 2) =>
  askRestore(approvals, { backup: BACKUP, at: minute(minutes) });

type Row = {
  when: Partial<Occasion>;
  requestedBy?: string;
  messages: Sent[];
  outcome: string | null;
  by?: string[];
  refused?: string[];
};

const DEV = { environment: 'development' };
const STAGING = { environment: 'staging' };
const P0 = { severity: 'P0' } as const;
const P2 = { severity: 'P2' } as const;
const P3 = { severity: 'P3' } as const;

describe('by environment, severity, people and order', () => {
  test.each<Row>([
    { when: DEV, messages: [], outcome: 'not-needed' },
    { when: { ...DEV, ...P2 }, messages: [], outcome: 'not-needed' },
    { when: STAGING, messages: [], outcome: 'not-needed' },
    {
      when: STAGING,
      messages: [approve('lea')],
      outcome: 'not-needed',
      refused: [
        'no approval is awaited (the built-in rule for staging); to stop the rollback, cancel it (from lea)',
      ],
    },
    { when: P0, messages: [], outcome: null },
    { when: P0, messages: [approve('anna')], outcome: 'approved', by: ['anna'] },
    { when: {}, messages: [approve('Anna  AX')], outcome: 'approved', by: ['anna'] },
    {
      when: {},
      messages: [approve('lea')],
      outcome: null,
      refused: ['lea may not approve it: anna (Anna Ax) or ben may (from lea)'],
    },
    {
      when: {},
      messages: [approve('zoe'), approve('ben')],
      outcome: 'approved',
      by: ['ben'],
      refused: ['nobody here goes by the name "zoe": anna (Anna Ax) or ben may (from zoe)'],
    },
    {
      when: {},
      requestedBy: 'anna',
      messages: [approve('aax')],
      outcome: null,
      refused: ['anna asked for this rollback: somebody else must approve it (from aax)'],
    },
    { when: {}, requestedBy: 'anna', messages: [approve('ben')], outcome: 'approved', by: ['ben'] },
    { when: P2, messages: [approve('lea')], outcome: null },
    { when: P2, messages: [approve('lea'), approve('rob')], outcome: 'approved', by: ['lea', 'rob'] },
    { when: P3, messages: [approve('rob'), approve('lea')], outcome: 'approved', by: ['lea', 'rob'] },
    { when: P2, messages: [approve('rob'), approve('ben')], outcome: null },
    {
      when: P2,
      messages: [approve('rob'), approve('ben'), approve('lea')],
      outcome: 'approved',
      by: ['lea', 'rob'],
    },
    {
      when: P2,
      messages: [approve('lea', 1), approve('LEA', 2)],
      outcome: null,
      refused: [`lea approved already, at ${minute(1)}: nobody counts twice (from LEA)`],
    },
    {
      when: P2,
      requestedBy: 'ben',
      messages: [approve('lea'), approve('rob')],
      outcome: 'approved',
      by: ['lea', 'rob'],
    },
    {
      when: P2,
      requestedBy: 'ben',
      messages: [approve('ben'), approve('lea')],
      outcome: null,
      refused: ['ben asked for this rollback: somebody else must approve it (from ben)'],
    },
    { when: {}, messages: [reject('anna')], outcome: 'rejected' },
    {
      when: {},
      messages: [reject('anna', 1), approve('ben', 2)],
      outcome: 'rejected',
      refused: [`anna rejected it first, at ${minute(1)}: wrong service (from ben)`],
    },
    {
      when: P2,
      messages: [approve('lea'), reject('rob'), approve('ben')],
      outcome: 'rejected',
      refused: [`rob rejected it first, at ${minute(1)}: wrong service (from ben)`],
    },
    { when: {}, requestedBy: 'dan', messages: [reject('dan')], outcome: 'rejected' },
    {
      when: {},
      messages: [reject('zoe')],
      outcome: null,
      refused: [
        'nobody here goes by the name "zoe": anna (Anna Ax), ben, lea (Lea Lund), rob, gina or dan may (from zoe)',
      ],
    },
    { when: {}, messages: [breakGlass('gina')], outcome: 'broken-glass' },
    { when: {}, requestedBy: 'gina', messages: [breakGlass('gina')], outcome: 'broken-glass' },
    {
      when: {},
      messages: [breakGlass('anna')],
      outcome: null,
      refused: ['anna may not break the glass: gina may (from anna)'],
    },
    {
      when: {},
      messages: [breakGlass('gina'), reject('anna', 2)],
      outcome: 'broken-glass',
    },
    {
      when: {},
      messages: [reject('anna', 1), breakGlass('gina', 2)],
      outcome: 'rejected',
      refused: [`anna rejected it first, at ${minute(1)}: wrong service (from gina)`],
    },
    { when: {}, messages: [approve('anna', 59.9)], outcome: 'approved', by: ['anna'] },
    {
      when: {},
      messages: [approve('anna', 60)],
      outcome: 'expired',
      refused: [`the time for approvals ended at ${minute(60)} (from anna)`],
    },
    {
      when: P2,
      messages: [approve('lea', 1), approve('rob', 61)],
      outcome: 'expired',
      refused: [`the time for approvals ended at ${minute(60)} (from rob)`],
    },
    {
      when: {},
      messages: [approve('YOUR-NAME')],
      outcome: null,
      refused: ['put your own name in place of YOUR-NAME (from YOUR-NAME)'],
    },
    {
      when: {},
      messages: [['approve', { by: 'anna', planHash: '000000000000' }]],
      outcome: null,
      refused: [
        'it names the plan 000000000000; this one is abcdef123456: look at it before you decide (from anna)',
      ],
    },
    {
      when: {},
      messages: [['approve', { by: 'anna', runId: 'another' }]],
      outcome: null,
      refused: ['it is meant for another run (another); this one is 0192a3b4-run (from anna)'],
    },
    {
      when: {},
      messages: [['approve', { by: 'anna', planHash: PLAN, runId: RUN, note: 'ok' }]],
      outcome: 'approved',
      by: ['anna'],
    },
  ])('$when, asked for by $requestedBy: $messages end in $outcome', (row) => {
    const { when, requestedBy = 'dan', messages, outcome, by, refused = [] } = row;
    const approvals = sendAll(opened(when, { requestedBy }), messages);
    expect(approvals.decision?.outcome ?? null).toBe(outcome);
    if (by !== undefined) expect(approvals.decision).toMatchObject({ by });
    expect(whys(approvals)).toEqual(refused);
    const goes = outcome === 'approved' || outcome === 'not-needed' || outcome === 'broken-glass';
    expect(mayGoAhead(approvals)).toBe(goes);
  });

  /** Every two people in every order, whoever asked: written out by hand, without the code under test. */
  const ON_CALL = ['anna', 'ben'];
  const REVIEW = ['ben', 'rob'];
  const isEnough = (severity: string, given: string[]) =>
    severity === 'P0' || severity === 'P1'
      ? given.some((by) => ON_CALL.includes(by))
      : given.includes('lea') && given.some((by) => REVIEW.includes(by));

  const PEOPLE = ['anna', 'ben', 'lea', 'rob', 'gina', 'dan'];
  const pairs = PEOPLE.flatMap((one) => PEOPLE.map((other): [string, string] => [one, other]));
  const SEVERITIES = ['P0', 'P1', 'P2', 'P3'] as const;

  test.each(
    ['development', 'staging', 'production', 'eu-west'].flatMap((environment) =>
      SEVERITIES.map((severity) => [environment, severity] as const),
    ),
  )('in %s with %s, exactly the right two people are enough, in either order', (environment, severity) => {
    for (const requestedBy of PEOPLE) {
      for (const [one, other] of pairs) {
        const approvals = sendAll(opened({ environment, severity }, { requestedBy }), [
          approve(one),
          approve(other),
        ]);
        const others = [one, other].filter((by) => by !== requestedBy);
        const isAsked = environment === 'production' || environment === 'eu-west';
        const expected = !isAsked ? 'not-needed' : isEnough(severity, others) ? 'approved' : undefined;
        expect([requestedBy, one, other, approvals.decision?.outcome]).toEqual([
          requestedBy,
          one,
          other,
          expected,
        ]);
      }
    }
  });

  test.each([
    ['development', []],
    ['production', [approve('anna')]],
  ] as [string, Sent[]][])(
    'one RESTORE of a known person is enough in %s, once it may go ahead',
    (environment, sent) => {
      const approvals = sendAll(asked(sendAll(opened({ environment }), sent)), [RESTORE('rob', 3)]);
      expect(restoreCleared(approvals)).toEqual({
        outcome: 'confirmed',
        at: minute(3),
        by: 'rob',
        assurance: 'declared',
        planHash: PLAN,
        backup: BACKUP,
      });
    },
  );
});

test('a rejection says who, why and how that is known', () => {
  expect(sendAll(opened(), [reject('Anna Ax')]).decision).toEqual({
    outcome: 'rejected',
    at: minute(1),
    by: 'anna',
    assurance: 'declared',
    reason: 'wrong service',
  });
});

test('an approval by the requester counts where the rule says so', () => {
  const rules: ApprovalSettingsInput['rules'] = [
    { approvers: [{ from: ['anna'] }], requesterMayApprove: true },
  ];
  expect(sendAll(opened({}, { requestedBy: 'anna', rules }), [approve('anna')]).decision?.outcome).toBe(
    'approved',
  );
});

describe('early messages', () => {
  test('an approval that came before the plan counts when the plan is made', () => {
    const approvals = opened({}, { early: [approve('anna', -1)] });
    expect(approvals.decision).toEqual({ outcome: 'approved', at: minute(0), by: ['anna'] });
    expect(approvals.approvals).toEqual([{ at: minute(-1), by: 'anna', assurance: 'declared' }]);
    expect(approvals.kept).toEqual([]);
  });

  test('of early messages, the first that decides wins', () => {
    expect(opened({}, { early: [reject('ben', -2), approve('anna', -1)] }).decision?.outcome).toBe(
      'rejected',
    );
    expect(opened({}, { early: [approve('anna', -2), breakGlass('gina', -1)] }).decision?.outcome).toBe(
      'approved',
    );
  });

  test('an early message is judged as any other when its time comes', () => {
    const approvals = opened({}, { early: [approve('lea', -1)] });
    expect(approvals.decision).toBeNull();
    expect(whys(approvals)).toEqual(['lea may not approve it: anna (Anna Ax) or ben may (from lea)']);
  });

  test('the same early message is kept once', () => {
    const early = sendAll(emptyApprovals(RUN), [approve('anna'), approve('anna'), approve('ben')]);
    expect(early.kept.map(({ message: { by } }) => by)).toEqual(['anna', 'ben']);
    expect(whys(early)).toEqual([
      'it has been received already and is kept until its time comes (from anna)',
    ]);
  });

  test('at most 50 are kept', () => {
    const many = Array.from({ length: 51 }, (_, index) => approve(`p${index}`));
    const early = sendAll(emptyApprovals(RUN), many);
    expect(early.kept).toHaveLength(50);
    expect(whys(early)).toEqual(['50 early messages are kept already (from p50)']);
  });

  test('RESTORE before the plan is refused, unless it names the plan and the backup of a dry run', () => {
    const named: Sent = [
      'confirmRestore',
      { phrase: 'RESTORE', by: 'rob', planHash: PLAN, backup: BACKUP },
      -1,
    ];
    const approvals = opened(DEV, { early: [RESTORE('rob', -2), named] });
    expect(whys(approvals)).toEqual([
      'too early: the plan is not made yet, so nobody can know which backup this is about (from rob)',
    ]);
    expect(approvals.kept).toHaveLength(1);
    expect(restoreCleared(asked(approvals))).toMatchObject({ by: 'rob', at: minute(-1) });
  });

  test('RESTORE after the plan, and before it is awaited, is kept and counts when it is', () => {
    const approvals = sendAll(opened(), [RESTORE('rob'), approve('anna')]);
    expect(restoreCleared(approvals)).toBeNull();
    expect(restoreCleared(asked(approvals))).toMatchObject({ by: 'rob', backup: BACKUP });
  });

  test('a RESTORE that came early is for the backup that was shown then, and for no other', () => {
    const approvals = askRestore(sendAll(opened(DEV), [RESTORE('rob')]), {
      backup: 'newer.dump',
      at: minute(2),
    });
    expect(restoreCleared(approvals)).toBeNull();
    expect(whys(approvals)).toEqual([
      `it names the backup ${BACKUP}; the one that would be restored is newer.dump (from rob)`,
    ]);
  });

  test('what was kept is refused, and said so, when the rollback is rejected or expires', () => {
    const rejected = sendAll(opened(), [RESTORE('rob', 1), reject('ben', 2)]);
    expect(whys(rejected)).toEqual([`ben rejected it first, at ${minute(2)}: wrong service (from rob)`]);
    const expired = expire(sendAll(opened(), [RESTORE('rob', 1)]), minute(60));
    expect(whys(expired)).toEqual([`the time for approvals ended at ${minute(60)} (from rob)`]);
    expect([rejected.kept, expired.kept]).toEqual([[], []]);
  });

  test('a No after the approval beats a RESTORE whose time has not come', () => {
    const approvals = sendAll(opened(), [RESTORE('rob', 1), approve('anna', 2), reject('lea', 3)]);
    expect(approvals.restoreDecision).toMatchObject({ outcome: 'rejected', by: 'lea' });
    expect(whys(approvals)).toEqual([
      `lea rejected the restore first, at ${minute(3)}: wrong service (from rob)`,
    ]);
    expect(restoreCleared(asked(approvals, 4))).toBeNull();
  });
});

describe('RESTORE', () => {
  const waiting = (input: Parameters<typeof opened>[1] = {}) => asked(opened(DEV, input));

  test.each<[string, unknown, string]>([
    ['small letters', 'restore', 'the word is RESTORE, in capital letters, not "restore"'],
    ['yes', { phrase: 'yes', by: 'rob' }, 'the word is RESTORE, in capital letters, not "yes" (from rob)'],
    [
      'nobody’s word',
      'RESTORE',
      'it does not say who you are: send {"phrase": "RESTORE", "by": "your name"}',
    ],
    [
      'a stranger',
      { phrase: 'RESTORE', by: 'zoe' },
      'nobody here goes by the name "zoe": anna (Anna Ax), ben, lea (Lea Lund), rob, gina or dan may (from zoe)',
    ],
    [
      'another plan',
      { phrase: 'RESTORE', by: 'rob', planHash: '000000000000' },
      'it names the plan 000000000000; this one is abcdef123456: look at it before you decide (from rob)',
    ],
    [
      'another backup',
      { phrase: 'RESTORE', by: 'rob', backup: 'old.sql' },
      `it names the backup old.sql; the one that would be restored is ${BACKUP} (from rob)`,
    ],
    [
      'another run',
      { phrase: 'RESTORE', by: 'rob', runId: 'x' },
      `it is meant for another run (x); this one is ${RUN} (from rob)`,
    ],
  ])('%s is refused', (_, content, why) => {
    const approvals = sendAll(waiting(), [['confirmRestore', content, 3]]);
    expect(whys(approvals)).toEqual([why]);
    expect(restoreCleared(approvals)).toBeNull();
  });

  test('blanks and line breaks around the word do not matter', () => {
    expect(
      restoreCleared(sendAll(waiting(), [['confirmRestore', { phrase: ' RESTORE\n', by: 'rob' }, 3]])),
    ).not.toBeNull();
  });

  test('the second one is refused and changes nothing', () => {
    const approvals = sendAll(waiting(), [RESTORE('rob', 3), RESTORE('lea', 4), reject('lea', 5)]);
    expect(restoreCleared(approvals)?.by).toBe('rob');
    expect(whys(approvals)).toEqual([
      `rob typed RESTORE first, at ${minute(3)} (from lea)`,
      `rob typed RESTORE first, at ${minute(3)} (from lea)`,
    ]);
  });

  test('a rejection keeps the database as it is', () => {
    const approvals = sendAll(waiting(), [reject('lea', 3), RESTORE('rob', 4)]);
    expect(approvals.restoreDecision).toMatchObject({
      outcome: 'rejected',
      by: 'lea',
      reason: 'wrong service',
    });
    expect(approvals.decision?.outcome).toBe('not-needed');
    expect(restoreCleared(approvals)).toBeNull();
  });

  test('it expires by itself, to the very moment', () => {
    expect(restoreCleared(sendAll(waiting(), [RESTORE('rob', 241.9)]))).not.toBeNull();
    const late = sendAll(waiting(), [RESTORE('rob', 242)]);
    expect(late.restoreDecision).toEqual({ outcome: 'expired', at: minute(242) });
    expect(whys(late)).toEqual([`the time for RESTORE ended at ${minute(242)} (from rob)`]);
  });

  test('the person who asked may not type it where the rule says so', () => {
    const rules = [{ restore: { requesterMayConfirm: false } }];
    const approvals = sendAll(asked(opened({}, { requestedBy: 'rob', rules })), [RESTORE('rob', 3)]);
    expect(whys(approvals)).toEqual([
      'rob asked for this rollback: somebody else must type RESTORE (from rob)',
    ]);
  });

  test('nobody needs it for a rollback that restores nothing', () => {
    expect(whys(sendAll(opened({ ...DEV, kind: 'traffic-only' }), [RESTORE('rob')]))).toEqual([
      'this rollback restores no database (from rob)',
    ]);
  });

  test('breaking the glass does not spare it', () => {
    const broken = asked(sendAll(opened(), [breakGlass('gina')]));
    expect(restoreCleared(broken)).toBeNull();
    expect(restoreCleared(sendAll(broken, [RESTORE('gina', 3)]))?.by).toBe('gina');
  });

  test('it can not be asked for before the rollback may go ahead', () => {
    expect(() => asked(opened())).toThrow('RESTORE is asked for before the rollback may go ahead');
  });
});

describe('signatures', () => {
  const rules: ApprovalSettingsInput['rules'] = [{ approvers: [{ from: ['anna'] }], assurance: 'signed' }];
  const signing = { allowedSignersFile: '/etc/backout/signers' };
  const start = () => opened({}, { rules, signing });
  const signed = { challenge: '…', signature: '…' };
  const proof = (nonce: string, fingerprint = 'SHA256:abc'): Proof => ({
    assurance: 'signed',
    nonce,
    fingerprint,
  });
  const send = (approvals: Approvals, content: object, by: Proof) =>
    receive(approvals, { message: message('approve', { by: 'anna', ...content }), at: minute(1), proof: by });
  const bound = { planHash: PLAN, runId: RUN, signed };

  test('a verified one counts, and is said to be signed', () => {
    const approvals = send(start(), bound, proof('n1'));
    expect(approvals.decision?.outcome).toBe('approved');
    expect(approvals.approvals).toEqual([
      { at: minute(1), by: 'anna', assurance: 'signed', key: 'SHA256:abc' },
    ]);
    expect(approvals.nonces).toEqual(['n1']);
  });

  test.each<[string, object, Proof, string]>([
    [
      'a name alone',
      {},
      DECLARED,
      'a signature is demanded here, and a name alone is none: ' +
        '`backout approve rollback-listings-42 --plan abcdef123456 --by anna --sign`',
    ],
    ['a signature that nobody verified', bound, DECLARED, 'its signature was not verified'],
    [
      'one that is not about this plan',
      { ...bound, planHash: undefined },
      proof('n1'),
      'a signed message has its signature and names the run and the plan',
    ],
    [
      'a proof without a signature',
      { planHash: PLAN, runId: RUN },
      proof('n1'),
      'a signed message has its signature and names the run and the plan',
    ],
  ])('%s is refused', (_, content, by, why) => {
    const approvals = send(start(), content, by);
    expect(approvals.decision).toBeNull();
    expect(whys(approvals)).toEqual([`${why} (from anna)`]);
  });

  test.each<[Sent[0], object, string]>([
    [
      'approve',
      { note: 'looks  right' },
      "backout approve ID --plan HASH --note 'looks right' --by anna --sign",
    ],
    [
      'reject',
      { reason: "it's the network" },
      "backout reject ID --reason 'it'\\''s the network' --by anna --sign",
    ],
    ['breakGlass', { reason: 'now' }, 'backout break-glass ID --reason now --plan HASH --by anna --sign'],
  ])('%s by a name alone is refused with the command that would do', (name, content, command) => {
    const glass = opened({}, { rules, breakGlass: ['anna'], signing });
    const approvals = sendAll(glass, [[name, { by: 'anna', ...content }]]);
    const exact = command.replace('ID', WORKFLOW).replace('HASH', PLAN);
    expect(whys(approvals)).toEqual([
      `a signature is demanded here, and a name alone is none: \`${exact}\` (from anna)`,
    ]);
    expect(approvals.decision).toBeNull();
  });

  test('a restore has a demand of its own: RESTORE and No are signed there, approvals are not', () => {
    const own = opened({}, { rules: [{ restore: { assurance: 'signed' } }], signing });
    const waiting = asked(own);
    const refused = sendAll(waiting, [RESTORE('anna', 3), reject('anna', 3)]);
    expect(refused.restoreDecision).toBeNull();
    expect(whys(refused)).toEqual(
      ['confirm-restore rollback-listings-42', `reject rollback-listings-42 --reason 'wrong service'`].map(
        (words) =>
          `a signature is demanded here, and a name alone is none: \`backout ${words} --by anna --sign\` (from anna)`,
      ),
    );
    const confirmed = receive(waiting, {
      message: message('confirmRestore', { phrase: 'RESTORE', by: 'anna', backup: BACKUP, ...bound }),
      at: minute(3),
      proof: proof('n1'),
    });
    expect(restoreCleared(confirmed)).toMatchObject({ by: 'anna', assurance: 'signed', key: 'SHA256:abc' });
  });

  test('where only approvals are signed, a name alone may still keep the database as it is', () => {
    const only = send(
      opened({}, { rules: [{ ...rules[0], restore: { assurance: 'declared' } }], signing }),
      bound,
      proof('n1'),
    );
    expect(sendAll(asked(only), [reject('ben', 3)]).restoreDecision).toMatchObject({ outcome: 'rejected' });
  });

  test('one key does not approve for two people', () => {
    const two = opened(
      {},
      { rules: [{ ...rules[0], approvers: [{ from: ['anna', 'ben'], count: 2 }] }], signing },
    );
    const one = send(two, bound, proof('n1'));
    const same = send(one, { ...bound, by: 'ben' }, proof('n2'));
    expect(whys(same)).toEqual([
      'the key SHA256:abc approved for anna already: one key does not stand for two people (from ben)',
    ]);
    const other = send(one, { ...bound, by: 'ben' }, proof('n2', 'SHA256:def'));
    expect(other.decision).toMatchObject({ outcome: 'approved', by: ['ben', 'anna'] });
  });

  test('one that came in time counts, however long it took to verify', () => {
    const sent = {
      message: message('approve', { by: 'anna', ...bound }),
      at: minute(59),
      proof: proof('n1'),
    };
    const approvals = receive(start(), sent, minute(61));
    expect(approvals.approvals).toMatchObject([{ by: 'anna', at: minute(59) }]);
    expect(approvals.decision).toMatchObject({ outcome: 'approved', at: minute(61) });
  });

  test('a signature counts once, also while it is only kept', () => {
    const again = 'this signature has been used already: sign again (from anna)';
    expect(whys(send(send(start(), bound, proof('n1')), bound, proof('n1')))).toEqual([again]);
    const early = send(send(emptyApprovals(RUN), bound, proof('n1')), { ...bound, note: 'x' }, proof('n1'));
    expect(early.kept).toHaveLength(1);
    expect(whys(early)).toEqual([again]);
  });
});

describe('without configured people', () => {
  const bare = () => {
    const terms = { ...(opened().terms as NonNullable<Approvals['terms']>) };
    const policy = {
      ...terms.policy,
      people: [],
      seats: [],
      breakGlass: [],
      restore: {
        people: null,
        requesterMayConfirm: true,
        expiresMinutes: 240,
        assurance: 'declared' as const,
      },
    };
    return askApprovals(emptyApprovals(RUN), { ...terms, policy, expiresAt: null, requester: 'dan' });
  };

  test('the word alone is enough', () => {
    const approvals = receiveContent(asked(bare()), {
      name: 'confirmRestore',
      content: 'RESTORE',
      at: minute(3),
      proof: DECLARED,
    });
    expect(restoreCleared(approvals)).toMatchObject({ by: null, assurance: 'declared', backup: BACKUP });
  });

  test('anybody may say No', () => {
    expect(sendAll(asked(bare()), [reject('zoe', 3)]).restoreDecision).toMatchObject({
      outcome: 'rejected',
      by: 'zoe',
    });
  });
});

describe('whatever is sent', () => {
  test.each([
    ['approve', null, 'Invalid input: expected object, received null'],
    ['approve', { by: ' ' }, 'by: Too small: expected string to have >=1 characters'],
    ['reject', { by: 'anna', reason: '' }, 'reason: say why'],
    ['breakGlass', { by: 'gina' }, 'reason: Invalid input: expected string, received undefined'],
    ['confirmRestore', 7, 'Invalid input: expected object, received number'],
    ['approve', { by: 'anna', plan: 'x' }, 'Unrecognized key: "plan"'],
    [
      'approve',
      { by: 'anna', planHash: 'x' },
      'planHash: must be the 12 hexadecimal digits that a plan shows',
    ],
  ] as const)('%s with %j is recorded as refused, and nothing is thrown', (name, content, why) => {
    const approvals = receiveContent(opened(), { name, content, at: minute(1), proof: DECLARED });
    expect(approvals.refused).toEqual([{ at: minute(1), name, why }]);
    expect(approvals.decision).toBeNull();
  });

  test('at most 100 refused messages are kept', () => {
    const many = Array.from({ length: 120 }, () => approve('zoe'));
    expect(sendAll(opened(), many).refused).toHaveLength(100);
  });
});

test('a validator hears the same as a signal, and changes nothing', () => {
  const approvals = opened();
  const frozen = JSON.stringify(approvals);
  const judged = (content: object, minutes = 1) =>
    judgeNow(approvals, { message: message('approve', content), at: minute(minutes), proof: DECLARED });
  expect(judged({ by: 'anna' })).toEqual({ verdict: 'counts' });
  expect(judged({ by: 'zoe' })).toMatchObject({ verdict: 'refused' });
  expect(judged({ by: 'anna' }, 60)).toEqual({
    verdict: 'refused',
    why: `the time for approvals ended at ${minute(60)}`,
  });
  expect(JSON.stringify(approvals)).toBe(frozen);
});

test('the timer may fire before, after or never: the result is the same', () => {
  const timely = expire(expire(opened(), minute(59)), minute(60));
  expect(timely.decision).toEqual({ outcome: 'expired', at: minute(60) });
  expect(expire(opened(), minute(500))).toEqual(timely);
  expect(expire(timely, minute(501))).toEqual(timely);
});
