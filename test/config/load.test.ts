import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkConfig, loadConfig } from '../../src/config/load.ts';
import { formatProblem } from '../../src/config/problems.ts';
import { newFolder, problemsIn, SMALL, writeConfig } from './support.ts';

const SITE = 'services.listings.environments.production';

describe('a good file', () => {
  it('is loaded with all its defaults', async () => {
    const path = writeConfig(SMALL);
    const config = await loadConfig({ path, env: {} });
    expect(config).toMatchObject({
      file: path,
      temporal: { address: '127.0.0.1:7233', namespace: 'default', taskQueue: 'backout' },
      hosts: {},
      incidents: { directory: join(path, '../incidents'), retentionDays: 30 },
      worker: {
        healthAddress: '127.0.0.1:8089',
        logLevel: 'info',
        maxConcurrentActivities: 100,
        shutdownGraceSeconds: 30,
      },
    });
    expect(config.services['listings']?.environments['production']?.target.host).toBe('local');
  });

  it('may use anchors and merge keys', async () => {
    const text = SMALL.replace('blue:', 'blue: &colour').replace(
      '            green:\n',
      '            green:\n              <<: *colour\n',
    );
    const withoutProcess = text.replace(/\n *process: \{ systemd: green.*/, '');
    const { services } = await loadConfig({ path: writeConfig(withoutProcess), env: {} });
    expect(services['listings']?.environments['production']?.target.colours['green']?.process).toMatchObject({
      systemd: 'blue.service',
    });
  });

  it('says where a problem inside of a merged mapping was written', async () => {
    const text = SMALL.replace('production:', 'production: &live').concat(
      '      staging:\n        <<: *live\n',
    );
    expect(await problemsIn(text)).toEqual([
      'FILE:9:21: services.listings.environments.staging.target.upstream: upstream listings already belongs to listings in production; one upstream can only be rolled back as one service',
    ]);
  });

  it('has paths that start at the file, wherever the command runs', async () => {
    const folder = newFolder();
    const text = SMALL.replace(
      'services:',
      'incidents: { directory: records }\nslack: { incidents: { file: hook } }\nservices:',
    );
    const config = await loadConfig({ path: writeConfig(text, folder), env: {}, secrets: false });
    expect(config.incidents.directory).toBe(join(folder, 'records'));
    expect(config.slack).toEqual({ incidents: { file: join(folder, 'hook') } });
  });

  it('is loaded with a warning for a host that no service uses', async () => {
    const path = writeConfig(SMALL.replace('services:', 'hosts:\n  web-1: {}\nservices:'));
    const { warnings } = await checkConfig({ path, env: {} });
    expect(warnings.map((warning) => formatProblem(warning).replace(path, 'FILE'))).toEqual([
      'FILE:3:3: hosts.web-1: no service uses this host',
    ]);
  });

  it('is loaded with a warning for colours whose version nothing tells', async () => {
    const path = writeConfig(SMALL.replace(/ +version: .*\n/, ''));
    const { warnings } = await checkConfig({ path, env: {} });
    expect(warnings.map((warning) => formatProblem(warning).replace(path, 'FILE'))).toEqual([
      "FILE:11:11: services.listings.environments.production.target.colours: nothing tells the version of blue, so a mended release can't be told from the bad one that was rolled back, and the next rollback may be refused; set `version` of each colour",
    ]);
  });

  it('is loaded with a warning for the marks of `backout init`', async () => {
    const marked = SMALL.replace('upstream: listings', 'upstream: listings # <--').replace(
      'servers:',
      '# Change what is marked <--.\n              servers:',
    );
    const remarks = async (text: string) => {
      const path = writeConfig(text);
      const { warnings } = await checkConfig({ path, env: {} });
      return warnings.map((warning) => formatProblem(warning).replace(path, 'FILE'));
    };
    expect(await remarks(marked)).toEqual([
      'FILE:9:1: 1 line is still marked <-- as an example; put what is true there, and take the mark away',
    ]);
    expect(await remarks(marked.replace('listings:', 'listings: # <-- the name'))).toEqual([
      'FILE:3:1: 2 lines are still marked <-- as an example; put what is true there, and take the mark away',
    ]);
  });
});

describe('a wrong file', () => {
  it('has every problem listed at once, in the order of the file', async () => {
    const text = SMALL.replace('version: 1', 'version: 2\nworker: { logLevel: loud }')
      .replace('site:', 'siet:')
      .replace('upstream: listings', 'upstream: 5\n          host: web-1')
      .replace('{ systemd: blue.service }', '{ systemd: not a unit }');
    expect(await problemsIn(text)).toEqual([
      'FILE:1:10: version: must be 1, not 2',
      'FILE:2:21: worker.logLevel: must be one of debug, info, warn, error, not "loud"',
      `FILE:7:9: ${SITE}.target.site: is missing; The file that holds the upstream block. A symlink is followed and stays one.`,
      `FILE:9:11: ${SITE}.target.siet: there is no such setting; did you mean site?`,
      `FILE:10:21: ${SITE}.target.upstream: must be text, not a number; put it in quotes`,
      `FILE:11:17: ${SITE}.target.host: there is no host "web-1" under hosts; known here: local`,
      `FILE:18:35: ${SITE}.target.colours.blue.process.systemd: must be the name of a systemd unit`,
    ]);
  });

  it('says what a mistaken setting could have been', async () => {
    expect(await problemsIn(SMALL.replace('version: 1', 'version: 1\nsevices: {}\nzzz: 1'))).toEqual([
      'FILE:2:1: sevices: there is no such setting; did you mean services?',
      'FILE:3:1: zzz: there is no such setting; known here: version, temporal, hosts, incidents, approvals, escalation, statusPage, slack, stakeholders, customerNotice, followUp, events, templates, worker, services',
    ]);
  });

  it('never repeats a secret that was written where its place belongs', async () => {
    const text = SMALL.replace(
      'services:',
      'slack: { incidents: "https://hooks.example.net/T0/B0/SECRET" }\nservices:',
    );
    expect(await problemsIn(text)).toEqual([
      'FILE:2:21: slack.incidents: is text; write `env: …` or `file: …` or `token: …` and `channel: …`. The incidents channel: every message. An incoming webhook, or a bot, which makes one thread of each rollback.',
    ]);
  });

  it('is told the ways to write a process', async () => {
    expect(await problemsIn(SMALL.replace('{ systemd: blue.service }', '{ start: [run] }'))).toEqual([
      `FILE:16:24: ${SITE}.target.colours.blue.process: is none of the ways to write this; write \`systemd: …\` or \`pidFile: …\` or \`match: …\`. The process: a systemd unit, a pid file, or a match of its command line.`,
    ]);
  });

  it('is told which kinds of target there are', async () => {
    expect(await problemsIn(SMALL.replace('kind: nginx-blue-green', 'kind: heroku'))).toEqual([
      `FILE:7:17: ${SITE}.target.kind: must be nginx-blue-green, not "heroku"`,
    ]);
  });

  it('is told about names that can not be in a workflow ID', async () => {
    expect(await problemsIn(SMALL.replace('  listings:', '  "the listings":'))).toContain(
      'FILE:3:3: services.the listings: the name must be 1 to 63 letters, digits, dots, dashes or underscores, and start with a letter or digit',
    );
  });

  it('may not be empty', async () => {
    expect(await problemsIn('')).toEqual([
      'FILE:1:1: version: is missing; write 1',
      'FILE:1:1: services: is missing; What can be rolled back, by name.',
    ]);
    expect(await problemsIn('version: 1\nservices: {}')).toEqual([
      'FILE:2:11: services: needs at least one service',
    ]);
  });

  it('may not give a step less time than its own settings can take', async () => {
    const text = SMALL.concat(
      '        verify: { health: { withinSeconds: 400 } }\n        budgets:\n          verifySeconds: 60\n          stopFaultySeconds: 30\n',
    );
    expect(await problemsIn(text)).toEqual([
      `FILE:24:26: ${SITE}.budgets.verifySeconds: is 60 s, but the settings under verify may take 405 s; set it to 405 or more`,
      `FILE:25:30: ${SITE}.budgets.stopFaultySeconds: is 30 s, but a process may take 30 s to stop (stopTimeoutSeconds); set it to more than that`,
    ]);
  });
});

describe('a file that is no YAML', () => {
  it.each([
    ['a tab', 'version: 1\nservices:\n\tlistings: 1', 'FILE:3:1: a tab is used to indent; use spaces'],
    ['a key twice', 'version: 1\nversion: 1', 'FILE:2:1: this key is there twice; keep one'],
    [
      'a second document',
      'version: 1\n---\nversion: 1',
      'FILE:2:1: a second document begins here; remove the `---`',
    ],
    [
      'an alias of nothing',
      'version: *one',
      'FILE:1:10: *one refers to nothing; write &one at what it means, further up',
    ],
    ['an open quote', 'version: "1', 'FILE:1:12: missing closing "quote'],
  ])('is told where there is %s', async (_what, text, problem) => {
    expect(await problemsIn(text)).toEqual([problem]);
  });

  it('can not use up the memory with aliases of aliases', async () => {
    const bomb = Array.from({ length: 12 }, (_, level) =>
      level === 0
        ? 'a0: &a0 [x, x]'
        : `a${level}: &a${level} [*a${level - 1}, *a${level - 1}, *a${level - 1}]`,
    ).join('\n');
    expect(await problemsIn(bomb)).toEqual([
      'FILE:1:1: Excessive alias count indicates a resource exhaustion attack',
    ]);
  });
});

describe('secrets', () => {
  const withSecrets = SMALL.replace(
    'services:',
    'slack:\n  incidents: { env: HOOK }\n  deployments: { file: /nowhere/hook }\nservices:',
  );

  it('must be there for a worker', async () => {
    expect(await problemsIn(withSecrets)).toEqual([
      'FILE:3:14: slack.incidents: the environment variable HOOK is not set here; set it where the worker is started',
      "FILE:4:16: slack.deployments: the file /nowhere/hook can't be read here; make it readable for the user that the worker runs as",
    ]);
  });

  it('may be absent when a rollback matters more than telling of it, and only those of Slack', async () => {
    const path = writeConfig(withSecrets);
    const { silent } = await checkConfig({ path, env: {}, mayBeSilent: true });
    expect(silent.map((problem) => formatProblem(problem).replace(path, 'FILE'))).toEqual(
      await problemsIn(withSecrets),
    );
    const metrics =
      "        verify: { metrics: { prometheus: { url: 'http://127.0.0.1:9090', bearerToken: { env: TOKEN } }, requests: 'sum(rate(up[$window]))' } }\n";
    expect(await problemsIn(SMALL + metrics, { mayBeSilent: true })).toEqual([
      expect.stringContaining('bearerToken: the environment variable TOKEN is not set here') as string,
    ]);
  });

  it('may be elsewhere for a client', async () => {
    expect(await problemsIn(withSecrets, { secrets: false })).toEqual([]);
  });

  it('are not kept in the configuration', async () => {
    const text = withSecrets.replace(/\n {2}deployments.*/, '');
    const config = await loadConfig({ path: writeConfig(text), env: { HOOK: 'the-secret' } });
    expect(JSON.stringify(config)).not.toContain('the-secret');
    expect(config.slack).toEqual({ incidents: { env: 'HOOK' } });
  });
});

describe('the message of a wrong file', () => {
  it('says that nothing was changed and what to do', async () => {
    const path = writeConfig('version: 2\nservices: {}');
    await expect(loadConfig({ path, env: {} })).rejects.toThrow(
      `${path} has 2 problems:\n  ${path}:1:10: version: must be 1, not 2\n  ${path}:2:11: services: needs at least one service\n ` +
        'Nothing was changed: traffic and data are as they were. Correct the file, then run `backout check`.',
    );
  });
});
