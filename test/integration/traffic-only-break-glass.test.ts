/** Temporal dies in the middle of a rollback: `backout rollback … --local` finishes what was begun. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, inject, it } from 'vitest';
import type { RollbackResult } from '../../src/domain/rollback.ts';
import { startEmbeddedTemporal } from '../../src/embedded/temporal.ts';
import type { EmbeddedTemporal } from '../../src/embedded/temporal.ts';
import { SEARCH_ATTRIBUTES } from '../../src/search-attributes.ts';
import { checkManifest, openLab } from '../support/lab.ts';
import type { Lab } from '../support/lab.ts';
import { isRunning, isStopped } from '../support/processes.ts';
import { until } from '../support/until.ts';
import { startWorkerProcess } from '../support/worker-process.ts';
import type { WorkerProcess } from '../support/worker-process.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

let lab: Lab;
let folder: string;
let server: EmbeddedTemporal;
let worker: WorkerProcess | null = null;
afterEach(async () => {
  await worker?.kill();
  await lab.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The service with a Temporal server and a worker process of its own, which stops as it begins this activity. */
async function openWithOwnTemporal(stopAt?: string): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), 'backout-break-glass-'));
  server = await startEmbeddedTemporal({
    searchAttributes: [...SEARCH_ATTRIBUTES],
    namespace: 'default',
    logFile: join(folder, 'temporal.log'),
    headless: true,
  });
  lab = await openLab({ address: server.address, withoutWorker: true });
  if (stopAt === undefined) return;
  worker = await startWorkerProcess({
    configFile: lab.sandbox.configFile,
    workflowBundle: inject('workflowBundle'),
    stopAt,
  });
}

type Ran = { exitCode: number; stdout: string; stderr: string };

function rollbackLocally(...more: string[]): Promise<Ran> {
  return runLocally(more, process.env);
}

function runLocally(more: string[], surroundings: NodeJS.ProcessEnv): Promise<Ran> {
  const argv = [
    'rollback',
    'traffic-only',
    lab.service,
    '--local',
    '--yes',
    '--json',
    '--reason',
    '5xx',
    ...more,
  ];
  const env = {
    ...surroundings,
    BACKOUT_CONFIG: lab.sandbox.configFile,
    BACKOUT_TEMPORAL_CLI: inject('temporal').cli,
  };
  return new Promise((resolve) => {
    execFile(process.execPath, ['--import', 'tsx', MAIN, ...argv], { env }, (error, stdout, stderr) =>
      resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

async function killTemporal(): Promise<void> {
  process.kill(server.pid, 'SIGKILL');
  await until('Temporal is dead', () => !isRunning(server.pid));
}

async function expectRolledBack(ran: Ran): Promise<void> {
  expect(ran.stderr).toBe('');
  expect(ran.exitCode).toBe(0);
  const { result } = JSON.parse(ran.stdout) as { result: RollbackResult };
  expect(result).toMatchObject({ outcome: 'rolled-back', from: 'green (1.5.0)', to: 'blue (1.4.0)' });
  expect(new Set(await lab.nextAnswers())).toEqual(new Set(['blue']));
  expect(lab.answers().filter(({ status }) => status !== 200)).toEqual([]);
  expect(isRunning(lab.sandbox.green.pid)).toBe(false);
  expect(await lab.sandbox.green.sigterms()).toBe(1);
  expect(lab.slack.messages.at(-1)?.text).toContain('✅ Rolled back');
  await checkManifest(result.incidentFolder ?? '');
  expect((await lab.targetState())['lock']).toMatch(/^owner=$/m);
}

describe('With Temporal down', () => {
  it('a rollback works from its start to its end with nothing but the configuration', async () => {
    await openWithOwnTemporal();
    await killTemporal();
    await expectRolledBack(await rollbackLocally());
  });

  it('a rollback goes on where the secret of a Slack channel is not, and says that nobody was told', async () => {
    await openWithOwnTemporal();
    await killTemporal();
    const [variable = ''] = Object.keys(process.env).filter((name) => name.startsWith('SLACK_LISTINGS_'));
    const { [variable]: _url, ...without } = process.env;
    const ran = await runLocally([], without);
    expect(ran.stderr).toBe(
      `! The Slack channel incidents will not be told: the environment variable ${variable} is not set here. ` +
        'The command goes on; that nobody was told is noted in its records.\n',
    );
    expect(ran.exitCode).toBe(0);
    const { result } = JSON.parse(ran.stdout) as { result: RollbackResult };
    expect(result.outcome).toBe('rolled-back');
    expect(lab.slack.messages).toEqual([]);
    const report = await readFile(join(result.incidentFolder ?? '', 'INCIDENT_REPORT.md'), 'utf8');
    expect(report).toContain(`The worker has no secret in the environment variable ${variable}`);
  });

  it.each([
    { at: 'captureLogs', when: 'when traffic had moved' },
    { at: 'verifyRelease', when: 'when the faulty release was stopped' },
  ])(
    '$when, it is refused until a person says that the other is dead, and then finishes its work',
    async ({ at }) => {
      await openWithOwnTemporal(at);
      const first = await lab.start();
      await until('the worker has stopped', () => isStopped(worker?.pid ?? 0), { timeoutMs: 60_000 });
      await killTemporal();
      await worker?.kill();

      const refused = await rollbackLocally();
      expect(refused.exitCode).not.toBe(0);
      const said = refused.stdout + refused.stderr;
      expect(said).toContain(`${first.handle.workflowId} is at work on this target`);
      expect(said).toContain('Nothing was changed: traffic and data are as they were.');
      expect(said).toContain(`--take-over ${first.handle.workflowId} --take-over-note`);

      const takeOver = ['--take-over', first.handle.workflowId, '--take-over-note', 'Temporal is down'];
      await expectRolledBack(await rollbackLocally(...takeOver));
    },
  );
});
