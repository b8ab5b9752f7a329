/** Partial rollbacks on real parts: an Unleash server, files here and over SSH, a release that is really restarted. */
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../src/cli/run.ts';
import type { RollbackRequestInput } from '../../src/domain/request.ts';
import { fakeIo } from '../cli/support/io.ts';
import { openLab } from '../support/lab.ts';
import type { Lab, LabOptions } from '../support/lab.ts';
import { startUnleash } from '../support/unleash.ts';
import type { Unleash } from '../support/unleash.ts';

const TOKEN = 'UNLEASH_OF_PARTIAL_TEST';
const SECRET = 'hunter2-and-more';

let unleash: Unleash;
beforeAll(async () => {
  unleash = await startUnleash();
  process.env[TOKEN] = unleash.token;
  await unleash.makeFeature('new-checkout');
});
afterAll(async () => {
  delete process.env[TOKEN];
  await unleash.stop();
});

let lab: Lab;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backout-partial-'));
  await write('flags.json', FLAGS);
  await write('.env.green', `POOL=500 # too many\nDB_PASSWORD=${SECRET}\n`);
  await write('.env.green.old', `# good\nPOOL=5\nDB_PASSWORD=${SECRET}-old\nLOG_LEVEL=info\n`);
  await chmod(join(folder, '.env.green'), 0o640);
  await unleash.turn('new-checkout', true);
});
afterEach(async () => {
  await lab.close();
  await rm(folder, { recursive: true, force: true });
});

const FLAGS = '{\n  "features": { "search":   true, "other": true }\n}\n';
const write = (name: string, content: string) => writeFile(join(folder, name), content);
const read = (name: string) => readFile(join(folder, name), 'utf8');
const kept = async (name: string) =>
  (await readdir(folder)).filter((one) => one.startsWith(`${name}.backout-`));

async function open(options: LabOptions = {}): Promise<void> {
  lab = await openLab({
    ...options,
    environment: {
      verify: {
        health: { steadySeconds: 0.3, intervalSeconds: 0.1, withinSeconds: 8 },
        logErrors: { max: 0 },
      },
      flags: {
        'new-checkout': {
          unleash: { url: unleash.url, token: { env: TOKEN } },
          check: { command: ['test', '-e', '/'] },
        },
        'new-search': { file: join(folder, 'flags.json'), key: 'features.search' },
        gone: { unleash: { url: unleash.url, token: { env: TOKEN } } },
      },
      configFiles: {
        'green-env': {
          file: join(folder, '.env.green'),
          saved: join(folder, '.env.green.old'),
          showValues: ['POOL'],
        },
      },
      ...options.environment,
    },
  });
}

const start = (request: Partial<RollbackRequestInput>) =>
  lab.start({ reason: 'checkout fails', ...request }, { workflow: 'partialRollback' });

async function backout(argv: string[]): Promise<{ code: number; out: string }> {
  const io = fakeIo({
    env: { ...process.env, BACKOUT_CONFIG: lab.sandbox.configFile, BACKOUT_USER: 'anna' },
  });
  const code = await run(argv, io);
  return { code, out: `${io.printed.out}${io.printed.err}` };
}

const greenPid = async () => Number(await readFile(lab.sandbox.green.pidFile, 'utf8'));

describe('flags', () => {
  beforeEach(async () => {
    await open();
  });

  it('in Unleash and in a file are switched off, read back, and put back again', async () => {
    const site = await lab.site();
    const pid = await greenPid();
    const { result, failure } = await (await start({ flags: ['new-checkout', 'new-search'] })).ended();
    expect(failure).toBeNull();
    expect(result).toMatchObject({ outcome: 'rolled-back', from: 'green (1.5.0)', to: 'green (1.5.0)' });
    expect(result?.summary).toContain(
      'Traffic was not changed. Flags: new-checkout off and new-search false, proved.',
    );
    expect(await unleash.isOn('new-checkout')).toBe(false);
    expect(await read('flags.json')).toBe(FLAGS.replace('  true, "other"', '  false, "other"'));
    expect(await kept('flags.json')).toHaveLength(1);
    expect([await lab.site(), await greenPid()]).toEqual([site, pid]);

    const report = await readFile(join(result?.incidentFolder ?? '', 'INCIDENT_REPORT.md'), 'utf8');
    expect(report).toContain(`# Partially rolled back: ${lab.service} in production`);
    expect(report).toContain('- [x] Flags: new-checkout off and new-search false, read back');
    expect(report).not.toMatch(/faulty|All traffic is on|Traffic has moved/);
    expect(report).not.toContain(unleash.token);
    expect(lab.slack.messages.map(({ text }) => text.split(':')[0])).toEqual([
      '🔄 Rolling back in part',
      '✅ Partially rolled back',
    ]);
    await lab.expectFree();

    const again = await (await start({ flags: ['new-checkout'] })).ended();
    expect(again.failure?.type).toBe('NothingToRollBack');
    expect(again.failure?.message).toContain(
      'There is nothing to change: new-checkout is off already (feature new-checkout',
    );

    const back = await (await start({ restore: true })).ended();
    expect(back.failure).toBeNull();
    expect(back.result?.outcome).toBe('restored');
    expect(await unleash.isOn('new-checkout')).toBe(true);
    expect(await read('flags.json')).toBe(FLAGS);
    const none = await (await start({ restore: true })).ended();
    expect(none.failure?.message).toContain('is on record that is not put back already.');
  });

  it('are all looked at before the first one is touched', async () => {
    const { failure } = await (await start({ flags: ['new-checkout', 'gone'] })).ended();
    expect(failure?.type).toBe('FlagMissing');
    expect(failure?.message).toContain('There is no feature gone of Unleash');
    expect(await unleash.isOn('new-checkout')).toBe(true);
    const unknown = await (await start({ flags: ['no-such-flag'] })).ended();
    expect(unknown.failure?.message).toContain(
      'There is no flag "no-such-flag" in the configuration. Nothing was changed: traffic and data are as they were. Choose one of: new-checkout, new-search, gone.',
    );
  });

  it('of which one was changed meanwhile ask a person, who hears what is done and what is not', async () => {
    await lab.close();
    await open({
      onActivity: async ({ name, attempt }) => {
        if (name === 'switchFlags' && attempt === 1)
          await write('flags.json', FLAGS.replace('true', '"beta"'));
      },
    });
    const rollback = await start({ flags: ['new-checkout', 'new-search'] });
    const { steps } = await rollback.until('a decision is awaited', ({ awaiting }) => awaiting !== null);
    expect(steps.find(({ name }) => name === 'switch-flags')?.failure).toMatchObject({
      type: 'FileChanged',
      message: expect.stringContaining('Done by then: new-checkout. Not begun: nothing.'),
    });
    await rollback.handle.executeUpdate('decideStep', {
      args: [{ step: 'switch-flags', decision: 'abort', by: 'anna' }],
    });
    expect((await rollback.ended()).failure?.type).toBe('Aborted');
    expect(await unleash.isOn('new-checkout')).toBe(false);
    const back = await (await start({ restore: true })).ended();
    expect(back.result?.outcome).toBe('restored');
    expect(await unleash.isOn('new-checkout')).toBe(true);
  });
});

describe('configuration', () => {
  it.each([{ ssh: false }, { ssh: true }])(
    'is put back, restarts what serves, and is put as it was before ($ssh)',
    async ({ ssh }) => {
      await open({ ssh });
      const before = await read('.env.green');
      const pid = await greenPid();
      const shown = await backout([
        ...['rollback', 'partial', lab.service, '--configuration', '--reason', 'wrong pool', '--dry-run'],
      ]);
      expect(shown.out).toContain('POOL: 500 → 5');
      expect(shown.out).toContain('DB_PASSWORD: changed');
      expect(shown.out).toContain('LOG_LEVEL: added');
      expect(shown.out).not.toContain('hunter2');
      expect([shown.code, await read('.env.green')]).toEqual([0, before]);

      const done = await backout([
        ...[
          'rollback',
          'partial',
          lab.service,
          '--configuration',
          'green-env',
          '--reason',
          'wrong pool',
          '--yes',
        ],
      ]);
      expect(done.out).toContain('ROLLED BACK');
      expect(done.code).toBe(0);
      expect(await read('.env.green')).toBe(await read('.env.green.old'));
      expect((await stat(join(folder, '.env.green'))).mode & 0o777).toBe(0o640);
      const [copy = ''] = await kept('.env.green');
      expect(await read(copy)).toBe(before);
      expect(await greenPid()).not.toBe(pid);
      expect(new Set(await lab.nextAnswers())).toEqual(new Set(['green']));

      const back = await backout([
        'rollback',
        'partial',
        lab.service,
        '--restore',
        '--reason',
        'mended',
        '--yes',
      ]);
      expect(back.out).toContain('PUT BACK AS BEFORE');
      expect(await read('.env.green')).toBe(before);
      expect(
        (await readdir(folder)).filter((name) => name.startsWith('.') && name.includes('backout-new')),
      ).toEqual([]);
      await lab.expectFree();
    },
  );

  it('and a flag that were changed in one file are put back newest first, one by one', async () => {
    await open({
      environment: {
        flags: { beta: { file: join(folder, '.env.green'), key: 'BETA' } },
        configFiles: {
          'green-env': { file: join(folder, '.env.green'), saved: join(folder, '.env.green.old') },
          'other-env': { file: join(folder, '.env.other'), saved: join(folder, '.env.green.old') },
        },
      },
    });
    const before = 'POOL=500\nBETA=true\n';
    await write('.env.green', before);
    await write('.env.green.old', 'POOL=5\nBETA=true\n');
    await write('.env.other', 'POOL=5\nBETA=true\n');
    expect((await (await start({ flags: ['beta'] })).ended()).failure).toBeNull();
    const both = await start({ configFiles: ['green-env', 'other-env'] });
    expect((await both.ended()).failure).toBeNull();
    const { steps } = await both.until('it has ended', ({ endedAt }) => endedAt !== null);
    const proof = steps.find(({ name }) => name === 'put-back-configuration')?.result?.proof ?? '';
    expect(proof).toMatch(/\.env\.other is \S+ to the byte \(SHA-256 \w{12}…\); it was so before$/);
    expect(await kept('.env.other')).toEqual([]);

    for (const named of [{}, { flags: ['beta'] }]) {
      const { failure } = await (await start({ restore: true, ...named })).ended();
      expect(failure?.type).toBe('InvalidRequest');
      expect(failure?.message).toContain(
        `${join(folder, '.env.green')} was changed for the configuration green-env after it was changed for the flag beta: ` +
          'the newest has to be put back first, and by itself. Nothing was changed',
      );
      expect(failure?.message).toContain('--restore --configuration green-env --reason …`, then `backout');
    }
    const back = async (named: Partial<RollbackRequestInput>) =>
      (await (await start({ restore: true, ...named })).ended()).result?.outcome;
    expect(await back({ configFiles: ['green-env'] })).toBe('restored');
    expect(await back({ flags: ['beta'] })).toBe('restored');
    expect(await read('.env.green')).toBe(before);
  });

  it('starts a release that died of it', async () => {
    await open();
    await lab.sandbox.green.kill();
    const { result, failure } = await (await start({ configFiles: ['green-env'] })).ended();
    expect(failure).toBeNull();
    expect(result?.outcome).toBe('rolled-back');
    expect(new Set(await lab.nextAnswers())).toEqual(new Set(['green']));
  });

  it('whose saved copy is equal, missing, empty or unreadable is refused, and nothing is changed', async () => {
    await open();
    const before = await read('.env.green');
    const refused = async (type: string, message: RegExp) => {
      const { failure } = await (await start({ configFiles: ['green-env'] })).ended();
      expect(failure?.type).toBe(type);
      expect(failure?.message).toMatch(message);
      expect(failure?.message).toMatch(
        /Nothing was changed: traffic and data are as they were|This file was not changed. Traffic and data were not changed/,
      );
    };
    await write('.env.green.old', before);
    await refused('NothingToRollBack', /\.env\.green and .*\.env\.green\.old are equal\./);
    await write('.env.green.old', '\n');
    await refused('FileUnusable', /\.old on local is empty: it is not put in the place of a configuration\./);
    await write('.env.green.old', 'POOL=5\n<<<<<<< HEAD\n');
    await refused('FileUnusable', /\.old on local can't be read as env: line 2 is not KEY=value:/);
    await rm(join(folder, '.env.green.old'));
    await refused('FileUnusable', /There is no file .*\.env\.green\.old on local\./);
    expect(await read('.env.green')).toBe(before);
    expect(await kept('.env.green')).toEqual([]);
  });

  it('is looked at by the doctor, with the flags', async () => {
    await open();
    const { out } = await backout(['doctor', '--service', lab.service]);
    expect(out).toContain('feature new-checkout of Unleash');
    expect(out).toContain('There is no feature gone of Unleash');
    expect(out).toContain('can be put back: POOL: 500 → 5; DB_PASSWORD: changed; LOG_LEVEL: added');
  });
});
