/** Verifying a real service, asked by curl on the host and by the worker itself. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createHosts, type Hosts } from '../../activities/commands/hosts.ts';
import { createWorkerProbe } from '../../activities/http/from-worker.ts';
import type { VerificationTargets } from '../../activities/targets/driver.ts';
import { markLogs } from '../../activities/verification/log-errors.ts';
import { createVerifier, type Verification } from '../../activities/verification/verifier.ts';
import { BackoutFailure } from '../../src/domain/failure.ts';
import { hostSchema } from '../../src/domain/hosts.ts';
import { verificationSchema } from '../../src/domain/verification.ts';
import { freePort } from '../../src/embedded/ports.ts';
import { type RunningService, type ServiceOptions, startService } from '../../scripts/demo/service.ts';

vi.setConfig({ testTimeout: 60_000 });

let directory: string;
let service: RunningService;
let hosts: Hosts;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'backout-verify-'));
  hosts = createHosts({});
});
afterEach(async () => {
  await Promise.all([service.kill(), hosts.close()]);
  await rm(directory, { recursive: true, force: true });
});

async function start(options: Partial<ServiceOptions> = {}) {
  service = await startService({ colour: 'blue', version: '1.4.0', directory, ...options });
}

type Settings = NonNullable<Parameters<typeof verificationSchema.parse>[0]>;
const QUICK = { steadySeconds: 0.3, withinSeconds: 20, intervalSeconds: 0.05 };

function verify(
  settings: Settings & object,
  options: Omit<Partial<Verification>, 'targets'> & { targets?: Partial<VerificationTargets> } = {},
) {
  const targets: VerificationTargets = {
    release: { name: 'blue', version: '1.4.0' },
    releaseUrl: service.url,
    host: 'local',
    logFiles: [],
    journalUnits: [],
    ...options.targets,
  };
  const verifier = createVerifier({ hosts, workerHttp: createWorkerProbe(), env: {} });
  return verifier({
    settings: verificationSchema.parse({ health: QUICK, ...settings }),
    since: new Date().toISOString(),
    signal: new AbortController().signal,
    heartbeat: () => undefined,
    ...options,
    targets,
  });
}

/** Calls `act` at the first heartbeat that matches, once. */
function whenHeard(pattern: RegExp, act: () => unknown) {
  let done = false;
  return (detail: string) => {
    if (done || !pattern.test(detail)) return;
    done = true;
    act();
  };
}

describe.each(['host', 'worker'])('asked by the %s', (from) => {
  test('a healthy release that answers its smoke URLs passes', async () => {
    await start();
    const verdict = await verify({
      from,
      health: { ...QUICK, paths: ['/health', '/health/db', '/health/ready'] },
      smoke: {
        urls: [
          { url: `${service.url}/`, bodyContains: 'hello from blue' },
          { url: `${service.url}/nope`, status: 404 },
        ],
      },
    });
    expect(verdict.passed).toBe(true);
    expect(verdict.checks.map(({ name }) => name)).toEqual([
      'health /health',
      'health /health/db',
      'health /health/ready',
      `smoke GET ${service.url}/`,
      `smoke GET ${service.url}/nope`,
    ]);
    expect(verdict.checks[3]?.detail).toBe(
      'Status 200 seen, 200 expected, and the body contains "hello from blue".',
    );
    expect(Date.parse(verdict.finishedAt) - Date.parse(verdict.startedAt)).toBeGreaterThanOrEqual(300);
  });

  test('a release that needs a while passes, and its first failure is told', async () => {
    await start({ unhealthy: true });
    const heal = whenHeard(/status 503/, () => service.control({ unhealthy: false }));
    const verdict = await verify({ from }, { heartbeat: heal });
    expect(verdict.passed).toBe(true);
    expect(verdict.checks[0]?.detail).toMatch(
      /^Healthy without a break for \d+\.\d s, since \d+\.\d s after the first question \(0\.3 s needed\)\. .*; first failure at \d+\.\d s: status 503\.$/,
    );
  });

  test('a release that never becomes healthy fails, with what it answers', async () => {
    await start();
    await service.control({ unhealthy: ['/health/db'] });
    const health = { ...QUICK, withinSeconds: 2, paths: ['/health', '/health/db'] };
    const verdict = await verify({ from, health });
    expect(verdict.passed).toBe(false);
    expect(verdict.checks.map(({ passed }) => passed)).toEqual([true, false]);
    expect(verdict.checks[1]?.detail).toMatch(
      /^Not healthy after \d+\.\d s: status 503 \(0\.3 s needed within 2 s\)\. 0 of \d+ answers were healthy; first failure at \d+\.\d s: status 503\.$/,
    );
  });

  test('a release that dies meanwhile is a failed verdict, not an exception', async () => {
    await start();
    const verdict = await verify(
      {
        from,
        health: { ...QUICK, steadySeconds: 2, withinSeconds: 3 },
        smoke: { urls: [{ url: `${service.url}/` }] },
      },
      { heartbeat: whenHeard(/status 200/, () => service.kill()) },
    );
    expect(verdict.checks.map(({ passed }) => passed)).toEqual([false, false]);
    expect(verdict.checks[0]?.detail).toMatch(
      /^Not healthy after \d+\.\d s: no answer \(.+\) \(2 s needed within 3 s\)\..* once after it had been healthy\.$/,
    );
    expect(verdict.checks[1]?.detail).toMatch(/^No answer, status 200 expected: .+\.$/);
  });

  test('an answer that takes too long is unhealthy', async () => {
    await start({ slow: 2000 });
    const verdict = await verify({ from, health: { ...QUICK, withinSeconds: 0.5, timeoutSeconds: 0.2 } });
    expect(verdict.passed).toBe(false);
    expect(verdict.checks[0]?.detail).toMatch(/no answer \(.+\)/);
  });
});

test('a break starts the steady time anew', async () => {
  await start();
  const sick = whenHeard(/status 200/, async () => {
    await service.control({ unhealthy: true });
  });
  const heal = whenHeard(/status 503/, () => service.control({ unhealthy: false }));
  const heartbeat = (detail: string) => {
    sick(detail);
    heal(detail);
  };
  const verdict = await verify({ health: { ...QUICK, steadySeconds: 1 } }, { heartbeat });
  expect(verdict.passed).toBe(true);
  expect(verdict.checks[0]?.detail).toMatch(/: status 503, once after it had been healthy\.$/);
});

describe('the smoke command', () => {
  const smoke = async (command: string[], more: object = {}) => {
    await start();
    const verdict = await verify({ health: { ...QUICK, steadySeconds: 0 }, smoke: { command, ...more } });
    return verdict.checks.at(-1);
  };

  test('passes with exit code 0', async () => {
    expect(await smoke(['test', '1', '=', '1'], { commandOn: 'worker' })).toEqual({
      name: 'smoke test 1 = 1',
      passed: true,
      detail: expect.stringMatching(/^Exit code 0 after \d+\.\d s, 0 needed\.$/) as string,
    });
  });

  test('fails with any other, and with its words', async () => {
    expect(await smoke(['sh', '-c', 'echo "cart is empty" >&2; exit 7'])).toMatchObject({
      passed: false,
      detail: expect.stringMatching(
        /^Exit code 7 after \d+\.\d s, 0 needed\. It printed last: cart is empty$/,
      ) as string,
    });
  });

  test('fails when it takes too long, and is killed', async () => {
    const check = await smoke(['sleep', '60'], { commandTimeoutSeconds: 0.2 });
    expect(check).toMatchObject({ passed: false });
    expect(check?.detail).toMatch(/^sleep on local did not end within .* and was killed\.$/);
  });

  test('fails when the program is missing', async () => {
    expect(await smoke(['/nowhere/smoke'])).toMatchObject({
      passed: false,
      detail: '/nowhere/smoke is not installed, or not on the PATH of the worker.',
    });
  });
});

describe('log errors', () => {
  test('only what the release wrote since the switch counts', async () => {
    await start({ bad: 1 });
    await fetch(service.url);
    const logMarks = await markLogs(hosts.get('local'), [service.logFile]);
    await Promise.all([1, 2, 3].map(() => fetch(service.url)));
    const targets = { logFiles: [service.logFile], logMarks };
    const passed = await verify({ logErrors: { max: 3 } }, { targets });
    expect(passed.checks.at(-1)?.detail).toMatch(
      /^3 lines matching ERROR\|FATAL\|CRITICAL in the \d+\.\d s since the switch \(.*blue\.log: 3\), 3 allowed\.$/,
    );
    expect(passed.passed).toBe(true);
    expect((await verify({ logErrors: { max: 2 } }, { targets })).passed).toBe(false);
  });

  test('are counted last, so that errors of the smoke tests are among them', async () => {
    await start({ bad: 1 });
    const logMarks = await markLogs(hosts.get('local'), [service.logFile]);
    const smoke = { urls: [{ url: `${service.url}/`, status: 500 }] };
    const verdict = await verify(
      { smoke, logErrors: { max: 0 } },
      { targets: { logFiles: [service.logFile], logMarks } },
    );
    expect(verdict.checks.map(({ passed }) => passed)).toEqual([true, true, false]);
  });

  test('without marks are no data, not no errors', async () => {
    await start();
    const verdict = await verify({ logErrors: {} }, { targets: { logFiles: [service.logFile] } });
    expect(verdict.passed).toBe(false);
    expect(verdict.checks.at(-1)).toEqual({
      name: 'log errors',
      passed: false,
      detail: `No data: it was not noted before the switch where these files ended: ${service.logFile}.`,
    });
  });
});

test('a cancellation ends everything at once', async () => {
  await start();
  const controller = new AbortController();
  const cancel = whenHeard(/status 200/, () => controller.abort(new Error('cancelled by alice')));
  const verifying = verify(
    { health: { steadySeconds: 500, withinSeconds: 600, intervalSeconds: 500 } },
    { signal: controller.signal, heartbeat: cancel },
  );
  await expect(verifying).rejects.toThrow('cancelled by alice');
});

test('a host that cannot be reached is an exception to try again after, and stops the metrics beside it', async () => {
  await start();
  const knownHostsFile = join(directory, 'known_hosts');
  await writeFile(knownHostsFile, '');
  await hosts.close();
  hosts = createHosts({
    'web-1': hostSchema.parse({ ssh: { address: '127.0.0.1', port: await freePort(), knownHostsFile } }),
  });
  const metrics = {
    prometheus: { url: `http://127.0.0.1:${await freePort()}` },
    requests: 'up{c="$release"}',
    withinSeconds: 600,
    intervalSeconds: 600,
  };
  const failure = await verify({ metrics }, { targets: { host: 'web-1' } }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(BackoutFailure);
  expect(failure).toMatchObject({ type: 'HostUnreachable', retryable: true });
});
