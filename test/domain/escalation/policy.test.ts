/** The policy that is frozen, from what people have written. */
import { describe, expect, it } from 'vitest';
import { approvalSettingsSchema } from '../../../src/domain/approval/settings.ts';
import { describeLevel, escalationPolicy, levelsFor } from '../../../src/domain/escalation/policy.ts';
import { escalationSchema } from '../../../src/domain/escalation/settings.ts';
import type { EscalationSettingsInput } from '../../../src/domain/escalation/settings.ts';

const pd = { kind: 'pagerduty' as const, routingKey: { env: 'PD_KEY' } };
const hook = { kind: 'webhook' as const, url: 'https://hooks.example.com/', signingKey: { env: 'HOOK_KEY' } };
const people = approvalSettingsSchema.parse({
  people: {
    anna: { name: 'Anna Ax', roles: ['on-call'] },
    ben: { roles: ['team-lead'] },
    cara: { roles: ['on-call'] },
  },
});
const parse = (input: EscalationSettingsInput) => escalationSchema.parse(input);
const policy = (file: EscalationSettingsInput | undefined, environment?: EscalationSettingsInput) =>
  escalationPolicy({
    file: file === undefined ? undefined : parse(file),
    environment: environment === undefined ? undefined : parse(environment),
    people,
  });

describe('the policy', () => {
  it('is none where nothing is configured, and where an environment has no levels', () => {
    expect(policy(undefined)).toBeNull();
    expect(policy({ channels: { pd }, levels: [{ channels: ['pd'] }] }, { levels: [] })).toBeNull();
  });

  it('has the ladder of four levels where people say nothing else', () => {
    const levels = [{ channels: ['pd'] }, {}, {}, {}, {}];
    const made = policy({ channels: { pd }, levels });
    expect(
      made?.levels.map(({ number, name, afterMinutes, onlyIfCustomersAffected }) => [
        number,
        name,
        afterMinutes,
        onlyIfCustomersAffected,
      ]),
    ).toEqual([
      [1, 'on duty', 0, false],
      [2, 'team lead or DevOps', 15, false],
      [3, 'engineering manager', 30, false],
      [4, 'CTO and executives', 60, true],
      [5, 'level 5', 90, true],
    ]);
    expect(made).toMatchObject({ repeatMinutes: 5, channelSeconds: 60 });
  });

  it('names people as others know them, by role too', () => {
    const made = policy({
      channels: { pd },
      levels: [{ people: ['role:on-call'], channels: ['pd'] }, { people: ['ben'] }],
    });
    expect(made?.levels.map((level) => describeLevel(level))).toEqual([
      'level 1 (on duty: Anna Ax, cara)',
      'level 2 (team lead or DevOps: ben)',
    ]);
  });

  it('gives each level its channels, in order or side by side, by the names that people gave them', () => {
    const made = policy({
      channels: { pd, hook: { ...hook, name: 'the bridge' } },
      levels: [{ channels: ['pd', 'hook'] }, { sideBySide: [['pd'], ['hook', 'pd']] }, {}],
    });
    expect(made?.levels.map(({ routes }) => routes.map((route) => route.map(({ name }) => name)))).toEqual([
      [['pd', 'the bridge']],
      [['pd'], ['the bridge', 'pd']],
      [],
    ]);
  });

  it('takes from the environment what it says, and the rest from the file', () => {
    const made = policy(
      { channels: { pd, hook }, levels: [{ channels: ['pd'] }], repeatMinutes: 7, channelSeconds: 20 },
      {
        channels: { pd: { ...pd, name: 'staging' } },
        levels: [{ channels: ['pd', 'hook'], afterMinutes: 3 }],
        repeatMinutes: 30,
      },
    );
    expect(made).toMatchObject({ repeatMinutes: 30, channelSeconds: 20 });
    expect(made?.levels[0]?.afterMinutes).toBe(3);
    expect(made?.levels[0]?.routes[0]?.map(({ name }) => name)).toEqual(['staging', 'hook']);
  });

  it('leaves levels out where customers are not affected', () => {
    const made = policy({ levels: [{}, {}, {}, {}] });
    if (made === null) throw new Error('there is a policy');
    expect(levelsFor(made, true).map(({ number }) => number)).toEqual([1, 2, 3, 4]);
    expect(levelsFor(made, false).map(({ number }) => number)).toEqual([1, 2, 3]);
  });

  it('does not take both ways to name channels', () => {
    const level = { channels: ['pd'], sideBySide: [['pd']] };
    expect(escalationSchema.safeParse({ channels: { pd }, levels: [level] }).error?.issues[0]?.message).toBe(
      'has both `channels` and `sideBySide`: put all of them into `sideBySide`',
    );
  });
});
