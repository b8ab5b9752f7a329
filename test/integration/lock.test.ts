/** The lock on a target, on this machine and over a real SSH connection, with every POSIX shell that is there. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Host } from '../../activities/commands/host.ts';
import { createLocalHost } from '../../activities/commands/local.ts';
import { createSshHost } from '../../activities/commands/ssh.ts';
import { thisProcess } from '../../activities/lock/holder.ts';
import { createTargetLock } from '../../activities/lock/lock.ts';
import type { Acquire, Guard, TargetLock } from '../../activities/lock/lock.ts';
import { ACQUIRE } from '../../activities/lock/scripts.ts';
import { BackoutFailure } from '../../src/domain/failure.ts';
import { createKilledScripts } from '../support/killed-script.ts';
import { openPlace, PLACES } from '../support/places.ts';
import type { TestHost } from '../support/places.ts';
import { isRunning } from '../support/processes.ts';
import { startSshd } from '../support/sshd.ts';
import { unprivileged } from '../support/unprivileged.ts';
import { until } from '../support/until.ts';

const folder = mkdtempSync(join(tmpdir(), 'lock-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;
const freshDirectory = () => join(folder, `state-${++count}`, 'listings.production');

const ask = (owner: string, more: Partial<Acquire> = {}): Acquire => ({
  owner,
  step: 'shift-traffic',
  by: 'ana',
  attempt: 1,
  lives: 'temporal',
  ttlSeconds: 300,
  isEnded: async () => false,
  ...more,
});
const sh = (script: string, ...args: string[]) => ['sh', '-c', script, 'test', ...args];

async function failureOf(promise: Promise<unknown>): Promise<BackoutFailure> {
  const error = await promise.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  if (error instanceof BackoutFailure) return error;
  throw error;
}

describe.each(PLACES)('on a target reached by $where, whose sh is $shell', (which) => {
  let place: TestHost;
  let host: Host;
  let directory: string;
  let lock: TargetLock;

  beforeAll(async () => {
    place = await openPlace(which);
    host = place.host;
  });
  afterAll(() => place.close());
  beforeEach(() => {
    directory = freshDirectory();
    lock = createTargetLock(host, directory);
  });

  /** Takes the lock and runs a command under it. */
  const hold = async (owner: string, more: Partial<Acquire> = {}) => {
    const { token } = await lock.acquire(ask(owner, more));
    return lock.guard({ owner, token });
  };
  const runUnder = (guard: Guard, script: string, ...args: string[]) => host.run(guard(sh(script, ...args)));
  const lockFile = () => join(directory, 'lock');
  const writeLock = (text: string) => {
    mkdirSync(join(directory, 'records'), { recursive: true });
    writeFileSync(lockFile(), text);
  };

  test('the shell is the one that is meant', async () => {
    const { stdout } = await host.run(sh('echo "${BASH_VERSION:-none}"'));
    expect(stdout.trim() === 'none' ? 'dash' : 'bash').toBe(which.shell);
  });

  test('tokens only grow: while it is held, after its release, for whoever takes it', async () => {
    expect(await lock.acquire(ask('a'))).toEqual({ token: 1, previous: null });
    const again = await lock.acquire(ask('a', { attempt: 2 }));
    expect(again).toMatchObject({ token: 2, previous: { owner: 'a', token: 1, attempt: 1 } });
    await lock.release(lock.guard({ owner: 'a', token: 2 }));
    expect(await lock.acquire(ask('b'))).toMatchObject({ token: 3, previous: { owner: '', token: 2 } });
  });

  test('what is written of the holder is what is read', async () => {
    await lock.acquire(ask("it's $HOME `id` \\n = 日本", { by: 'ana\ntoken=99\n', step: 'stop  \t faulty' }));
    expect((await lock.readState()).lock).toMatchObject({
      owner: "it's $HOME `id` \\n = 日本",
      token: 1,
      step: 'stop faulty',
      by: 'ana token=99 ',
      attempt: 1,
      lives: 'temporal',
      ...thisProcess(),
    });
  });

  test('a guarded command gets its arguments, its input, and gives its outputs and exit code', async () => {
    const guard = await hold('a');
    const argv = guard(sh('cat; printf "%s|" "$@"; echo oops >&2; exit 7', '', '$x', "it's", '-n'));
    expect(await host.run(argv, { stdin: 'in\n' })).toMatchObject({
      exitCode: 7,
      stdout: "in\n|$x|it's|-n|",
      stderr: 'oops\n',
    });
  });

  test("a guarded command makes files as its login does, whatever the lock's own are", async () => {
    const { stdout } = await host.run(sh('umask'));
    expect((await runUnder(await hold('a'), 'umask')).stdout).toBe(stdout);
    expect(statSync(lockFile()).mode & 0o777).toBe(0o640);
  });

  test('an earlier attempt of the same rollback is fenced: it can neither act, write, renew nor release', async () => {
    const earlier = await hold('a');
    await hold('a', { attempt: 2 });
    const trace = join(directory, 'trace');
    expect((await runUnder(earlier, 'echo acted >"$1"', trace)).exitCode).toBe(203);
    for (const act of [
      () => lock.writeRecord(earlier, { name: 'rollback', json: '{}' }),
      () => lock.renew(earlier, 60),
      () => lock.release(earlier),
    ]) {
      const failure = await failureOf(act());
      expect(failure.type).toBe('Fenced');
      expect(failure.parts.what).toMatch(/^A later attempt has taken over: a \(shift-traffic, attempt 2, /);
    }
    expect(existsSync(trace)).toBe(false);
    expect((await lock.readState()).lock).toMatchObject({ owner: 'a', token: 2 });
  });

  test('an attempt that slept until a later one came is refused, also after the release', async () => {
    await hold('a', { scheduledAt: 1_767_225_600_000 });
    const later = await hold('a', { scheduledAt: 1_767_225_700_000, attempt: 2 });
    const sleepy = () => lock.acquire(ask('a', { scheduledAt: 1_767_225_600_000 }));
    expect((await failureOf(sleepy())).type).toBe('Fenced');
    await lock.release(later);
    expect((await failureOf(sleepy())).parts.what).toBe(
      `The lock was released. The lock is ${lockFile()} on web-1.`,
    );
    expect((await lock.readState()).lock).toBeNull();
    await expect(lock.acquire(ask('a', { scheduledAt: 1_767_225_700_000 }))).resolves.toMatchObject({
      token: 3,
    });
  });

  test('an attempt that does not say when it was scheduled counts as the last one', async () => {
    await hold('a', { scheduledAt: 1_767_225_600_000 });
    await expect(lock.acquire(ask('a'))).resolves.toMatchObject({ token: 2 });
  });

  test('another rollback is refused by who holds it, until when and where, and changes nothing', async () => {
    await hold('rollback-a', { attempt: 3 });
    const before = readFileSync(lockFile(), 'utf8');
    const { lock: held } = await lock.readState();
    const asked: string[] = [];
    const failure = await failureOf(
      lock.acquire(ask('rollback-b', { isEnded: async (owner) => (asked.push(owner), false) })),
    );
    const time = (seconds = 0) => new Date(seconds * 1000).toISOString();
    const { host: machine, pid } = thisProcess();
    expect(failure.type).toBe('TargetLocked');
    expect(failure.parts).toEqual({
      what:
        `The target is locked by rollback-a (shift-traffic, attempt 3, asked for by ana, from ${machine} process ` +
        `${pid}) since ${time(held?.since)}, until ${time(held?.expires)}. The lock is ${lockFile()} on web-1.`,
      changed: 'This command changed nothing.',
      next: "Let it finish or end it. If you know that it is dead, start again with `--take-over rollback-a --take-over-note 'how you know'`.",
    });
    expect((held?.expires ?? 0) - (held?.since ?? 0)).toBe(300);
    expect(asked).toEqual(['rollback-a']);
    expect(readFileSync(lockFile(), 'utf8')).toBe(before);
  });

  test('an expired lock is free for others, and fences the one who let it expire', async () => {
    const late = await hold('a', { ttlSeconds: 0 });
    expect((await lock.readState()).lock).toBeNull();
    expect((await runUnder(late, 'echo still ours')).stdout).toBe('still ours\n');
    await expect(lock.acquire(ask('b'))).resolves.toMatchObject({ token: 2, previous: { owner: 'a' } });
    expect((await runUnder(late, 'echo acted')).exitCode).toBe(203);
  });

  test('renewing gives it its whole time again and changes nothing else', async () => {
    const guard = await hold('a', { ttlSeconds: 0 });
    const before = readFileSync(lockFile(), 'utf8');
    await lock.renew(guard, 600);
    const after = readFileSync(lockFile(), 'utf8');
    const without = (text: string) => text.replace(/^expires=\d+$/m, '');
    expect(without(after)).toBe(without(before));
    const { lock: held } = await lock.readState();
    expect((held?.expires ?? 0) - (held?.since ?? 0)).toBeGreaterThanOrEqual(600);
    expect((await failureOf(lock.acquire(ask('b')))).type).toBe('TargetLocked');
  });

  test('the lock of a rollback that is known to have ended is taken', async () => {
    await hold('a');
    const taken = await lock.acquire(ask('b', { isEnded: async (owner) => owner === 'a' }));
    expect(taken).toMatchObject({ token: 2, previous: { owner: 'a' } });
  });

  test('the lock of a break-glass run is taken when its process is dead, without asking, and not while it lives', async () => {
    const other = spawn('sleep', ['600']);
    const theirs = createTargetLock(host, directory, { ...thisProcess(), pid: other.pid ?? 0 });
    await theirs.acquire(ask('a', { lives: 'process' }));
    expect((await failureOf(lock.acquire(ask('b')))).type).toBe('TargetLocked');
    other.kill('SIGKILL');
    await once(other, 'exit');
    const isEnded = () => Promise.reject(new Error('Temporal is down'));
    await expect(lock.acquire(ask('b', { isEnded }))).resolves.toMatchObject({
      token: 2,
      previous: { owner: 'a' },
    });
  });

  test('of twenty rollbacks at once exactly one wins, and all others are told of it', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `rollback-${index}`);
    const ends = await Promise.allSettled(names.map((name) => lock.acquire(ask(name))));
    const winners = names.filter((_, index) => ends[index]?.status === 'fulfilled');
    expect(winners).toHaveLength(1);
    for (const end of ends) {
      if (end.status === 'fulfilled') expect(end.value).toEqual({ token: 1, previous: null });
      else {
        expect(end.reason).toMatchObject({ type: 'TargetLocked' });
        expect((end.reason as Error).message).toContain(`The target is locked by ${winners[0]} (`);
      }
    }
  });

  test('of twenty attempts of one rollback at once each gets its own token, and only the highest may act', async () => {
    const attempts = Array.from({ length: 20 }, (_, index) => index + 1);
    const tokens = await Promise.all(
      attempts.map(async (attempt) => (await lock.acquire(ask('a', { attempt }))).token),
    );
    expect([...tokens].sort((a, b) => a - b)).toEqual(attempts);
    const results = await Promise.all(
      tokens.map(async (token) => (await host.run(lock.guard({ owner: 'a', token })(['true']))).exitCode),
    );
    expect(tokens.filter((_, index) => results[index] === 0)).toEqual([20]);
  });

  test('guarded commands run one after the other', async () => {
    const guard = await hold('a');
    const log = join(directory, 'log');
    const numbers = ['1', '2', '3', '4', '5', '6'];
    await Promise.all(
      numbers.map((number) =>
        runUnder(guard, 'echo "begin $2" >>"$1"; sleep 0.05; echo "end $2" >>"$1"', log, number),
      ),
    );
    const lines = readFileSync(log, 'utf8').trim().split('\n');
    const order = lines.filter((line) => line.startsWith('begin')).map((line) => line.slice(6));
    expect([...order].sort()).toEqual(numbers);
    expect(lines).toEqual(order.flatMap((number) => [`begin ${number}`, `end ${number}`]));
  });

  test('a service that was started under the guard does not keep the lock', async () => {
    const guard = await hold('a');
    const { stdout } = await runUnder(guard, 'setsid sleep 600 </dev/null >/dev/null 2>&1 & echo $!');
    const pid = Number(stdout);
    try {
      await lock.release(guard);
      await expect(lock.acquire(ask('b'))).resolves.toMatchObject({ token: 2 });
      expect(isRunning(pid)).toBe(true);
    } finally {
      process.kill(pid, 'SIGKILL');
    }
  });

  test('a record comes with the lock, and a refused rollback writes none', async () => {
    await hold('a', { record: { name: 'rollback', json: '{"phase":"shifting"}\n' } });
    await failureOf(lock.acquire(ask('b', { record: { name: 'rollback', json: '{"phase":"theirs"}' } })));
    expect((await lock.readState()).records).toEqual({ rollback: '{"phase":"shifting"}' });
    expect(readdirSync(join(directory, 'records'))).toEqual(['rollback']);
  });

  test('records outlive the lock, for the next rollback', async () => {
    const guard = await hold('a');
    await lock.writeRecord(guard, { name: 'rollback', json: '{"phase":"ended"}' });
    await lock.release(guard);
    expect(await lock.readState()).toEqual({ lock: null, records: { rollback: '{"phase":"ended"}' } });
  });

  test('whoever reads while a record is replaced sees the old one or the new one', async () => {
    const guard = await hold('a');
    const record = (letter: string) => ({ name: 'rollback', json: JSON.stringify(letter.repeat(200_000)) });
    await lock.writeRecord(guard, record('a'));
    let writing = true;
    const writes = (async () => {
      for (const letter of 'bcdefgh') await lock.writeRecord(guard, record(letter));
      writing = false;
    })();
    while (writing) {
      const read = JSON.parse((await lock.readState()).records['rollback'] ?? '') as string;
      expect(new Set(read).size).toBe(1);
      expect(read).toHaveLength(200_000);
    }
    await writes;
  });

  test('reading where nothing is yet changes nothing', async () => {
    expect(await lock.readState()).toEqual({ lock: null, records: {} });
    expect(existsSync(join(directory, '..'))).toBe(false);
  });

  test.each([
    ['is empty', ''],
    ['is something else', '%PDF-1.7\n\0\0'],
    ['has no token', 'owner=a\nexpires=1767225600\n'],
    ['has a token that is no number', 'owner=a\ntoken=7x\nexpires=1767225600\nscheduled=0\n'],
    ['is cut off in the middle of a number', 'owner=a\ntoken=7\nexpires=17672'],
    ['would run a command if it were evaluated', 'owner=a\ntoken=$(touch /tmp/x)\nexpires=1\n'],
  ])('a lock that %s is no free lock, and is left as it is', async (_, text) => {
    writeLock(text);
    for (const look of [() => lock.acquire(ask('a')), () => lock.readState()]) {
      const { type, parts } = await failureOf(look());
      expect(type).toBe('AmbiguousState');
      expect(parts).toEqual({
        what: `What ${directory} on web-1 says of the lock can't be read: it is cut off, or no file of Backout's.`,
        changed: 'This command changed nothing.',
        next: `See what is in it. When you are sure that no rollback runs, remove ${lockFile()} and start again.`,
      });
    }
    expect(readFileSync(lockFile(), 'utf8')).toBe(text);
  });

  test('what an attempt that was killed left half written does no harm', async () => {
    await hold('a', { record: { name: 'rollback', json: '{"phase":"shifting"}' } });
    writeFileSync(join(directory, 'lock.new'), 'owner=b\ntok');
    writeFileSync(join(directory, 'records', 'rollback.new'), '{"pha');
    expect(await lock.readState()).toMatchObject({
      lock: { owner: 'a' },
      records: { rollback: '{"phase":"shifting"}' },
    });
    await expect(lock.acquire(ask('a', { attempt: 2 }))).resolves.toMatchObject({ token: 2 });
  });

  test('a state directory that is no directory is named, with what the system says', async () => {
    mkdirSync(join(directory, '..'), { recursive: true });
    writeFileSync(directory, 'a file');
    const { type, parts } = await failureOf(lock.acquire(ask('a')));
    expect(type).toBe('PermissionDenied');
    // The quotation marks depend on the locale.
    expect(parts.what.replace(/[‘’]/g, "'")).toBe(
      `The state directory ${directory} on web-1 can't be read or written. mkdir: cannot create directory '${directory}': Not a directory`,
    );
  });
});

describe('a host without flock', () => {
  const bin = join(folder, 'bin-without-flock');

  beforeAll(() => {
    mkdirSync(bin);
    for (const name of ['sh', 'cat', 'date', 'dirname', 'env', 'mkdir', 'mv', 'sed', 'tr', 'basename'])
      symlinkSync(['/bin', '/usr/bin'].map((at) => join(at, name)).find(existsSync) ?? '', join(bin, name));
  });

  test('is refused before anything is done there', async () => {
    const sshd = await startSshd({ path: bin });
    const host = createSshHost('web-1', sshd.settings);
    try {
      const directory = freshDirectory();
      const { type, parts } = await failureOf(createTargetLock(host, directory).acquire(ask('a')));
      expect(type).toBe('ProgramMissing');
      expect(parts.what).toBe('flock is not installed on web-1: without it two rollbacks could act at once.');
      expect(existsSync(join(directory, 'lock'))).toBe(false);
    } finally {
      await host.close();
      await sshd.stop();
    }
  });
});

describe('for a login that is not root', () => {
  const local = createLocalHost('web-1', { sudo: false });
  const host = unprivileged(local);

  beforeAll(() => chmodSync(folder, 0o755));

  test('a directory that may not be written is named, with what to do', async () => {
    const directory = freshDirectory();
    mkdirSync(join(directory, '..'), { mode: 0o555 });
    const { type, parts } = await failureOf(createTargetLock(host, directory).acquire(ask('a')));
    expect(type).toBe('PermissionDenied');
    expect(parts.what).toBe(
      `The state directory ${directory} on web-1 can't be read or written. mkdir: cannot create directory ‘${directory}’: Permission denied`,
    );
    expect(parts.next).toMatch(/^Create it for the user that Backout logs in as, /);
  });

  test("somebody else's lock that may not be read is a matter of permission, never a free lock", async () => {
    const directory = freshDirectory();
    await createTargetLock(local, directory).acquire(ask('a'));
    chmodSync(join(directory, 'lock'), 0);
    chmodSync(directory, 0);
    const lock = createTargetLock(host, directory);
    expect((await failureOf(lock.readState())).type).toBe('PermissionDenied');
    expect((await failureOf(lock.acquire(ask('b')))).type).toBe('PermissionDenied');
    chmodSync(directory, 0o755);
    expect((await failureOf(lock.readState())).type).toBe('PermissionDenied');
  });
});

describe('taking the lock, killed with SIGKILL', () => {
  const host = createLocalHost('web-1', { sudo: false });
  const scripts = createKilledScripts(['cat', 'date', 'flock', 'mkdir', 'mv']);
  afterAll(() => scripts.remove());

  test.each(['before', 'after'] as const)(
    '%s any program that it runs leaves a state that can be read, and that the next rollback can take',
    async (when) => {
      const directory = freshDirectory();
      const lock = createTargetLock(host, directory);
      const seen = new Set<string>();
      let highest = 0;
      for (let turn = 1; ; turn++) {
        const owner = `killed-${turn}`;
        const about = 'step=s\nby=b\nattempt=1\nhost=h\nmachine=\npid=1\nlives=temporal';
        const args = [directory, owner, '0', '300', 'rollback', about, `next-${turn - 1}`];
        const stdin = JSON.stringify({ owner, filler: 'x'.repeat(50_000) });
        const code = await scripts.run(ACQUIRE, args, { turn, when, stdin });

        const state = await lock.readState();
        const record = JSON.parse(state.records['rollback'] ?? '{}') as { owner?: string };
        seen.add(`lock ${state.lock?.owner === owner}, record ${record.owner === owner}`);
        const next = await lock.acquire(ask(`next-${turn}`, { isEnded: async () => true }));
        expect(next.token).toBeGreaterThan(highest);
        highest = next.token;
        if (code !== null) {
          expect(code).toBe(0);
          break;
        }
      }
      expect([...seen]).toEqual([
        'lock false, record false',
        'lock true, record false',
        'lock true, record true',
      ]);
    },
  );
});

describe('a command that outlives its SSH line', () => {
  test('goes on, and keeps everybody out until it has ended', async () => {
    const sshd = await startSshd();
    const host = createSshHost('web-1', sshd.settings);
    const lock = createTargetLock(host, freshDirectory());
    try {
      const { token } = await lock.acquire(ask('a'));
      const guard = lock.guard({ owner: 'a', token });
      const started = join(folder, 'started');
      const done = join(folder, 'done');
      const script = 'echo $$ >"$1.new"; mv "$1.new" "$1"; read -r line <"$3"; echo done >"$2"';
      const fifo = join(folder, 'fifo');
      await host.run(['mkfifo', fifo]);
      const cut = failureOf(host.run(guard(sh(script, started, done, fifo)), { timeoutMs: 60_000 }));
      await until('the command has begun', () => existsSync(started));
      await sshd.cutConnections();
      expect((await cut).type).toBe('HostUnreachable');
      const runner = Number(readFileSync(started, 'utf8'));
      expect(isRunning(runner)).toBe(true);

      const kept = await failureOf(lock.acquire(ask('a', { attempt: 2 })));
      expect(kept.type).toBe('StillRunning');
      const named = /^An earlier command \(process (\d+)\) is still at work on web-1\. /.exec(
        kept.parts.what,
      );
      const guardian = Number(named?.[1]);
      expect(readFileSync(`/proc/${runner}/stat`, 'utf8').split(' ')[3]).toBe(String(guardian));
      expect((await lock.readState()).lock).toMatchObject({ owner: 'a', attempt: 1 });

      const next = lock.acquire(ask('a', { attempt: 2 }));
      writeFileSync(fifo, 'go\n');
      expect(await next).toMatchObject({ token: 2 });
      expect(readFileSync(done, 'utf8')).toBe('done\n');
    } finally {
      await host.close();
      await sshd.stop();
    }
  });
});
