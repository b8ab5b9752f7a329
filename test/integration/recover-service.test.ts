/** Recoveries on a real Temporal server, nginx, two releases and PostgreSQL, all of which really die. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { fakeIo } from '../cli/support/io.ts';
import { openLab } from '../support/lab.ts';
import type { Lab } from '../support/lab.ts';
import { databaseOf, stopStarted } from '../support/postgres-start.ts';
import { connection, startPostgres } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres.ts';

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

let lab: Lab;
beforeEach(async () => {
  const psql = join(server.bin, 'psql');
  lab = await openLab({
    database: {
      psql,
      connection: connection({
        host: server.socketFolder,
        port: String(server.port),
        user: 'postgres',
        dbname: 'postgres',
      }),
    },
    environment: {
      database: databaseOf(server),
      verify: {
        health: {
          paths: ['/health', '/health/db'],
          steadySeconds: 0.5,
          intervalSeconds: 0.1,
          withinSeconds: 8,
        },
      },
    },
  });
});
afterEach(async () => {
  await lab.close();
  stopStarted(server);
  await server.start();
});

const recover = (request: Record<string, unknown> = {}) =>
  lab.start({ reason: 'all is down', ...request }, { workflow: 'recoverService' });

async function backout(argv: string[]): Promise<{ code: number; out: string }> {
  const io = fakeIo({
    env: { ...process.env, BACKOUT_CONFIG: lab.sandbox.configFile, BACKOUT_USER: 'anna' },
  });
  const code = await run(argv, io);
  return { code, out: `${io.printed.out}${io.printed.err}` };
}

const killBoth = () => Promise.all([lab.sandbox.blue.kill(), lab.sandbox.green.kill()]);

const health = async (url: string) => (await fetch(`${url}/health/db`)).status;

describe('a recovery', () => {
  it('of which nothing is broken says so and changes nothing', async () => {
    const before = await lab.site();
    const { failure } = await (await recover()).ended();
    expect(failure?.type).toBe('NothingToRecover');
    expect(failure?.message).toContain('green (1.5.0) runs and is healthy');
    expect(failure?.message).toContain('The database "postgres" on local answers.');
    expect(await lab.site()).toBe(before);
    expect(lab.slack.messages).toEqual([]);
    await lab.expectFree();
  });

  it('starts PostgreSQL that was killed, and restarts the release that had lost it', async () => {
    const pid = Number(await readFile(lab.sandbox.green.pidFile, 'utf8'));
    await server.kill();
    expect(await health(lab.sandbox.green.url)).toBe(503);
    const { result, failure } = await (await recover()).ended();
    expect(failure).toBeNull();
    expect(result?.outcome).toBe('recovered');
    expect(result?.summary).toContain(
      'What was broken: The connection to database "postgres" on local could not be made',
    );
    expect(result?.summary).toContain(
      'Traffic was not changed: it goes to green already. No data was changed.',
    );
    expect(await health(lab.sandbox.green.url)).toBe(200);
    expect(Number(await readFile(lab.sandbox.green.pidFile, 'utf8'))).not.toBe(pid);
    expect(new Set(await lab.nextAnswers())).toEqual(new Set(['green']));
    const report = await readFile(join(result?.incidentFolder ?? '', 'INCIDENT_REPORT.md'), 'utf8');
    expect(report).toContain('# Recovered: ');
    expect(report).toContain('- [x] PostgreSQL started, and it answers');
    expect(lab.slack.messages.map(({ text }) => text.split(':')[0])).toEqual([
      '🔄 Recovering',
      '✅ Recovered',
    ]);
    await lab.expectFree();

    const again = await (await recover()).ended();
    expect(again.failure?.type).toBe('NothingToRecover');
  });

  it('starts the previous release and sends traffic to it when both were killed, with the database', async () => {
    await Promise.all([killBoth(), server.kill()]);
    const { result, failure } = await (await recover()).ended();
    expect(failure).toBeNull();
    expect(result?.outcome).toBe('recovered');
    // What does not run can't tell its version.
    expect(result?.summary).toContain('All traffic is on blue.');
    expect(result?.summary).toContain('No release runs: ');
    expect(await health(lab.sandbox.blue.url)).toBe(200);
    expect(new Set(await lab.nextAnswers())).toEqual(new Set(['blue']));
    await lab.expectFree();
  });

  it('shows at the command line what is broken and what it would do, and then does it', async () => {
    await killBoth();
    const before = await lab.site();
    const shown = await backout(['recover', lab.service, '--reason', 'all is down', '--dry-run']);
    expect(shown.code).toBe(0);
    expect(shown.out).toContain(`: recovery of ${lab.service} in production\n`);
    expect(shown.out).toMatch(/\n {2}Broken {4}No release runs: blue: process stopped/);
    expect(shown.out).toContain('. start-database: not needed, it is not known to be down\n');
    expect(shown.out).toContain('Dry run: nothing was changed.');
    expect(await lab.site()).toBe(before);

    const done = await backout(['recover', lab.service, '--reason', 'all is down', '--yes']);
    expect(done.code).toBe(0);
    expect(done.out).toContain('RECOVERED\n');
    expect(new Set(await lab.nextAnswers())).toEqual(new Set(['blue']));
  });
});

describe('a rollback', () => {
  it('that finds the database gone offers the recovery, does it, and ends as rolled back', async () => {
    await server.kill();
    const rollback = await lab.start();
    const { awaiting, steps } = await rollback.until(
      'a decision is awaited',
      (status) => status.awaiting !== null,
    );
    expect(awaiting?.step).toBe('verify');
    expect(awaiting?.answers[0]).toBe(
      `backout decide ${rollback.handle.workflowId} verify recover --note "WHY"`,
    );
    expect(steps.find(({ name }) => name === 'verify')?.failure).toMatchObject({
      type: 'DatabaseLost',
      message: expect.stringContaining('The connection to database "postgres" on local could not be made'),
    });
    const refused = await backout(['recover', lab.service, '--reason', 'the database is gone', '--yes']);
    expect(refused.code).toBe(7);
    expect(refused.out).toContain(`backout decide ${rollback.handle.workflowId} recover --note WHY`);
    const decided = await backout(['decide', rollback.handle.workflowId, 'recover', '--note', 'it is gone']);
    expect(decided).toMatchObject({ code: 0, out: expect.stringContaining('Decided: recover for verify.') });
    const { result, failure } = await rollback.ended();
    expect(failure).toBeNull();
    expect(result?.outcome).toBe('rolled-back');
    expect(await health(lab.sandbox.blue.url)).toBe(200);
    expect(new Set(await lab.nextAnswers())).toEqual(new Set(['blue']));
    await lab.expectFree();
  });

  it('whose release died after the faulty one was stopped offers the recovery, too', async () => {
    await lab.close();
    lab = await openLab({
      onActivity: async ({ name, attempt }) => {
        if (name === 'verifyRelease' && attempt === 1 && !lab.sandbox.blue.hasEnded())
          await lab.sandbox.blue.kill();
      },
      environment: { verify: { health: { steadySeconds: 0.5, intervalSeconds: 0.1, withinSeconds: 3 } } },
    });
    const rollback = await lab.start();
    const { steps } = await rollback.until('a decision is awaited', (status) => status.awaiting !== null);
    expect(steps.find(({ name }) => name === 'verify')?.failure).toMatchObject({
      type: 'NothingServes',
      message: expect.stringContaining('No release runs: '),
    });
    await rollback.handle.executeUpdate('decideStep', {
      args: [{ step: 'verify', decision: 'recover', by: 'anna' }],
    });
    const { result } = await rollback.ended();
    expect(result?.outcome).toBe('rolled-back');
    expect(new Set(await lab.nextAnswers())).toEqual(new Set(['blue']));
  });
});
