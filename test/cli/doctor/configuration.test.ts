import { describe, expect, it } from 'vitest';
import { lookAtConfiguration, placesOf } from '../../../src/cli/doctor/configuration.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { SMALL, newFolder, writeConfig } from '../../config/support.ts';

const indented = SMALL.slice(SMALL.indexOf('      production:')).trimEnd();
const STAGING = indented
  .replace('production:', 'staging:\n        taskQueue: staging')
  .replace('upstream: listings', 'upstream: listings-staging');
const TWO = `${SMALL}${STAGING}\n`;

describe('the configuration', () => {
  it('is named with what it holds', async () => {
    const path = writeConfig(TWO);
    const { config, section } = await lookAtConfiguration({ config: path }, {});
    expect(config?.file).toBe(path);
    expect(section.lines).toEqual([
      { mark: 'ok', name: path, detail: 'listings (production, staging)' },
      {
        mark: 'warning',
        name: 'escalation',
        detail: 'nobody is paged about a rollback of listings in production and listings in staging',
        fix: 'Say under `escalation` who is paged, and when: docs/escalation.md.',
      },
      {
        mark: 'warning',
        name: 'reminders',
        detail:
          'nobody is reminded of what is to be done after a rollback of listings in production and listings in staging',
        fix: 'Add `slack`, a level with an `email` channel under `escalation`, `followUp.tickets` or `stakeholders`: docs/follow-up.md.',
      },
    ]);
  });

  it('warns of nobody where people are paged', async () => {
    const escalation =
      'escalation:\n  channels: { pd: { kind: pagerduty, routingKey: { env: PD } } }\n  levels: [{ channels: [pd] }]\n';
    const path = writeConfig(TWO.replace('services:', `${escalation}services:`));
    const { section } = await lookAtConfiguration({ config: path }, {});
    // What rings reminds nobody.
    expect(section.lines.map(({ name }) => name)).toEqual([path, 'reminders']);
  });

  it.each([
    ['Slack', 'slack: { incidents: { env: SLACK } }'],
    ['tickets', 'followUp: { tickets: { github: { repo: example/listings, token: { env: GITHUB } } } }'],
    ['no follow-up at all', 'followUp: { enabled: false }'],
  ])('warns of no reminders where there is %s', async (_what, setting) => {
    const path = writeConfig(TWO.replace('services:', `${setting}\nservices:`));
    const { section } = await lookAtConfiguration({ config: path }, {});
    expect(section.lines.map(({ name }) => name)).toEqual([path, 'escalation']);
  });

  it('is wrong in places, each with what to do', async () => {
    const path = writeConfig(SMALL.replace('kind: nginx', 'hots: web-1\n          kind: nginx'));
    const { config, section } = await lookAtConfiguration({ config: path }, {});
    expect(config).toBeNull();
    expect(section.lines).toEqual([
      {
        mark: 'problem',
        name: `${path}:7:11`,
        detail: 'services.listings.environments.production.target.hots there is no such setting',
        fix: 'did you mean host?',
      },
    ]);
  });

  it('may be elsewhere: the workers have theirs', async () => {
    const { config, section } = await lookAtConfiguration({}, { BACKOUT_CONFIG: '' });
    expect(config).toBeNull();
    expect(section.lines[0]).toMatchObject({ mark: 'warning', name: 'backout.yaml' });
  });

  it('is a problem when it was named and is not there', async () => {
    const path = `${newFolder()}/none.yaml`;
    const { section } = await lookAtConfiguration({ config: path }, {});
    expect(section.lines).toEqual([
      {
        mark: 'problem',
        name: 'backout.yaml',
        detail: `There is no configuration file ${path} (named by --config).`,
        fix: 'Name it with `--config FILE`, or write one with `backout init`.',
      },
    ]);
  });
});

describe('what is looked at', () => {
  const all = [
    { service: 'listings', environment: 'production', taskQueue: 'backout' },
    { service: 'listings', environment: 'staging', taskQueue: 'staging' },
  ];
  it.each([
    ['everything', {}, all],
    ['all environments of a service', { service: 'listings' }, all],
    ['one environment of a service', { service: 'listings', environment: 'staging' }, [all[1]]],
    ['one environment of all services that have it', { environment: 'production' }, [all[0]]],
  ])('is %s', async (_what, wanted, places) => {
    const config = await loadConfig({ path: writeConfig(TWO), env: {} });
    expect(placesOf(config, wanted, 'backout')).toEqual(places);
  });

  it('is what the worker knows where there is no file', () => {
    expect(placesOf(null, { service: 'listings' }, 'main')).toEqual([
      { service: 'listings', taskQueue: 'main' },
    ]);
  });

  it('is nothing for a name that is not there', async () => {
    const config = await loadConfig({ path: writeConfig(TWO), env: {} });
    expect(() => placesOf(config, { service: 'listing' }, 'backout')).toThrow(
      'There is no service "listing" in the configuration.',
    );
    expect(() => placesOf(config, { service: 'listings', environment: 'prod' }, 'backout')).toThrow(
      'listings has no environment "prod".',
    );
    expect(() => placesOf(config, { environment: 'prod' }, 'backout')).toThrow(
      'No service has an environment "prod".',
    );
  });
});
