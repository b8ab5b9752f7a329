/** `escalation` in the file: what is refused when it is loaded, so that no page is sent to nobody. */
import { describe, expect, it } from 'vitest';
import { checkConfig, loadConfig } from '../../src/config/load.ts';
import { problemsIn, SMALL, writeConfig } from './support.ts';

const withEscalation = (lines: string): string =>
  SMALL.replace('services:', `escalation:\n${lines}services:`);
const inEnvironment = (lines: string): string =>
  SMALL.replace('        target:\n', `        escalation:\n${lines}        target:\n`);

const CHANNELS = '  channels: { pd: { kind: pagerduty, routingKey: { env: PD_KEY } } }\n';
const env = { PD_KEY: 'k'.repeat(32) };

describe('escalation', () => {
  it('needs a channel and a level', async () => {
    const text = withEscalation(`${CHANNELS}  levels: [{ channels: [pd], people: [anna] }]\n`);
    const { escalation } = await loadConfig({ path: writeConfig(text), env });
    expect(escalation?.levels?.[0]).toEqual({ people: ['anna'], channels: ['pd'], sideBySide: [] });
  });

  it('names channels that are there, its own or the file’s', async () => {
    expect(await problemsIn(withEscalation(`${CHANNELS}  levels: [{ channels: [dp] }]\n`), { env })).toEqual([
      'FILE:4:25: escalation.levels[0].channels[0]: there is no channel "dp" under escalation.channels; did you mean pd?',
    ]);
    const both = withEscalation(CHANNELS).replace(
      '        target:\n',
      '        escalation: { levels: [{ sideBySide: [[pd], [mail]] }] }\n        target:\n',
    );
    expect(await problemsIn(both, { env })).toEqual([
      'FILE:8:54: services.listings.environments.production.escalation.levels[0].sideBySide[1][0]: ' +
        'there is no channel "mail" under escalation.channels; known here: pd',
    ]);
  });

  it('names people who are there', async () => {
    const lines = `${CHANNELS}  levels: [{ channels: [pd], people: [ann, 'role:cto'] }]\n`;
    const people =
      'approvals:\n  people: { anna: { roles: [on-call, team-lead] }, ben: { roles: [reviewer] } }\n';
    expect(
      await problemsIn(withEscalation(lines).replace('escalation:', `${people}escalation:`), { env }),
    ).toEqual([
      'FILE:6:39: escalation.levels[0].people[0]: there is no "ann" under approvals.people',
      'FILE:6:44: escalation.levels[0].people[1]: nobody under approvals.people is meant by "role:cto"',
    ]);
    expect(await problemsIn(withEscalation(lines), { env })).toEqual([
      'FILE:4:44: escalation.levels[0].people[1]: "role:cto" means nobody: there are no people under `approvals`',
    ]);
  });

  it('has its levels in the order of their times', async () => {
    const levels =
      '  levels: [{ channels: [pd] }, { channels: [pd], afterMinutes: 40 }, { channels: [pd] }]\n';
    expect(await problemsIn(withEscalation(CHANNELS + levels), { env })).toEqual([
      'FILE:4:70: escalation.levels[2]: is paged after 30 min, and the level before it after 40 min; give it a later time',
    ]);
  });

  it('warns of a level at which nobody can be paged', async () => {
    const text = withEscalation(`${CHANNELS}  levels: [{ channels: [pd] }, { people: [ben] }]\n`);
    const { warnings } = await checkConfig({ path: writeConfig(text), env });
    expect(warnings.map(({ message }) => message)).toEqual([
      'has no channel, so nobody can be paged here and the next level is, at once; name one under `channels`',
    ]);
  });

  it('needs its secrets where a worker is started, and not for --local, where nobody is paged', async () => {
    const text = withEscalation(`${CHANNELS}  levels: [{ channels: [pd] }]\n`);
    expect(await problemsIn(text)).toEqual([
      'FILE:3:50: escalation.channels.pd.routingKey: the environment variable PD_KEY is not set here; set it where the worker is started',
    ]);
    expect(await problemsIn(text, { mayBeSilent: true })).toEqual([]);
  });

  it('may be switched off in an environment', async () => {
    const text = inEnvironment('          levels: []\n');
    const { services } = await loadConfig({ path: writeConfig(text), env });
    expect(services['listings']?.environments['production']?.escalation?.levels).toEqual([]);
  });
});
