import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import type { Host, RunOptions } from '../../../activities/commands/host.ts';
import { createLocalHost } from '../../../activities/commands/local.ts';
import { together } from '../../../activities/commands/together.ts';
import { BackoutFailure } from '../../../src/domain/failure.ts';

const sh = (script: string, ...args: string[]) => ['sh', '-c', script, 'test', ...args];

/** A local host that notes how many commands it was given. */
function counting(refuse?: (argv: readonly string[]) => void): { host: Host; given: string[][] } {
  const local = createLocalHost('local', { sudo: false });
  const given: string[][] = [];
  const run = async (argv: readonly string[], options?: RunOptions) => {
    given.push([...argv]);
    refuse?.(argv);
    return await local.run(argv, options);
  };
  return { host: { ...local, run }, given };
}

const leftovers = () =>
  ['/dev/shm', tmpdir()].flatMap((folder) =>
    existsSync(folder) ? readdirSync(folder).filter((name) => /^backout\.\w{6}$/.test(name)) : [],
  );

test('commands asked for in one go are one command, each with its own outputs, exit code and arguments', async () => {
  const { host, given } = counting();
  const reading = together(host);
  const args = ['', '-n', '$HOME', "it's", 'two\nlines\n', '*', '日本'];
  const results = await Promise.all([
    reading.run(sh('printf "%s|" "$@"', ...args)),
    reading.run(sh('echo out; echo error >&2; exit 7')),
    reading.run(['true']),
    reading.run(sh('printf "no line end"; printf "none here" >&2; exit 255')),
  ]);
  expect(results).toMatchObject([
    { exitCode: 0, stdout: args.map((arg) => `${arg}|`).join(''), stderr: '' },
    { exitCode: 7, stdout: 'out\n', stderr: 'error\n' },
    { exitCode: 0, stdout: '', stderr: '' },
    { exitCode: 255, stdout: 'no line end', stderr: 'none here' },
  ]);
  expect(given).toHaveLength(1);
});

test('they run side by side: each waits for the other', async () => {
  const reading = together(counting().host);
  const fifo = `${tmpdir()}/together-${process.pid}`;
  const [, read] = await Promise.all([
    reading.run(sh('mkfifo "$1.new" && mv "$1.new" "$1" && echo hello >"$1"; rm -f "$1"', fifo)),
    reading.run(sh('until [ -p "$1" ]; do :; done; cat "$1"', fifo)),
  ]);
  expect(read.stdout).toBe('hello\n');
});

test('nothing is left of them', async () => {
  const before = leftovers();
  const reading = together(counting().host);
  await Promise.all([reading.run(['true']), reading.run(['false'])]);
  expect(leftovers()).toEqual(before);
});

test('a command that nobody else wants at that moment is run as it is', async () => {
  const { host, given } = counting();
  await together(host).run(['echo', 'alone']);
  expect(given).toEqual([['echo', 'alone']]);
});

test('what has standard input, must be quick, or has other rights goes by itself', async () => {
  const { host, given } = counting();
  const reading = together(host);
  const [cat] = await Promise.all([
    reading.run(['cat'], { stdin: 'secret pattern' }),
    reading.run(['echo', 'quick'], { timeoutMs: 2000 }),
    reading.run(['echo', 'mine'], { sudo: false }),
    reading.run(['echo', 'default']),
  ]);
  expect(cat.stdout).toBe('secret pattern');
  expect(given).toEqual([['cat'], ['echo', 'quick'], ['echo', 'mine'], ['echo', 'default']]);
});

test('a program that is not there fails alone and is named', async () => {
  const reading = together(counting().host);
  const [missing, present] = await Promise.allSettled([
    reading.run(['no-such-program', 'x']),
    reading.run(['echo', 'here']),
  ]);
  expect(missing).toMatchObject({
    status: 'rejected',
    reason: {
      type: 'ProgramMissing',
      message:
        'There is no program no-such-program on local, or it is not on the PATH of our login there. ' +
        'This command changed nothing: it was not run. Install it, or correct the configuration.',
    },
  });
  expect(present).toMatchObject({ status: 'fulfilled', value: { stdout: 'here\n' } });
});

test('where the host can not run them together, each is run by itself', async () => {
  const { host, given } = counting((argv) => {
    if (argv.includes('backout')) {
      const parts = { what: 'sh was refused.', changed: 'Nothing.', next: 'Allow it.' };
      throw new BackoutFailure('PermissionDenied', parts);
    }
  });
  const reading = together(host);
  const results = await Promise.all([reading.run(['echo', '1']), reading.run(['echo', '2'])]);
  expect(results.map(({ stdout }) => stdout)).toEqual(['1\n', '2\n']);
  expect(given.slice(1)).toEqual([
    ['echo', '1'],
    ['echo', '2'],
  ]);
});

test('an output beyond its limit is cut as if the command had been alone', async () => {
  const reading = together(counting().host);
  const [long, short] = await Promise.all([
    reading.run(['printf', '%0100d', '0'], { maxOutputBytes: 10 }),
    reading.run(['echo', 'short']),
  ]);
  expect(long).toMatchObject({ stdout: '0000000000', truncated: true });
  expect(short.stdout).toBe('short\n');
});

test('when the host is out of reach, all hear it and nothing is tried again', async () => {
  const parts = { what: 'It is down.', changed: 'Nothing.', next: 'Look.' };
  const { host, given } = counting(() => {
    throw new BackoutFailure('HostUnreachable', parts);
  });
  const reading = together(host);
  const results = await Promise.allSettled([reading.run(['echo', '1']), reading.run(['echo', '2'])]);
  expect(results).toMatchObject([
    { status: 'rejected', reason: { type: 'HostUnreachable' } },
    { status: 'rejected', reason: { type: 'HostUnreachable' } },
  ]);
  expect(given).toHaveLength(1);
});
