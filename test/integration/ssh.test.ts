/** Commands over a real OpenSSH server. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Host } from '../../activities/commands/host.ts';
import { createSshHost } from '../../activities/commands/ssh.ts';
import type { SshSettings } from '../../src/domain/hosts.ts';
import { childrenOf, isRunning } from '../support/processes.ts';
import { startSshd } from '../support/sshd.ts';
import type { Sshd } from '../support/sshd.ts';
import { until } from '../support/until.ts';

let sshd: Sshd;
let host: Host;
const folder = mkdtempSync(join(tmpdir(), 'ssh-test-'));
const opened: Host[] = [];

/** A host on the test's sshd; `ssh` overrides how it is reached. */
function reach(ssh: Partial<SshSettings> = {}, { sudo = false } = {}): Host {
  const made = createSshHost('web-1', { ssh: { ...sshd.ssh, ...ssh }, sudo });
  opened.push(made);
  return made;
}

const sh = (script: string, ...args: string[]) => ['sh', '-c', script, 'test', ...args];
const connectionsOf = (pid: number) =>
  childrenOf(pid)
    .filter(({ command }) => command.startsWith('ssh '))
    .map((child) => child.pid);
const pidIn = (path: string) => Number(readFileSync(path, 'utf8'));

beforeAll(async () => {
  sshd = await startSshd();
  host = createSshHost('web-1', sshd.settings);
});
afterEach(async () => {
  sshd.wake();
  await Promise.all(opened.splice(0).map((made) => made.close()));
});
afterAll(async () => {
  await host.close();
  await sshd.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('what a command gets and gives', () => {
  test('is exact: arguments, input, both outputs, exit code', async () => {
    const args = ['', '-n', '--', '$HOME `id`', "it's!", 'two\nlines', 'a\\b\\\\', '* ~ {a,b}', '日本 😀'];
    const result = await host.run(sh('cat; printf "%s|" "$@"; echo oops >&2; exit 7', ...args), {
      stdin: 'in: ünï\n',
    });
    expect(result).toMatchObject({
      exitCode: 7,
      stdout: `in: ünï\n${args.map((arg) => `${arg}|`).join('')}`,
      stderr: 'oops\n',
    });
  });

  test('is exact for any arguments', async () => {
    const argument = fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0'));
    await fc.assert(
      fc.asyncProperty(fc.array(argument, { maxLength: 30 }), async (args) => {
        const { stdout } = await host.run(sh('for a do printf "%s\\0" "$a"; done', ...args));
        expect(stdout.split('\0').slice(0, -1)).toEqual(args);
      }),
      { numRuns: 10 },
    );
  });

  test.each([0, 1, 126, 130, 254, 255])('keeps the exit code %i', async (exitCode) => {
    const result = await host.run(sh('printf said >&2; exit "$1"', String(exitCode)));
    expect(result).toMatchObject({ exitCode, stdout: '', stderr: 'said' });
  });

  test('tells a command that a signal ended from a broken line', async () => {
    expect((await host.run(sh('kill -KILL $$'))).exitCode).toBe(137);
  });

  test('is bounded in memory, and goes into a file in full', async () => {
    const big = sh('head -c 3000000 /dev/zero | tr "\\0" x');
    const kept = await host.run(big, { maxOutputBytes: 1000 });
    expect(kept).toMatchObject({ exitCode: 0, stdout: 'x'.repeat(1000), truncated: true });
    const file = join(folder, 'big');
    expect(await host.run(big, { outputFile: file })).toMatchObject({ exitCode: 0, bytes: 3_000_000 });
    expect(statSync(file).size).toBe(3_000_000);
  });

  test('a program that is not there is named', async () => {
    await expect(host.run(['no-such-program'])).rejects.toMatchObject({
      type: 'ProgramMissing',
      parts: {
        what: 'There is no program no-such-program on web-1, or it is not on the PATH of our login there.',
      },
    });
  });

  test('sudo runs what it may, and its refusal is told', async () => {
    const sudo = join(sshd.directory, 'bin', 'sudo');
    await host.run(sh('mkdir -p "$1"', join(sshd.directory, 'bin')));
    writeFileSync(
      sudo,
      '#!/bin/sh\n[ "$3" = id ] && { shift 2; exec "$@"; }\necho "sudo: a password is required" >&2; exit 1\n',
      { mode: 0o755 },
    );
    const other = await startSshd({ path: `${sshd.directory}/bin:${process.env['PATH']}` });
    const root = createSshHost('web-1', { ssh: other.ssh, sudo: true });
    try {
      expect((await root.run(['id', '-u'])).exitCode).toBe(0);
      await expect(root.run(['nginx', '-t'])).rejects.toMatchObject({ type: 'PermissionDenied' });
      expect((await root.run(['echo', 'plain'], { sudo: false })).stdout).toBe('plain\n');
    } finally {
      await root.close();
      await other.stop();
    }
  });
});

describe('the connection', () => {
  test('is made once, and many commands ride on it side by side', async () => {
    const before = sshd.connectionsMade();
    const other = reach();
    await Promise.all([other.warm(), other.warm()]);
    const numbers = Array.from({ length: 20 }, (_, number) => String(number));
    const results = await Promise.all(numbers.map((number) => other.run(['echo', number])));
    expect(results.map(({ stdout }) => stdout.trim())).toEqual(numbers);
    expect(sshd.connectionsMade()).toBe(before + 1);
  });

  test('goes through a jump host with the same key and the same care', async () => {
    const jump = `${sshd.ssh.user}@127.0.0.1:${sshd.ssh.port}`;
    const before = sshd.connectionsMade();
    expect((await reach({ jump }).run(['echo', 'far'])).stdout).toBe('far\n');
    expect(sshd.connectionsMade()).toBe(before + 2);
    const empty = join(folder, 'empty_known_hosts');
    writeFileSync(empty, '');
    await expect(reach({ jump, knownHostsFile: empty }).warm()).rejects.toMatchObject({
      type: 'HostKeyRejected',
    });
  });

  test('ends with the host object, and leaves nothing behind', async () => {
    const before = connectionsOf(process.pid);
    const other = reach();
    await other.warm();
    const [own] = connectionsOf(process.pid).filter((pid) => !before.includes(pid));
    await other.close();
    await until('its process has ended', () => !isRunning(own ?? 0));
    // Those of the tests before this one may have ended meanwhile.
    expect(before).toEqual(expect.arrayContaining(connectionsOf(process.pid)));
  });
});

describe('refused with nothing sent', () => {
  test('is a host whose key is not known', async () => {
    const knownHostsFile = join(folder, 'other_known_hosts');
    writeFileSync(knownHostsFile, '');
    await expect(reach({ knownHostsFile }).run(['true'])).rejects.toMatchObject({
      type: 'HostKeyRejected',
      retryable: false,
      parts: { changed: 'This command changed nothing: it was not run.' },
    });
  });

  test('is a host whose key has changed', async () => {
    const other = await startSshd();
    const moved = createSshHost('web-1', { ssh: other.ssh, sudo: false });
    try {
      expect((await moved.run(['echo', 'before'])).stdout).toBe('before\n');
      await other.restart({ newHostKey: true });
      await expect(moved.run(['echo', 'after'])).rejects.toMatchObject({ type: 'HostKeyRejected' });
    } finally {
      await moved.close();
      await other.stop();
    }
  });

  test('is a key that the host does not accept', async () => {
    const other = await startSshd();
    try {
      const stranger = reach({ identityFile: other.ssh.identityFile });
      await expect(stranger.warm()).rejects.toMatchObject({
        type: 'CredentialsRejected',
        retryable: false,
        parts: {
          what: expect.stringMatching(/^web-1 refused the login: .*Permission denied \(publickey\)\.$/),
        },
      });
    } finally {
      await other.stop();
    }
  });

  test('is nobody there at all: that can heal', async () => {
    await expect(reach({ port: 1 }).run(['true'])).rejects.toMatchObject({
      type: 'HostUnreachable',
      retryable: true,
      parts: {
        what: 'The SSH connection to web-1 could not be made: ssh: connect to host 127.0.0.1 port 1: Connection refused.',
        changed: 'This command changed nothing: it was not run.',
      },
    });
  });

  test('is a host that takes the connection and then says nothing', async () => {
    sshd.hang();
    await expect(reach({ connectTimeoutSeconds: 1 }).warm()).rejects.toMatchObject({
      type: 'HostUnreachable',
    });
  });
});

describe('in the middle of a command', () => {
  test('time up: it is killed there too, and the others on the connection go on', async () => {
    const pidFile = join(folder, 'slow.pid');
    await host.warm();
    const before = sshd.connectionsMade();
    const other = host.run(sh('sleep 1.5; echo unharmed'));
    const slow = host.run(sh('sleep 60 & echo $! >"$1"; wait', pidFile), { timeoutMs: 500 });
    await expect(slow).rejects.toMatchObject({
      type: 'CommandTimedOut',
      parts: { what: expect.stringMatching(/^sh on web-1 did not end within 0\.\d s and was killed\.$/) },
    });
    expect(isRunning(pidIn(pidFile))).toBe(false);
    expect((await other).stdout).toBe('unharmed\n');
    expect(sshd.connectionsMade()).toBe(before);
  });

  test('aborted: it is killed there too, and the reason is thrown', async () => {
    const pidFile = join(folder, 'aborted.pid');
    const controller = new AbortController();
    const running = host.run(sh('echo $$ >"$1"; exec sleep 60', pidFile), { signal: controller.signal });
    await until('it has begun', () => (statSync(pidFile, { throwIfNoEntry: false })?.size ?? 0) > 0);
    controller.abort(new Error('cancelled by Ann'));
    await expect(running).rejects.toThrow('cancelled by Ann');
    expect(isRunning(pidIn(pidFile))).toBe(false);
  });

  test('the line is cut: that can heal, the command may live on, and the next one gets a new connection', async () => {
    const pidFile = join(folder, 'cut.pid');
    const running = host.run(sh('echo $$ >"$1"; exec sleep 60', pidFile));
    const failed = expect(running).rejects.toMatchObject({
      type: 'HostUnreachable',
      retryable: true,
      parts: {
        what: expect.stringMatching(/^The SSH connection to web-1 was cut: /),
        changed: 'It may have done its work or a part of it: trying again reads the live state first.',
      },
    });
    await until('it has begun', () => (statSync(pidFile, { throwIfNoEntry: false })?.size ?? 0) > 0);
    await sshd.cutConnections();
    await failed;
    expect(isRunning(pidIn(pidFile))).toBe(true);
    expect((await host.run(['kill', String(pidIn(pidFile))])).exitCode).toBe(0);
  });

  test('the host hangs: that can heal, within the time-out, and it is used again when it wakes', async () => {
    const impatient = reach({ connectTimeoutSeconds: 1 });
    await impatient.warm();
    sshd.hang();
    await expect(impatient.run(['true'], { timeoutMs: 1000 })).rejects.toMatchObject({
      type: 'CommandTimedOut',
      retryable: true,
      parts: { what: expect.stringMatching(/could not be killed: it may still run\.$/) },
    });
    sshd.wake();
    expect((await impatient.run(['echo', 'awake'])).stdout).toBe('awake\n');
  });

  test('the host hangs for longer than the line lives: the wait ends long before the time-out', async () => {
    const impatient = reach({ connectTimeoutSeconds: 1 });
    await impatient.warm();
    sshd.hang();
    await expect(impatient.run(['true'], { timeoutMs: 90_000 })).rejects.toMatchObject({
      type: 'HostUnreachable',
    });
  });
});

describe('a connection that broke while nobody used it', () => {
  test('after a reboot is made anew without a failure', async () => {
    const other = await startSshd();
    const rebooted = createSshHost('web-1', { ssh: other.ssh, sudo: false });
    try {
      await rebooted.warm();
      await other.restart();
      expect((await rebooted.run(['echo', 'back'])).stdout).toBe('back\n');
      expect((await rebooted.run(['echo', 'again'])).stdout).toBe('again\n');
    } finally {
      await rebooted.close();
      await other.stop();
    }
  });

  test('with its socket gone is not missed: the command makes its own', async () => {
    vi.stubEnv('TMPDIR', folder);
    const other = reach();
    await other.warm();
    vi.unstubAllEnvs();
    const [socketFolder = ''] = readdirSync(folder).filter((name) => name.startsWith('bo-'));
    rmSync(join(folder, socketFolder, '1'));
    expect((await other.run(['echo', 'still here'])).stdout).toBe('still here\n');
  });
});

test('more sessions than the host allows wait for nobody and fail for nobody', async () => {
  const narrow = await startSshd({ config: ['MaxSessions 3'] });
  const crowded = createSshHost('web-1', { ssh: narrow.ssh, sudo: false });
  try {
    const numbers = Array.from({ length: 12 }, (_, number) => String(number));
    const results = await Promise.all(
      numbers.map((number) => crowded.run(sh('sleep 0.2; echo "$1"', number))),
    );
    expect(results.map(({ stdout }) => stdout.trim())).toEqual(numbers);
  } finally {
    await crowded.close();
    await narrow.stop();
  }
});

test('a worker that is killed leaves no connection behind', async () => {
  const script = join(folder, 'worker.mts');
  const root = new URL('../..', import.meta.url).pathname;
  writeFileSync(
    script,
    `import { createSshHost } from '${root}activities/commands/ssh.ts';
     await createSshHost('web-1', ${JSON.stringify(sshd.settings)}).warm();
     console.log('warm');
     setInterval(() => {}, 1000);`,
  );
  const worker = spawn(process.execPath, ['--import', 'tsx', script], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(worker.stdout, 'data');
  const connections = connectionsOf(worker.pid ?? 0);
  expect(connections).toHaveLength(1);
  worker.kill('SIGKILL');
  await until('its connection has ended', () => !connections.some(isRunning));
});
