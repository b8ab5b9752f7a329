/** Stopping and starting a real process by pid file and by command line, here and over SSH, in every POSIX shell. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Host } from '../../activities/commands/host.ts';
import { createLocalHost } from '../../activities/commands/local.ts';
import { createSshHost } from '../../activities/commands/ssh.ts';
import { createTargetLock } from '../../activities/lock/lock.ts';
import type { Guard } from '../../activities/lock/lock.ts';
import { createProcess } from '../../activities/process/driver.ts';
import { STOP } from '../../activities/process/scripts.ts';
import { serviceCommand, startService } from '../../scripts/demo/service.ts';
import type { RunningService, ServiceOptions } from '../../scripts/demo/service.ts';
import { BackoutFailure } from '../../src/domain/failure.ts';
import type { ProcessSettings } from '../../src/domain/process.ts';
import { createKilledScripts } from '../support/killed-script.ts';
import { openPlace, PLACES } from '../support/places.ts';
import type { TestHost } from '../support/places.ts';
import { isRunning } from '../support/processes.ts';
import { startSshd } from '../support/sshd.ts';
import { isRoot, processOfRoot, unprivileged } from '../support/unprivileged.ts';
import { until } from '../support/until.ts';

const root = mkdtempSync(join(tmpdir(), 'process-test-'));
let count = 0;
/** Where the service's files are; its name is in every command line of the test and in no other. */
let folder: string;
/** The state directory has the service's name in it, as in production. */
let directory: string;
const services: RunningService[] = [];
const children: ChildProcess[] = [];
const pids: number[] = [];

beforeEach(() => {
  folder = join(root, `case-${++count}-listings`);
  directory = join(folder, 'state');
  mkdirSync(folder);
});
afterEach(async () => {
  await Promise.all(services.splice(0).map((service) => service.kill()));
  for (const child of children.splice(0)) killGroup(child);
  for (const pid of pids.splice(0)) if (isRunning(pid)) process.kill(pid, 'SIGKILL');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function green(options: Partial<ServiceOptions> = {}): Promise<RunningService> {
  const service = await startService({ colour: 'green', directory: folder, ...options });
  services.push(service);
  return service;
}
const pidFile = () => join(folder, 'green.pid');
const logFile = () => join(folder, 'green.log');
const byPidFile = (more: object = {}) => ({ pidFile: pidFile(), stopTimeoutSeconds: 30, ...more });
const byMatch = (more: object = {}) => ({
  match: `app\\.mjs .*--log ${folder}/green\\.log`,
  stopTimeoutSeconds: 30,
  ...more,
});
const sigtermsIn = (path: string) => readFileSync(path, 'utf8').match(/SIGTERM \d+ received/g)?.length ?? 0;
const birthOf = (pid: number) =>
  readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/.*\) /s, '').split(' ')[19] ?? '';

/** With what it started, which would outlive it. */
function killGroup({ pid = 0 }: ChildProcess): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // All of it has ended.
  }
}

/** Any program, in a group of its own. */
async function run(argv: [string, ...string[]]): Promise<number> {
  const child = spawn(argv[0], argv.slice(1), { stdio: 'ignore', detached: true });
  children.push(child);
  await until('it runs', () => child.pid !== undefined && isRunning(child.pid));
  return child.pid ?? 0;
}

async function guardOn(host: Host): Promise<Guard> {
  const lock = createTargetLock(host, directory);
  const { token } = await lock.acquire({
    owner: 'rollback-a',
    step: 'stop-faulty',
    by: 'ana',
    attempt: 1,
    lives: 'temporal',
    ttlSeconds: 300,
    isEnded: async () => false,
  });
  return lock.guard({ owner: 'rollback-a', token });
}

async function failureOf(promise: Promise<unknown>): Promise<BackoutFailure> {
  const error = await promise.then(
    (value) => new Error(`it did not fail: ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  if (error instanceof BackoutFailure) return error;
  throw error;
}

describe.each(PLACES)('on a host reached by $where, whose sh is $shell', (which) => {
  let place: TestHost;
  const on = (settings: ProcessSettings) => createProcess(place.host, settings, directory);
  beforeAll(async () => void (place = await openPlace(which)));
  afterAll(() => place.close());

  describe.each([
    ['pid file', byPidFile],
    ['match', byMatch],
  ] as const)('a process found by its %s', (_, settings) => {
    test('runs, gets one SIGTERM, ends by itself, and is then stopped', async () => {
      const { pid } = await green();
      const process = on(settings());
      expect(await process.inspect()).toMatchObject({ state: 'running', pids: [pid] });
      const guard = await guardOn(place.host);
      expect(await process.stop(guard)).toEqual({ outcome: 'stopped', pids: [pid] });
      expect(isRunning(pid)).toBe(false);
      expect(await process.inspect()).toMatchObject({ state: 'stopped', pids: [] });
      expect(await process.stop(guard)).toEqual({ outcome: 'already-stopped', pids: [] });
      expect(sigtermsIn(logFile())).toBe(1);
      expect(readdirSync(join(directory, 'stops'))).toEqual([]);
    });

    test('that ignores SIGTERM gets one, and SIGKILL after its time', async () => {
      const { pid } = await green({ ignoreSigterm: true });
      const stopped = await on(settings({ stopTimeoutSeconds: 1 })).stop(await guardOn(place.host));
      expect(stopped).toEqual({ outcome: 'killed', pids: [pid] });
      expect(isRunning(pid)).toBe(false);
      expect(sigtermsIn(logFile())).toBe(1);
    });

    test('that never was there is stopped', async () => {
      expect(await on(settings()).stop(await guardOn(place.host))).toEqual({
        outcome: 'already-stopped',
        pids: [],
      });
    });

    test('is started once, in a session of its own, and starting it again does nothing', async () => {
      const [program = '', ...args] = serviceCommand({ colour: 'green', directory: folder });
      const process = on(settings({ start: [program, ...args], cwd: folder }));
      expect(await process.whyNotStartable()).toBeNull();
      const guard = await guardOn(place.host);
      // At once: the first has not yet written its pid file when the second looks.
      const outcomes = await Promise.all([process.start(guard), process.start(guard)]);
      expect([...outcomes].sort()).toEqual(['already-running', 'started']);
      await until('it has written its pid file', () => existsSync(pidFile()));
      const pid = Number(readFileSync(pidFile(), 'utf8'));
      pids.push(pid);
      expect(await process.start(guard)).toBe('already-running');
      expect(await process.inspect()).toMatchObject({ state: 'running', pids: [pid] });
      expect(readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[5]).toBe(String(pid));
      expect(await process.stop(guard)).toEqual({ outcome: 'stopped', pids: [pid] });
      expect(sigtermsIn(logFile())).toBe(1);
      expect(await process.start(guard)).toBe('started');
      pids.push((await process.inspect()).pids[0] ?? 0);
    });
  });

  test('the SIGTERM of an attempt that was broken off counts for the next one, and so does its time', async () => {
    const { pid } = await green({ ignoreSigterm: true });
    const attempt = new AbortController();
    const cut: Host = {
      ...place.host,
      run: (argv, options) => place.host.run(argv, { ...options, signal: attempt.signal }),
    };
    const guard = await guardOn(place.host);
    const settings = byPidFile({ stopTimeoutSeconds: 3 });
    const first = createProcess(cut, settings, directory).stop(guard);
    const ended = first.catch((error: unknown) => error);
    const mark = join(directory, 'stops', `${pid}.${birthOf(pid)}`);
    await until('SIGTERM was sent', () => existsSync(mark) && readFileSync(mark, 'utf8').includes('sent'));
    attempt.abort(new Error('broken off'));
    expect(await ended).toMatchObject({ message: 'broken off' });
    expect(isRunning(pid)).toBe(true);
    const sentAt = Number(readFileSync(mark, 'utf8').split('\n')[0]);
    expect(await on(settings).stop(guard)).toEqual({ outcome: 'killed', pids: [pid] });
    expect(sigtermsIn(logFile())).toBe(1);
    expect(Math.floor(Date.now() / 1000) - sentAt).toBeGreaterThanOrEqual(3);
  });

  test('a process whose time was up long ago, when an attempt was broken off, gets its SIGKILL now', async () => {
    const { pid } = await green({ ignoreSigterm: true });
    mkdirSync(join(directory, 'stops'), { recursive: true });
    writeFileSync(
      join(directory, 'stops', `${pid}.${birthOf(pid)}`),
      `${(Date.now() / 1000 - 3600) | 0}\nsent\n`,
    );
    expect(await on(byMatch()).stop(await guardOn(place.host))).toEqual({ outcome: 'killed', pids: [pid] });
    expect(sigtermsIn(logFile())).toBe(0);
  });

  test('a start command that fails is told with what it said, and is no start', async () => {
    const start = ['sh', '-c', 'echo "first line"; echo "port 8080 is in use" >&2; exit 3'];
    const process = on(byPidFile({ start }));
    const guard = await guardOn(place.host);
    for (const _ of [1, 2]) {
      const { type, parts } = await failureOf(process.start(guard));
      expect(type).toBe('DidNotStart');
      expect(parts).toEqual({
        what: 'The process could not be started on web-1: sh ended with exit code 3: first line\nport 8080 is in use.',
        changed: 'Traffic was not changed.',
        next: 'Start it by hand and decide `retry`, or name another release to return to.',
      });
    }
  });

  test('a start command that hands over to a daemon and returns is a start', async () => {
    const [program = '', ...args] = serviceCommand({ colour: 'green', directory: folder });
    const start = ['sh', '-c', 'setsid "$@" & exit 0', 'start', program, ...args];
    const process = on(byPidFile({ start }));
    expect(await process.start(await guardOn(place.host))).toBe('started');
    await until('it runs', async () => (await process.inspect()).state === 'running');
    pids.push(...(await process.inspect()).pids);
  });
});

describe('a stop that is killed with SIGKILL', () => {
  const host = createLocalHost('web-1', { sudo: false });
  const scripts = createKilledScripts([
    'cat',
    'cut',
    'date',
    'grep',
    'head',
    'mkdir',
    'sed',
    'sleep',
    'stat',
    'tr',
  ]);
  afterAll(() => scripts.remove());

  test.each(['before', 'after'] as const)(
    '%s any program that it runs has sent one SIGTERM by the time that it is through',
    async (when) => {
      const service = await green({ ignoreSigterm: true });
      // More than it takes until it only waits.
      for (let turn = 1; turn <= 30; turn++) {
        const code = await scripts.run(STOP, [directory, 'file', pidFile(), '600'], { turn, when });
        expect(code).toBeNull();
      }
      expect(isRunning(service.pid)).toBe(true);
      expect(await service.sigterms()).toBe(1);
      const process = createProcess(host, byPidFile({ stopTimeoutSeconds: 1 }), directory);
      expect(await process.stop(await guardOn(host))).toEqual({ outcome: 'killed', pids: [service.pid] });
      expect(await service.sigterms()).toBe(1);
    },
  );
});

describe('who must not be hit', () => {
  const host = createLocalHost('web-1', { sudo: false });
  const on = (settings: ProcessSettings) => createProcess(host, settings, directory);

  test('a program that got the number of a stale pid file', async () => {
    const pid = await run(['sleep', '600']);
    writeFileSync(pidFile(), `${pid}\n`);
    const longAgo = Date.now() / 1000 - 3600;
    utimesSync(pidFile(), longAgo, longAgo);
    const process = on(byPidFile({ start: ['true'] }));
    const detail = `process ${pid} (sleep) was started after this file was written: it is another program's`;
    expect(await process.inspect()).toEqual({
      state: 'failed',
      pids: [],
      detail: `pid file ${pidFile()}: ${detail}`,
    });
    const guard = await guardOn(host);
    const { type, parts } = await failureOf(process.stop(guard));
    expect(type).toBe('AmbiguousState');
    expect(parts.what).toBe(`The pid file ${pidFile()} on web-1 can't be trusted: ${detail}.`);
    expect(isRunning(pid)).toBe(true);
    // To start the release, the stale file is no obstacle.
    expect(await process.start(guard)).toBe('started');
  });

  test('a release whose pid file was written when it had run for a while is its own process', async () => {
    const { pid } = await green();
    const later = Date.now() / 1000 + 30;
    utimesSync(pidFile(), later, later);
    expect(await on(byPidFile()).stop(await guardOn(host))).toEqual({ outcome: 'stopped', pids: [pid] });
  });

  test.each([
    ['nothing', ''],
    ['a word', 'green\n'],
    ['two numbers, which are not one', '12\n34\n'],
    ['the first process of the system', '1\n'],
    ['every process', '-1\n'],
    ['its own group', '0\n'],
    ['a shell command', '$(kill -9 -1)\n'],
  ])('whoever a pid file means that holds %s', async (_, text) => {
    writeFileSync(pidFile(), text);
    const process = on(byPidFile());
    const guard = await guardOn(host);
    for (const act of [() => process.inspect(), () => process.stop(guard)]) {
      const { type, parts } = await failureOf(act());
      expect(type).toBe('CommandFailed');
      expect(parts).toEqual({
        what: `The pid file ${pidFile()} on web-1 can't be read, or holds something else than the ID of one process.`,
        changed: 'No process was touched, and this step did not change traffic.',
        next: 'Correct the pid file or the configuration, then decide `retry`.',
      });
    }
  });

  test('a pid file may have blanks, and line ends of another system', async () => {
    const { pid } = await green();
    writeFileSync(pidFile(), `  ${pid}\r\n`);
    expect((await on(byPidFile()).inspect()).pids).toEqual([pid]);
  });

  test('a zombie: it has ended', async () => {
    const zombie = join(folder, 'zombie');
    const parent = await run(['sh', '-c', 'sleep 0 & echo $! >"$1"; exec sleep 600', 'test', zombie]);
    await until('the child has ended', () => {
      const pid = existsSync(zombie) ? Number(readFileSync(zombie, 'utf8')) : 0;
      return pid > 0 && readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
    });
    const pid = readFileSync(zombie, 'utf8');
    writeFileSync(pidFile(), pid);
    expect(await on(byPidFile()).stop(await guardOn(host))).toMatchObject({ outcome: 'already-stopped' });
    expect(isRunning(parent)).toBe(true);
  });

  test('the release that serves, where the configuration means it too', async () => {
    const serving = await green({ colour: 'blue' });
    const faulty = await green();
    const process = on({ match: folder, stopTimeoutSeconds: 30 });
    expect((await process.inspect()).pids.sort()).toEqual([serving.pid, faulty.pid].sort());
    const { type, parts } = await failureOf(process.stop(await guardOn(host), [serving.pid]));
    expect(type).toBe('InvalidConfiguration');
    expect(parts.what).toBe(
      `Process ${serving.pid} on web-1 is found by command line matching ${folder}, but it is also a process of the release that stays.`,
    );
    expect([await serving.sigterms(), await faulty.sigterms()]).toEqual([0, 0]);
  });

  test("the rollback itself, whose reason names the release, and Backout's own scripts", async () => {
    const under = ['sh', '-c', '"$@"; exit $?', `rollback --reason ${folder}`];
    const itself: Host = { ...host, run: (argv, options) => host.run([...under, ...argv], options) };
    const other = await run(['sh', '-c', 'sleep 600; exit', 'backout', directory]);
    const process = createProcess(itself, { match: folder, stopTimeoutSeconds: 30 }, directory);
    expect(await process.inspect()).toMatchObject({ state: 'stopped', pids: [] });
    expect(await process.stop(await guardOn(itself))).toMatchObject({ outcome: 'already-stopped' });
    expect(isRunning(other)).toBe(true);
  });
});

describe('a process that is not alone', () => {
  const host = createLocalHost('web-1', { sudo: false });

  test('all that match get one SIGTERM each', async () => {
    const several = await Promise.all(['green', 'olive', 'mint'].map((colour) => green({ colour })));
    const process = createProcess(host, { match: folder, stopTimeoutSeconds: 30 }, directory);
    const stopped = await process.stop(await guardOn(host));
    expect(stopped.outcome).toBe('stopped');
    expect([...stopped.pids].sort()).toEqual(several.map(({ pid }) => pid).sort());
    expect(await Promise.all(several.map((service) => service.sigterms()))).toEqual([1, 1, 1]);
  });

  test('SIGKILL goes to what it started, too: nobody else would end it', async () => {
    const script = join(folder, 'master.sh');
    writeFileSync(
      script,
      'trap "" TERM\n(sleep 600 & echo $! >"$1/grandchild"; wait) &\necho $! >"$1/child"\nwait\n',
    );
    const pid = await run(['sh', script, folder]);
    writeFileSync(pidFile(), `${pid}\n`);
    const read = (name: string) =>
      existsSync(join(folder, name)) ? Number(readFileSync(join(folder, name), 'utf8')) : 0;
    await until('all run', () => read('child') > 0 && read('grandchild') > 0);
    const all = [pid, read('child'), read('grandchild')];
    pids.push(...all);
    expect(all.map(isRunning)).toEqual([true, true, true]);
    const process = createProcess(host, byPidFile({ stopTimeoutSeconds: 1 }), directory);
    expect(await process.stop(await guardOn(host))).toEqual({ outcome: 'killed', pids: [pid] });
    await until('nobody is left', () => !all.some(isRunning));
  });

  test('one that something starts again is not called stopped', async () => {
    const watched = join(folder, 'watched');
    writeFileSync(watched, '');
    const supervisor = join(folder, 'supervisor.sh');
    writeFileSync(supervisor, 'while :; do tail -f "$1/watched"; done\n');
    await run(['sh', supervisor, folder]);
    const process = createProcess(host, { match: `tail -f ${watched}`, stopTimeoutSeconds: 30 }, directory);
    await until('it runs', async () => (await process.inspect()).state === 'running');
    const guard = await guardOn(host);
    // The supervisor may need a moment.
    let failure: BackoutFailure | undefined;
    await until('it was seen to come back', async () => {
      failure = await process.stop(guard).then(
        () => undefined,
        (error: BackoutFailure) => error,
      );
      return failure !== undefined;
    });
    expect(failure?.type).toBe('StillRunning');
    expect(failure?.parts.what).toMatch(
      /^The process on web-1 still runs: it was ended, and something started it again as process \d+ \(command line matching /,
    );
    for (const child of children.splice(0)) killGroup(child);
    pids.push(...(await process.inspect()).pids);
  });
});

describe('what is missing on the host is named', () => {
  const host = createLocalHost('web-1', { sudo: false });

  test('a pattern that is no regular expression is not "nothing found"', async () => {
    const process = createProcess(host, { match: `${folder}(`, stopTimeoutSeconds: 30 }, directory);
    for (const act of [() => process.inspect(), async () => process.stop(await guardOn(host))]) {
      const { type, parts } = await failureOf(act());
      expect(type).toBe('CommandFailed');
      expect(parts.what).toContain(
        `The processes on web-1 can't be searched for a command line matching ${folder}(: `,
      );
    }
  });

  test('ps', async () => {
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    for (const name of ['sh', 'cat', 'date', 'sed', 'cut', 'awk', 'getconf'])
      symlinkSync(['/bin', '/usr/bin'].map((at) => join(at, name)).find(existsSync) ?? '', join(bin, name));
    const sshd = await startSshd({ path: bin });
    const bare = createSshHost('web-1', sshd.settings);
    try {
      const { type, parts } = await failureOf(createProcess(bare, byMatch(), directory).inspect());
      expect(type).toBe('CommandFailed');
      expect(parts.what).toMatch(/ps: not found$/);
      expect(parts.next).toMatch(/^See that `ps` \(procps\) and `awk` are installed there, /);
    } finally {
      await bare.close();
      await sshd.stop();
    }
  });

  test.each([
    ['a program', { start: ['no-such-program'] }, 'there is no program no-such-program'],
    ['a file that may be run', { start: ['/etc/passwd'] }, 'there is no program /etc/passwd'],
    [
      'a working directory',
      { start: ['true'], cwd: '/no/such/place' },
      'there is no working directory /no/such/place',
    ],
  ])('%s to start it', async (_, settings, why) => {
    const process = createProcess(host, byPidFile(settings), directory);
    expect(await process.whyNotStartable()).toBe(`${why} on web-1`);
    const { type, parts } = await failureOf(process.start(await guardOn(host)));
    expect(type).toBe('DidNotStart');
    expect(parts.what).toBe(`The process could not be started on web-1: ${why}.`);
  });

  test('the program of a relative path is looked for in the working directory', async () => {
    writeFileSync(join(folder, 'run'), '#!/bin/sh\npwd >ran\n', { mode: 0o755 });
    const process = createProcess(host, byPidFile({ start: ['./run'], cwd: folder }), directory);
    expect(await process.whyNotStartable()).toBeNull();
    expect(await process.start(await guardOn(host))).toBe('started');
    expect(readFileSync(join(folder, 'ran'), 'utf8')).toBe(`${folder}\n`);
  });

  test('a start command', async () => {
    const process = createProcess(host, byPidFile(), directory);
    expect(await process.whyNotStartable()).toBe('no `start` command is configured');
    expect((await failureOf(process.start(await guardOn(host)))).type).toBe('DidNotStart');
  });

  test("the right to stop another user's process", async () => {
    const pid = isRoot ? await run(['sleep', '600']) : processOfRoot();
    writeFileSync(pidFile(), `${pid}\n`);
    chmodSync(root, 0o755);
    mkdirSync(directory);
    chmodSync(directory, 0o777);
    const other = unprivileged(host);
    const process = createProcess(other, byPidFile(), directory);
    const looked = await failureOf(process.mayStop());
    expect([looked.type, looked.parts.what]).toEqual([
      'PermissionDenied',
      `Process ${pid} on web-1 (pid file ${pidFile()}) belongs to another user: it may not be stopped by the one that we log in as.`,
    ]);
    const guard = await guardOn(other);
    for (const _ of [1, 2]) {
      const { type, parts } = await failureOf(process.stop(guard));
      expect(type).toBe('PermissionDenied');
      expect(parts.what).toBe(
        `Process ${pid} on web-1 (pid file ${pidFile()}) belongs to another user: it may not be stopped by the one that we log in as.`,
      );
    }
    expect(isRunning(pid)).toBe(true);
  });
});

describe('over an SSH line that is cut', () => {
  test('a stop goes on, the next attempt finds it done, and there was one SIGTERM', async () => {
    const sshd = await startSshd();
    const host = createSshHost('web-1', sshd.settings);
    try {
      const { pid } = await green({ ignoreSigterm: true });
      const process = createProcess(host, byPidFile({ stopTimeoutSeconds: 5 }), directory);
      const cut = failureOf(process.stop(await guardOn(host)));
      await until('SIGTERM came', () => sigtermsIn(logFile()) === 1);
      await sshd.cutConnections();
      expect((await cut).type).toBe('HostUnreachable');
      expect(isRunning(pid)).toBe(true);
      expect(await process.stop(await guardOn(host))).toEqual({ outcome: 'already-stopped', pids: [] });
      expect(isRunning(pid)).toBe(false);
      expect(sigtermsIn(logFile())).toBe(1);
    } finally {
      await host.close();
      await sshd.stop();
    }
  });

  test('what was started lives on, with nothing of the connection and nothing of the lock', async () => {
    const sshd = await startSshd();
    const host = createSshHost('web-1', sshd.settings);
    try {
      const start = serviceCommand({ colour: 'green', directory: folder });
      const process = createProcess(host, byPidFile({ start }), directory);
      expect(await process.start(await guardOn(host))).toBe('started');
      await until('it runs', async () => (await process.inspect()).state === 'running');
      const [pid = 0] = (await process.inspect()).pids;
      pids.push(pid);
      await sshd.restart();
      expect(isRunning(pid)).toBe(true);
      const open = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
      const ours = open.filter((path) => path.startsWith(directory));
      expect(ours).toEqual([join(directory, 'start.log'), join(directory, 'start.log')]);
      await guardOn(host);
    } finally {
      await host.close();
      await sshd.stop();
    }
  });
});
