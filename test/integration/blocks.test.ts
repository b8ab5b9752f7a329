/** A version that a rollback left, against the real server: blocked whatever dies, told right without a worker, let go by a person. */
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { blockWorkflowId } from '../../src/domain/blocks/block.ts';
import { fakeIo } from '../cli/support/io.ts';
import { openLab } from '../support/lab.ts';
import type { Lab } from '../support/lab.ts';
import { until } from '../support/until.ts';
import { startWorkerProcess } from '../support/worker-process.ts';
import type { WorkerProcess } from '../support/worker-process.ts';

let lab: Lab;
let workers: WorkerProcess[];
beforeEach(async () => {
  lab = await openLab({ withoutWorker: true });
  workers = [];
});
afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.kill()));
  await lab.close();
});

const startWorker = async (stopAt?: string): Promise<WorkerProcess> => {
  const worker = await startWorkerProcess({
    configFile: lab.sandbox.configFile,
    workflowBundle: inject('workflowBundle'),
    ...(stopAt === undefined ? {} : { stopAt }),
  });
  workers.push(worker);
  return worker;
};

/** The program, in this process. */
async function backout(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const io = fakeIo({ env: { BACKOUT_CONFIG: lab.sandbox.configFile, BACKOUT_USER: 'ben' } });
  const code = await run(argv, io);
  return { code, ...io.printed };
}

describe('the version that a rollback leaves', () => {
  it('is blocked although the worker dies at that very moment, and returns only when a person lets it go', async () => {
    const { service, client } = lab;
    // The next step begins in the same task of the workflow that starts the block.
    const dying = await startWorker('captureLogs');
    const rollback = await lab.start();
    await until('the block stands', async () => (await backout('gate', service, '1.5.0')).code === 9);
    await dying.kill();

    // No worker runs, and the answer is right.
    const gate = await backout('gate', service, 'v1.5.0', '--env', 'production');
    expect(gate.out).toMatch(
      new RegExp(
        `^${service} v1\\.5\\.0 must NOT be deployed to production\\.\n` +
          `  ${service} 1\\.5\\.0 in production is blocked since .* UTC \\(anna, by rollback rollback-${service}-\\w+\\): A rollback left it: 5xx since 1\\.5\\.0\\.\n`,
      ),
    );
    expect(await backout('gate', service, '1.4.0')).toMatchObject({ code: 0, err: '' });

    const next = await startWorker();
    const { result, failure } = await rollback.ended();
    expect(failure).toBeNull();
    expect(result?.outcome).toBe('rolled-back');
    expect((await rollback.status()).aftercare?.block?.done).toBe(true);
    const runs = await client.workflowService.listWorkflowExecutions({
      namespace: 'default',
      query: `WorkflowId = "${blockWorkflowId({ service, environment: 'production', version: '1.5.0' })}"`,
    });
    expect(runs.executions).toHaveLength(1);

    // No way back onto it, not even by name.
    const back = await (await lab.start({ to: 'green' })).ended();
    expect(back.failure?.type).toBe('NoReleaseToReturnTo');
    expect(back.failure?.message).toMatch(
      new RegExp(
        `^green \\(?.*is blocked, so nothing returns to it\\. ${service} 1\\.5\\.0 in production is blocked since`,
      ),
    );
    await next.kill();

    // Let go while no worker runs, and right at once.
    const unblocked = await backout('unblock', service, '1.5.0', '--reason', 'it was the cache');
    expect(unblocked).toMatchObject({ code: 0, err: '' });
    expect(unblocked.out).toMatch(/in production: Unblocked at .* UTC by ben: it was the cache\.\n$/);
    expect(await backout('gate', service, '1.5.0')).toMatchObject({
      code: 0,
      out: `${service} 1.5.0 is not blocked: it may be deployed to production.\n`,
    });
    await until('the list has caught up', async () => {
      const { out } = await backout('blocks', service, '--all');
      return /unblocked at .* UTC by ben: it was the cache\n$/.test(out);
    });

    await startWorker();
    const plan = (await (await lab.start({ to: 'green', dryRun: true })).ended()).result?.plan;
    expect(plan?.to.name).toBe('green');
    expect(plan?.warnings.join('\n')).toMatch(/ by ben: it was the cache\./);
  });
});

describe('a release that tells its version only once it runs', () => {
  it('gets no traffic when that is blocked: a person is asked, and may let it go', async () => {
    const { service, sandbox } = lab;
    await backout('block', service, '1.4.0', '--reason', 'drops prices');
    await sandbox.blue.stop();
    await startWorker();
    const rollback = await lab.start();
    const { awaiting, steps, plan } = await rollback.until('it waits', ({ phase }) => phase === 'waiting');
    expect([plan?.to, awaiting?.step]).toEqual([{ name: 'blue', version: null }, 'start-previous']);
    expect(steps.find(({ name }) => name === 'start-previous')?.failure?.message).toMatch(
      new RegExp(
        `^blue was started, and it is 1\\.4\\.0, which is blocked\\. ${service} 1\\.4\\.0 in every environment is blocked since .*drops prices\\. ` +
          'Traffic was not changed by this step; blue goes on running\\. Put a good version in its place and decide `retry`; ' +
          `or let this one go \\(\`backout unblock ${service} 1\\.4\\.0 .*\`\\) and decide \`retry\`; or \`abort\`\\.$`,
      ),
    );
    expect(new Set(await lab.nextAnswers())).toEqual(new Set(['green']));

    await backout('unblock', service, '1.4.0', '--reason', 'it was the cache');
    await rollback.handle.signal('decideStep', { step: 'start-previous', decision: 'retry', by: 'anna' });
    const { failure } = await rollback.ended();
    expect(failure).toBeNull();
    expect(new Set(await lab.nextAnswers())).toEqual(new Set(['blue']));
  });

  it('is brought back by a recovery where traffic goes to it already, and the block is told', async () => {
    const { service, sandbox } = lab;
    await startWorker();
    await (await lab.start()).ended();
    await backout('block', service, '1.4.0', '--reason', 'drops prices');
    await sandbox.blue.stop();
    const recovery = await lab.start({ reason: 'all is down' }, { workflow: 'recoverService' });
    const { result, failure } = await recovery.ended();
    expect(failure).toBeNull();
    expect(result?.outcome).toBe('recovered');
    const { steps } = await recovery.status();
    expect(steps.find(({ name }) => name === 'start-previous')?.result?.details.join('\n')).toMatch(
      new RegExp(
        `^it was started\n${service} 1\\.4\\.0 in every environment is blocked since .*drops prices\\.$`,
      ),
    );
    expect(new Set(await lab.nextAnswers())).toEqual(new Set(['blue']));
  });
});

describe('by hand, with no worker at all', () => {
  it('a version is blocked, the gate says so at once, and one block everywhere outlasts the unblock in one place', async () => {
    const { service } = lab;
    expect(await backout('gate', service, '2.0')).toMatchObject({ code: 0 });
    const blocked = await backout('block', service, '2.0', '--reason', 'drops prices');
    expect(blocked).toMatchObject({ code: 0, err: '' });
    expect((await backout('gate', service, 'v2.0')).code).toBe(9);
    const again = await backout('block', service, '2.0', '--reason', 'again', '--by', 'cara');
    expect(again.code).toBe(0);
    expect(again.out).toMatch(/^It was blocked already\. .* \(ben\): drops prices\.\n/);

    const here = await backout('unblock', service, '2.0', '--env', 'production', '--reason', 'x');
    expect(here.code).toBe(9);
    expect(here.out).toContain('It stays blocked: ');
    expect((await backout('unblock', service, '2.0', '--reason', 'x')).code).toBe(0);
    const { code, out } = await backout('gate', service, '2.0', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({
      format: 'backout.gate/1',
      service,
      version: '2.0',
      environment: null,
      blocked: false,
      blocks: [],
    });
  });

  it.each([
    [
      'Temporal is down',
      ['--address', '127.0.0.1:1'],
      6,
      'is blocked is NOT known: do not deploy on this answer.',
    ],
    [
      'there is no such namespace',
      ['--namespace', 'nope'],
      6,
      'has no namespace nope. This command changed nothing.',
    ],
  ])('the gate does not say "free" when %s', async (_, before, code, said) => {
    const asked = await backout(...before, 'gate', lab.service, '2.0');
    expect(asked).toMatchObject({ code, out: '' });
    expect(asked.err).toContain(said);
  });

  it('nor of a service or an environment that is not configured', async () => {
    expect(await backout('gate', `${lab.service}x`, '2.0')).toMatchObject({ code: 2, out: '' });
    expect(await backout('gate', lab.service, '2.0', '--env', 'prod')).toMatchObject({
      code: 2,
      err: `backout: ${lab.service} has no environment "prod"; there are production. Nothing was changed: traffic and data are as they were.\n`,
    });
  });
});
