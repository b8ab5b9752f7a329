/** The program as people run it: a process of its own, a real Temporal server, a real worker, a real nginx. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { stringify } from 'yaml';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { startSandbox } from '../../scripts/demo/sandbox.ts';
import type { Sandbox } from '../../scripts/demo/sandbox.ts';
import { loadConfig } from '../../src/config/load.ts';
import { createLogger } from '../../src/logging.ts';
import { installRuntime, startWorker } from '../../src/worker.ts';
import type { RunningWorker } from '../../src/worker.ts';
import { until } from '../support/until.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const TASK_QUEUE = 'cli-test';

type Ran = { code: number | null; out: string; err: string };

describe('backout', () => {
  const { address } = inject('temporal');
  let folder: string;
  let sandbox: Sandbox;
  let worker: RunningWorker;
  let native: NativeConnection;
  let connection: Connection;
  let client: Client;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backout-cli-'));
    sandbox = await startSandbox({
      folder,
      file: { temporal: { address, taskQueue: TASK_QUEUE }, worker: { healthAddress: '127.0.0.1:0' } },
    });
    const config = await loadConfig({ path: sandbox.configFile, env: process.env });
    const logger = createLogger('error');
    installRuntime(config, logger);
    native = await NativeConnection.connect({ address });
    worker = await startWorker({ config, connection: native, logger });
    connection = await Connection.connect({ address });
    client = new Client({ connection });
  });

  afterAll(async () => {
    worker.shutdown();
    await worker.finished;
    await native.close();
    await connection.close();
    await sandbox.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** Starts the program; what it prints is collected while it runs. */
  function start(argv: string[], env: Record<string, string> = {}) {
    const child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...argv], {
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: folder,
        XDG_CACHE_HOME: cache(),
        BACKOUT_USER: 'anna',
        BACKOUT_CONFIG: sandbox.configFile,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ran: Ran = { code: null, out: '', err: '' };
    child.stdout.on('data', (data: Buffer) => (ran.out += data.toString()));
    child.stderr.on('data', (data: Buffer) => (ran.err += data.toString()));
    const ended = new Promise<Ran>((resolve) => {
      child.once('close', (code) => resolve(Object.assign(ran, { code })));
    });
    return { child, ran, ended };
  }

  const backout = (...argv: string[]): Promise<Ran> => start(argv).ended;
  const whoAnswers = async ({ url }: Sandbox) => (await fetch(url)).headers.get('x-release');

  test('plan shows what would happen, and changes nothing', async () => {
    const before = await readFile(sandbox.site, 'utf8');
    const { code, out, err } = await backout('plan', 'listings');
    expect(err).toBe('');
    expect(out).toMatch(/^Plan [0-9a-f]{12}: traffic-only rollback of listings in production\n/);
    expect(out).toContain('  From      green (1.5.0)\n  To        blue (1.4.0)\n');
    expect(out).toMatch(
      /This is only the plan: nothing was changed\. To do it:\n {2}backout rollback traffic-only listings --env production --reason "WHY" --plan-hash [0-9a-f]{12} --yes\n$/,
    );
    expect(code).toBe(0);
    expect(await readFile(sandbox.site, 'utf8')).toBe(before);
  });

  test('a plan that is not the plan any more is refused', async () => {
    const { code, out } = await backout(
      ...['rollback', 'traffic-only', 'listings', '--reason', 'x', '--yes', '--plan-hash', '0123456789ab'],
    );
    expect(out).toContain('NOT DONE (PlanChanged)');
    expect(out).toContain('Nothing was changed: traffic and data are as they were.');
    expect(code).toBe(1);
    expect(await whoAnswers(sandbox)).toBe('green');
  });

  test('a name that can be no service is refused before anything starts', async () => {
    expect(await backout('rollback', 'traffic-only', '../etc', '--reason', 'x', '--yes')).toEqual({
      code: 2,
      out: '',
      err: 'backout: SERVICE must be 1 to 63 letters, digits, dots, dashes or underscores, and start with a letter or digit. Nothing was changed: traffic and data are as they were.\n',
    });
  });

  test('a service that is not configured is named by the worker', async () => {
    const { code, err } = await backout('plan', 'listing');
    expect(err).toMatch(/^backout: .*"?listing"?.*Nothing was changed/s);
    expect(code).toBe(2);
  });

  test('without a terminal and without --yes nothing starts', async () => {
    const { code, err } = await backout('rollback', 'traffic-only', 'listings', '--reason', 'x');
    expect(err).toBe(
      'backout: There is no terminal to ask at: add --yes to start without a question, or --dry-run to see the plan. Nothing was changed: traffic and data are as they were.\n',
    );
    expect(code).toBe(2);
  });

  test('when Temporal is down it says so, and that --local works', async () => {
    const { code, err } = await backout('--address', '127.0.0.1:1', 'plan', 'listings');
    expect(err).toMatch(
      /^backout: Temporal at 127\.0\.0\.1:1 can't be reached: .*\. This command changed nothing\.\n/,
    );
    expect(err).toContain('--local` needs no Temporal and no worker');
    expect(code).toBe(6);
  });

  test('when Temporal is down, nothing is claimed about a rollback that has begun', async () => {
    const { code, err } = await backout('--address', '127.0.0.1:1', 'status', 'rollback-1');
    expect(err).toMatch(
      /^backout: Temporal at 127\.0\.0\.1:1 can't be reached: .*\. This command changed nothing; what the rollback has done is not known from here\.\n/,
    );
    expect(code).toBe(6);
  });

  test('in a folder without configuration, it says that and where it looked', async () => {
    const { err } = await start(['plan', 'listings'], {
      BACKOUT_CONFIG: '',
      TEMPORAL_ADDRESS: '127.0.0.1:1',
    }).ended;
    expect(err).toContain(
      `  - No configuration file was found (looked for ${process.cwd()}/backout.yaml and /etc/backout/backout.yaml), so defaults are used: name it with --config.\n`,
    );
  });

  test('what it prints to be pasted carries on what was given', async () => {
    const { out } = await backout('--config', sandbox.configFile, '--address', address, 'plan', 'listings');
    expect(out).toMatch(
      new RegExp(
        `\\n {2}backout --config ${sandbox.configFile} --address ${address} rollback traffic-only listings --env production `,
      ),
    );
  });

  test('when no worker polls it says so, and starts nothing', async () => {
    const file = join(folder, 'no-worker.yaml');
    await writeFile(
      file,
      stringify({ ...sandbox.config, temporal: { address, taskQueue: 'cli-test-nobody' } }),
    );
    const { code, err } = await backout(
      ...['--config', file, 'rollback', 'traffic-only', 'listings', '--reason', 'x', '--yes'],
    );
    expect(err).toBe(
      `backout: No worker polls task queue cli-test-nobody: start one with \`backout --config ${file} worker\`. This command changed nothing. ` +
        'With --local, `backout rollback traffic-only`, `backout recover` and `backout unfreeze` need no worker.\n',
    );
    expect(code).toBe(6);
  });

  test('a rollback that is not there is not found', async () => {
    const asked = await Promise.all([
      backout('status', 'nobody'),
      backout('watch', 'nobody'),
      backout('ack', 'nobody'),
    ]);
    expect(asked.map(({ code }) => code)).toEqual([8, 8, 8]);
    expect(asked[0]?.err).toBe(
      'backout: There is no rollback nobody, or Temporal has forgotten it. `backout status` lists those that run, `backout history` those that have ended.\n',
    );
  });

  test('a rollback is shown step by step, takes messages, and is remembered', async () => {
    const argv = ['rollback', 'traffic-only', 'listings', '--reason', '5xx since 1.5.0', '--yes'];
    const rollback = start(argv);
    // Held in its verification: blue is sick for as long as the messages take.
    await until('green is stopped', () => rollback.ran.out.includes('✔ stop-faulty'));
    await sandbox.blue.control({ unhealthy: true });
    const id = /^Started (\S+)\. Times are UTC\.\n/.exec(rollback.ran.out)?.[1] ?? '';
    expect(id).toMatch(/^rollback-listings-default-\d{8}T\d{6}Z$/);

    const [wrongStep, noStep, wrongWord, acknowledged, running, watching] = await Promise.all([
      backout('decide', id, 'restart-the-moon', 'retry'),
      backout('decide', id, 'retry'),
      backout('decide', id, 'verify', 'maybe'),
      backout('ack', id, '--note', 'on it'),
      backout('status', '--json'),
      backout('rollback', 'traffic-only', 'listings', '--reason', 'me too', '--yes'),
    ]);
    expect(wrongStep).toEqual({
      code: 2,
      out: '',
      err:
        'backout: The rollback refused the message: there is no step "restart-the-moon"; the steps are capture-before, ' +
        'start-previous, shift-traffic, capture-logs, stop-faulty, verify, report, announce. This command changed nothing.\n',
    });
    expect(noStep).toEqual({
      code: 2,
      out: '',
      err: `backout: It waits for no decision now: name the step, as in \`backout decide ${id} STEP retry\`. This command changed nothing.\n`,
    });
    expect(wrongWord.code).toBe(2);
    expect(acknowledged).toEqual({ code: 0, out: `Acknowledged by anna: ${id}.\n`, err: '' });
    expect(
      (JSON.parse(running.out) as { workflowId: string }[]).map(({ workflowId }) => workflowId),
    ).toContain(id);
    expect(watching.out).toContain(`NOT DONE (AlreadyRunning)\n`);
    expect(watching.out).toContain(`already being rolled back by ${id}, started by anna`);
    expect(watching.code).toBe(7);

    await sandbox.blue.control({ unhealthy: false });
    const { code, out, err } = await rollback.ended;
    // With so many programs at once, the worker may be slow to answer one of them.
    expect(err.replace(/^No answer from a worker on .*\n/gm, '')).toBe('');
    expect(out).toMatch(
      /^\d\d:\d\d:\d\d listings in production: green \(1\.5\.0\) → blue \(1\.4\.0\) {2}plan [0-9a-f]{12}, /m,
    );
    expect(out).toMatch(/^\d\d:\d\d:\d\d ✔ shift-traffic {3}10 answers in a row from .* {2}\d+(\.\d)? m?s$/m);
    expect(out).toMatch(/^\d\d:\d\d:\d\d {3}acknowledged by anna: on it$/m);
    expect(out).toMatch(
      /\nROLLED BACK\nlistings in production is rolled back from green \(1\.5\.0\) to blue \(1\.4\.0\), which passed verification\./,
    );
    expect(out).toMatch(/ {2}→ Report, on the worker: .*\/INCIDENT_REPORT\.md\n/);
    expect(code).toBe(0);
    expect(await whoAnswers(sandbox)).toBe('blue');

    const [status, late, cancelled, history] = await Promise.all([
      backout('status', id),
      backout('decide', id, 'verify', 'retry'),
      backout('cancel', id),
      backout('history', '--service', 'listings', '--json'),
    ]);
    expect(status.out).toContain(`${id}: rolled-back\n`);
    expect(status.code).toBe(0);
    expect(late.err).toBe(
      `backout: The rollback ${id} has ended: it takes no messages any more. This command changed nothing.\n`,
    );
    expect(late.code).toBe(2);
    expect(cancelled).toEqual({ code: 2, out: '', err: late.err });
    const ended = JSON.parse(history.out) as { workflowId: string; failure: { type: string } | null }[];
    const remembered = ended.find(({ workflowId }) => workflowId === id);
    // They failed before they had a plan, and still were about this service.
    expect(ended.map(({ failure }) => failure?.type)).toEqual(
      expect.arrayContaining(['PlanChanged', 'AlreadyRunning']),
    );
    expect(remembered).toMatchObject({
      service: 'listings',
      environment: 'production',
      outcome: 'rolled-back',
      failure: null,
    });
  });

  test('Ctrl-C ends the watching and not the rollback, and says so', async () => {
    const id = `cli-test-watched-${process.pid}`;
    // It goes on for long enough: nobody works there.
    const handle = await client.workflow.start('trafficOnlyRollback', {
      ...{ workflowId: id, taskQueue: 'cli-test-nobody' },
      args: [{ service: 'listings', reason: 'x' }],
    });
    const watching = start(['watch', id]);
    await until('it watches', () => watching.ran.err !== '', { timeoutMs: 30_000 });
    watching.child.kill('SIGINT');
    const { code, err } = await watching.ended;
    expect(err).toContain(
      `The rollback ${id} GOES ON: only the watching has ended.\n` +
        `  Watch it again:  backout watch ${id}\n` +
        `  Cancel it:       backout cancel ${id}\n`,
    );
    expect(code).toBe(130);
    expect((await handle.describe()).status.name).toBe('RUNNING');
    await handle.terminate();
  });

  test('--local rolls back with no Temporal and no worker', async () => {
    const away = await mkdtemp(join(tmpdir(), 'backout-cli-local-'));
    const other = await startSandbox({ folder: away, file: { temporal: { address: '127.0.0.1:1' } } });
    try {
      const { code, out, err } = await backout(
        ...['--config', other.configFile, 'rollback', 'traffic-only', 'listings'],
        ...['--reason', 'Temporal is down too', '--yes', '--local'],
      );
      expect(err).toMatch(/^Starting a Temporal server and a worker inside this command …\n/);
      expect(out).toMatch(
        /^Started \S+ inside this command: do not end it before it is done\. Times are UTC\.\n/,
      );
      expect(out).toMatch(/\nROLLED BACK\n/);
      expect(code).toBe(0);
      expect(await whoAnswers(other)).toBe('blue');
    } finally {
      await other.stop();
      await rm(away, { recursive: true, force: true });
    }
  });
});

/** Where `npm run setup` put the Temporal server. */
function cache(): string {
  return process.env['XDG_CACHE_HOME'] ?? join(process.env['HOME'] ?? '', '.cache');
}
