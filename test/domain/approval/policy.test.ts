/** Which rule holds for a rollback, and whether it can ever be satisfied. */
import { expect, test } from 'vitest';
import { policyFor, whyNeverApproved, whyNobodyApproves } from '../../../src/domain/approval/policy.ts';
import type { Occasion } from '../../../src/domain/approval/policy.ts';
import type { ApprovalSettingsInput } from '../../../src/domain/approval/settings.ts';
import { settings } from '../../support/approvals.ts';

const P1: Occasion = { environment: 'production', severity: 'P1', kind: 'full' };

test.each<[Partial<Occasion>, string, [who: string, people: string[]][], string[]]>([
  [{ environment: 'development' }, 'the built-in rule for development', [], []],
  [{ environment: 'staging', severity: 'P3' }, 'the built-in rule for staging', [], ['lea']],
  [{ severity: 'P0' }, 'the built-in rule for production, P0 and P1', [['on-call', ['anna', 'ben']]], []],
  [{ severity: 'P1' }, 'the built-in rule for production, P0 and P1', [['on-call', ['anna', 'ben']]], []],
  [
    { severity: 'P2' },
    'the built-in rule for production, P2 and P3',
    [
      ['team-lead', ['lea']],
      ['reviewer or team-lead', ['ben', 'lea', 'rob']],
    ],
    [],
  ],
  [
    { severity: 'P3', environment: 'eu-1' },
    'the built-in rule for production, P2 and P3',
    [
      ['team-lead', ['lea']],
      ['reviewer or team-lead', ['ben', 'lea', 'rob']],
    ],
    [],
  ],
])('%o has the rule that the requirement gives it', (occasion, rule, seats, tell) => {
  const policy = policyFor(settings(), { ...P1, ...occasion });
  expect(policy.rule).toBe(rule);
  expect(policy.seats.map(({ who, people }) => [who, people])).toEqual(seats);
  expect(policy.tell).toEqual(tell);
  expect(policy.requesterMayApprove).toBe(false);
});

const OWN: Partial<ApprovalSettingsInput> = {
  groups: { owners: ['dan', 'role:team-lead'] },
  rules: [
    { environments: ['production'], severities: ['P0'], kinds: ['traffic-only'] },
    {
      environments: ['production'],
      approvers: [{ from: ['group:owners', 'rob'], count: 2 }],
      assurance: 'signed',
      restore: { from: ['role:on-call'], requesterMayConfirm: false, expiresMinutes: 30 },
    },
  ],
  signing: { allowedSignersFile: '/etc/backout/allowed-signers' },
};

test('the first configured rule that fits comes before the built-in ones', () => {
  const policy = policyFor(settings(OWN), P1);
  const seat = { who: 'group owners or rob', people: ['lea', 'rob', 'dan'] };
  expect(policy).toMatchObject({
    rule: 'rule 2 of the configuration',
    seats: [seat, seat],
    restore: { people: ['anna', 'ben'], requesterMayConfirm: false, expiresMinutes: 30, assurance: 'signed' },
    breakGlass: ['gina'],
  });
  expect(policyFor(settings(OWN), { ...P1, severity: 'P0', kind: 'traffic-only' })).toMatchObject({
    rule: 'rule 1 of the configuration',
    seats: [],
    restore: null,
  });
  expect(policyFor(settings(OWN), { ...P1, environment: 'development' }).rule).toBe(
    'the built-in rule for development',
  );
});

test('without settings, nobody is asked to approve and anybody may type RESTORE', () => {
  expect(policyFor(null, P1)).toMatchObject({ seats: [], restore: { people: null }, breakGlass: [] });
  expect(policyFor(null, { ...P1, kind: 'traffic-only' }).restore).toBeNull();
});

test('a policy is plain data: it survives being kept as JSON', () => {
  const policy = policyFor(settings(OWN), P1);
  expect(JSON.parse(JSON.stringify(policy))).toEqual(policy);
});

test.each<[string, Occasion['severity'], string | undefined, Partial<ApprovalSettingsInput>, string | null]>([
  ['another person on call is left', 'P1', 'anna', {}, null],
  ['a requester who is nobody here', 'P2', 'ci', {}, null],
  [
    'the only team lead asks',
    'P2',
    'Lea  LUND',
    { breakGlass: [] },
    'the built-in rule for production, P2 and P3 needs approval by team-lead and reviewer or team-lead, and nobody is left for team-lead: lea asked for it and may not approve it',
  ],
  ['the only team lead asks, and somebody may break the glass', 'P2', 'lea', {}, null],
  [
    'the only team lead asks, and may',
    'P2',
    'lea',
    { breakGlass: [], rules: [{ approvers: [{ from: ['lea'] }], requesterMayApprove: true }] },
    null,
  ],
  [
    'nobody has the role',
    'P1',
    'dan',
    { people: { dan: {} }, breakGlass: [] },
    'the built-in rule for production, P0 and P1 needs approval by on-call, and nobody is left for on-call',
  ],
  [
    'only the requester could type RESTORE, and may not',
    'P1',
    'anna',
    { rules: [{ restore: { from: ['anna'], requesterMayConfirm: false } }] },
    'rule 1 of the configuration lets only anna type RESTORE, who asked for it and may not',
  ],
  [
    'nobody says who asks, and RESTORE must come from somebody else',
    'P1',
    undefined,
    { rules: [{ restore: { requesterMayConfirm: false } }] },
    'the request does not say who asks (`requestedBy`), and whoever asks may not be the one who agrees: start it again with your name',
  ],
  [
    'nobody says who asks',
    'P1',
    undefined,
    {},
    'the request does not say who asks (`requestedBy`), and whoever asks may not be the one who agrees: start it again with your name',
  ],
])('whether it can be approved, when %s', (_, severity, requestedBy, input, expected) => {
  expect(whyNeverApproved(policyFor(settings(input), { ...P1, severity }), requestedBy)).toBe(expected);
});

test('who is left when nobody can approve is told apart from who may approve', () => {
  const policy = policyFor(settings(), { ...P1, severity: 'P2' });
  expect(whyNobodyApproves(policy, 'lea')).toBe(
    'the built-in rule for production, P2 and P3 needs approval by team-lead and reviewer or team-lead, and nobody is left for team-lead: lea asked for it and may not approve it',
  );
  expect(whyNobodyApproves(policy, 'ci')).toBeNull();
});

test('where no approval is needed, nobody has to say who asks', () => {
  expect(whyNeverApproved(policyFor(settings(), { ...P1, environment: 'dev' }), undefined)).toBeNull();
});
