/** Settings that fit together, and what is said of those that don't. */
import { expect, test } from 'vitest';
import { approvalSettingsSchema } from '../../../src/domain/approval/settings.ts';
import type { ApprovalSettingsInput } from '../../../src/domain/approval/settings.ts';
import { listProblems } from '../../../src/domain/request.ts';
import { TEAM } from '../../support/approvals.ts';

function problems(input: Partial<ApprovalSettingsInput>): string[] {
  const parsed = approvalSettingsSchema.safeParse({ ...TEAM, ...input });
  return parsed.success ? [] : listProblems(parsed.error);
}

test('people alone are enough', () => {
  expect(approvalSettingsSchema.parse({ people: { anna: {} } })).toEqual({
    people: { anna: { aliases: [], roles: [] } },
    groups: {},
    rules: [],
    breakGlass: [],
  });
});

test('a rule has defaults on the safe side', () => {
  const { rules } = approvalSettingsSchema.parse({ ...TEAM, rules: [{}] });
  expect(rules).toEqual([
    {
      approvers: [],
      tell: [],
      requesterMayApprove: false,
      expiresMinutes: 60,
      assurance: 'declared',
      restore: { requesterMayConfirm: true, expiresMinutes: 240 },
    },
  ]);
});

test.each<[string, Partial<ApprovalSettingsInput>, string[]]>([
  ['nobody at all', { people: {}, breakGlass: [] }, ['people: needs at least one person']],
  [
    'a role that nobody has',
    { rules: [{ tell: ['role:cto'] }] },
    ['rules[0].tell[0]: nobody under `people` has the role "cto"'],
  ],
  [
    'an unknown group',
    { breakGlass: ['group:owners'] },
    ['breakGlass[0]: there is no group "owners" under `groups`'],
  ],
  [
    'an unknown person in a group',
    { groups: { owners: ['zoe'] } },
    ['groups.owners[0]: there is nobody "zoe" under `people`'],
  ],
  [
    'a name that every object has',
    { breakGlass: ['constructor'] },
    ['breakGlass[0]: there is nobody "constructor" under `people`'],
  ],
  [
    'a group in a group',
    { groups: { all: ['group:all'] } },
    ['groups.all[0]: must be a name under `people`, or `role:NAME`'],
  ],
  [
    'more approvals than people',
    { rules: [{ approvers: [{ from: ['role:team-lead'] }, { from: ['lea'] }] }] },
    ['rules[0].approvers: needs 2 different people, and only 1 can give it'],
  ],
  [
    'a name that two people have',
    { people: { ...TEAM.people, zoe: { aliases: [' ANNA  ax'] } } },
    ['people.zoe: "ANNA  ax" is also a name of somebody else'],
  ],
  [
    'signatures without a file to verify them with',
    { rules: [{ restore: { assurance: 'signed' } }] },
    ['signing: is needed: rule 1 demands signatures'],
  ],
  [
    'a principal that is also the one of somebody else, who did not even write it',
    { people: { ...TEAM.people, zoe: { principal: 'anna' } } },
    ['people.zoe.principal: "anna" is also the principal of somebody else'],
  ],
  [
    'a principal that is a pattern',
    { people: { ...TEAM.people, zoe: { principal: '*' } } },
    ['people.zoe.principal: must be one word without , * ? ! or quotes'],
  ],
])('%s is refused in words', (_, input, expected) => {
  expect(problems(input)).toEqual(expected);
});

test('the same name twice for one person is no trouble', () => {
  expect(problems({ people: { ...TEAM.people, zoe: { name: 'Zoe', aliases: ['zoe'] } } })).toEqual([]);
});
