/** What `npm run build` makes, as it is installed: the program in plain Node, and a worker with the prebuilt workflows. */
import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildCli } from '../../scripts/build/cli.ts';
import { buildWorkflows } from '../../scripts/build/workflows.ts';
import { openLab } from '../support/lab.ts';
import type { Lab } from '../support/lab.ts';
import { until } from '../support/until.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

type Ran = { code: number | null; out: string; err: string };

describe('the built program', () => {
  let folder: string;
  let program: string;
  let lab: Lab;

  beforeAll(async () => {
    // Inside the checkout, so that the packages it leaves outside are found.
    folder = await mkdtemp(join(ROOT, '.dist-test-'));
    program = join(folder, 'bin', 'backout.js');
    const dist = join(folder, 'dist');
    await mkdir(dist);
    await Promise.all([
      cp(join(ROOT, 'bin'), join(folder, 'bin'), { recursive: true }),
      buildCli({ root: ROOT, folder: dist }),
      buildWorkflows({ root: ROOT, file: join(dist, 'workflow-bundle.js') }),
    ]);
    const worker = { healthAddress: '127.0.0.1:0', logLevel: 'info', shutdownGraceSeconds: 1 };
    lab = await openLab({ withoutWorker: true, file: { worker } });
  });

  afterAll(async () => {
    await lab.close();
    await rm(folder, { recursive: true, force: true });
  });

  function start(argv: string[]) {
    const env = { ...process.env, BACKOUT_CONFIG: lab.sandbox.configFile, NODE_OPTIONS: '' };
    const child = spawn(process.execPath, [program, ...argv], { env, cwd: lab.sandbox.folder });
    const ran: Ran = { code: null, out: '', err: '' };
    child.stdout.on('data', (text) => (ran.out += String(text)));
    child.stderr.on('data', (text) => (ran.err += String(text)));
    const ended = new Promise<Ran>((resolve) => {
      child.once('close', (code) => resolve(Object.assign(ran, { code })));
    });
    return { ran, ended, stop: () => child.kill('SIGTERM') };
  }

  const run = (...argv: string[]) => start(argv).ended;

  it('says its version', async () => {
    const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect(await run('--version')).toEqual({ code: 0, out: `${version}\n`, err: '' });
  });

  it('asks Temporal', async () => {
    const { code, out, err } = await run('status', '--json');
    expect(err).toBe('');
    expect(JSON.parse(out)).toBeInstanceOf(Array);
    // Other tests' rollbacks, and what they have frozen, are on the same server: one that waits (5), or has no worker (6).
    expect([0, 5, 6]).toContain(code);
  });

  it('checks a configuration', async () => {
    const { code, out } = await run('check');
    expect(code).toBe(0);
    expect(out).toMatch(/^✔ .*backout\.yaml is right: 1 service, 1 environment, /);
  });

  it('does the work itself, with a Temporal server of its own, and knows its failures by name', async () => {
    const local = (...words: string[]) =>
      run(
        'rollback',
        'traffic-only',
        lab.service,
        '--reason',
        '5xx since 1.5.0',
        '--local',
        '--dry-run',
        ...words,
      );
    const good = await local();
    expect(good.out).toContain('Dry run: nothing was changed.');
    expect(good.code).toBe(0);

    const impossible = await local('--to', 'purple');
    expect(impossible.err).toContain('backout: There is no release "purple" (to); there are blue');
    expect(impossible.code).toBe(1);
  });

  it('is a worker with the prebuilt workflows, which the doctor finds and which rolls back', async () => {
    const worker = start(['worker']);
    try {
      await until('the worker has started', () => worker.ran.err.includes('worker started'), {
        timeoutMs: 60_000,
      });
      const { out, code } = await run('doctor');
      expect(out).toContain('Ready to roll back.');
      expect(code).toBe(0);

      const rollback = await run(
        'rollback',
        'traffic-only',
        lab.service,
        '--reason',
        '5xx since 1.5.0',
        '--yes',
      );
      expect(rollback.err).toBe('');
      expect(rollback.code).toBe(0);
      expect(await lab.nextAnswers(5)).toEqual(['blue', 'blue', 'blue', 'blue', 'blue']);
    } finally {
      worker.stop();
    }
    expect(await worker.ended).toMatchObject({ code: 0 });
  });

  it('says how to build it where that was not done', async () => {
    const bare = join(folder, 'bare', 'bin', 'backout.js');
    await cp(program, bare);
    const child = spawn(process.execPath, [bare, '--version']);
    let err = '';
    child.stderr.on('data', (text) => (err += String(text)));
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(1);
    expect(err).toBe('Backout is not built yet. Run `npm run build` in its folder. Nothing was changed.\n');
  });
});

describe('the workflow bundle', () => {
  it('is the same, byte for byte, at every build, and names no folder of this machine', async () => {
    const folder = await mkdtemp(join(ROOT, '.dist-test-'));
    try {
      const [first = '', second] = await Promise.all(
        ['first.js', 'second.js'].map(async (name) => {
          const file = join(folder, name);
          await buildWorkflows({ root: ROOT, file });
          return await readFile(file, 'utf8');
        }),
      );
      expect(second === first).toBe(true);
      const maps = [...first.matchAll(/;base64,([\w+/=]+)/g)].map(([, map = '']) =>
        Buffer.from(map, 'base64').toString('utf8'),
      );
      expect(maps.length).toBeGreaterThan(0);
      for (const text of [first, ...maps]) expect(text.includes(ROOT)).toBe(false);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
