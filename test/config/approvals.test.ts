/** `approvals` in the file: what is refused when it is loaded, so that no rollback waits for what can't come. */
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { problemsIn, SMALL, writeConfig } from './support.ts';

const withApprovals = (lines: string): string => SMALL.replace('services:', `approvals:\n${lines}services:`);

const PEOPLE =
  '  people: { anna: { roles: [on-call] }, ben: { roles: [team-lead] }, cara: { roles: [reviewer] } }\n';

describe('approvals', () => {
  it('need nothing but people with the roles of the built-in rules', async () => {
    const { approvals } = await loadConfig({ path: writeConfig(withApprovals(PEOPLE)), env: {} });
    expect(Object.keys(approvals?.people ?? {})).toEqual(['anna', 'ben', 'cara']);
  });

  const SIGNED = '  rules:\n    - { assurance: signed }\n    - { restore: { assurance: signed } }\n';

  it('demand signatures where it is said whose keys count', async () => {
    const signing = '  signing: { allowedSignersFile: /etc/backout/allowed_signers }\n';
    const { approvals } = await loadConfig({
      path: writeConfig(withApprovals(PEOPLE + SIGNED + signing)),
      env: {},
    });
    expect(approvals?.signing).toEqual({ allowedSignersFile: '/etc/backout/allowed_signers' });
    expect(approvals?.rules.map(({ assurance, restore }) => [assurance, restore.assurance])).toEqual([
      ['signed', undefined],
      ['declared', 'signed'],
    ]);
  });

  it('do not demand signatures that nobody could verify', async () => {
    expect(await problemsIn(withApprovals(PEOPLE + SIGNED))).toEqual([
      'FILE:2:1: approvals.signing: is needed: rule 1 demands signatures',
      'FILE:2:1: approvals.signing: is needed: rule 2 demands signatures',
    ]);
  });

  it('take no two people for one principal', async () => {
    const people = PEOPLE.replace('[team-lead]', '[team-lead], principal: anna');
    expect(await problemsIn(withApprovals(people))).toEqual([
      'FILE:3:79: approvals.people.ben.principal: "anna" is also the principal of somebody else',
    ]);
  });

  it('must leave somebody who can agree to every rollback there is', async () => {
    expect(await problemsIn(withApprovals('  people: { anna: { roles: [on-call] } }\n'))).toEqual([
      'FILE:2:1: approvals: nobody could agree to a traffic-only rollback (P2) of listings in production: the built-in rule ' +
        'for production, P2 and P3 needs approval by team-lead and reviewer or team-lead, and nobody is left for ' +
        'team-lead and reviewer or team-lead; give somebody the role under people, or write a rule',
    ]);
  });

  it('are good where somebody may break the glass', async () => {
    const lines = '  people: { anna: { roles: [on-call] } }\n  breakGlass: [anna]\n';
    expect(await problemsIn(withApprovals(lines))).toEqual([]);
  });

  it('say who is meant by a role that nobody has', async () => {
    expect(await problemsIn(withApprovals(`${PEOPLE}  breakGlass: [role:cto]\n`))).toEqual([
      'FILE:4:16: approvals.breakGlass[0]: nobody under `people` has the role "cto"',
    ]);
  });
});
