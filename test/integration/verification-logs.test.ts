/** Counting error lines since a mark, with the real shell, stat, find, tail and grep on real files. */
import { execFile } from 'node:child_process';
import {
  appendFile,
  chmod,
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Host } from '../../activities/commands/host.ts';
import { createHosts, type Hosts } from '../../activities/commands/hosts.ts';
import { createLocalHost } from '../../activities/commands/local.ts';
import { checkLogErrors, countErrorsSince, markLogs } from '../../activities/verification/log-errors.ts';
import { countJournalCommand } from '../../activities/verification/log-scripts.ts';
import { BackoutFailure } from '../../src/domain/failure.ts';
import type { LogMark } from '../../src/domain/verification.ts';
import { type Sshd, startSshd } from '../support/sshd.ts';
import { until } from '../support/until.ts';

const { signal } = new AbortController();
const local = createLocalHost('local', { sudo: false });
let sshd: Sshd;
let hosts: Hosts;

beforeAll(async () => {
  sshd = await startSshd();
  hosts = createHosts({ 'web-1': sshd.settings });
});
afterAll(async () => {
  await hosts.close();
  await sshd.stop();
});

let directory: string;
let log: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'backout-logs-'));
  // A name that a shell would split, and that looks like an option of find.
  log = join(directory, "-name it's $HOME.log");
  await writeFile(log, 'ERROR long ago\nINFO started\n');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

describe.each([
  ['on this machine', 'local'],
  ['over SSH', 'web-1'],
])('%s', (_, name) => {
  let host: Host;
  beforeEach(() => {
    host = hosts.get(name);
  });

  const count = async (marks: LogMark[], pattern = 'ERROR|FATAL') => {
    const counts = await countErrorsSince(host, marks, { pattern, signal });
    return typeof counts === 'string' ? counts : counts.map(({ state, lines }) => [state, lines]);
  };

  test('lines before the mark do not count, matching lines after it do', async () => {
    const marks = await markLogs(host, [log]);
    expect(await count(marks)).toEqual([['same', 0]]);
    await appendFile(log, 'ERROR one\nINFO fine\nFATAL two\n');
    expect(await count(marks)).toEqual([['same', 2]]);
  });

  test('a line is counted once, however often it matches, and also without a line end', async () => {
    const marks = await markLogs(host, [log]);
    await appendFile(log, 'ERROR ERROR FATAL\nERROR at the end');
    expect(await count(marks)).toEqual([['same', 2]]);
  });

  test('bytes that are no text are counted as well', async () => {
    const marks = await markLogs(host, [log]);
    await appendFile(log, Buffer.from([0x00, 0xff, 0xfe, 0x0a, ...Buffer.from('ERROR \0 x\n')]));
    expect(await count(marks)).toEqual([['same', 1]]);
  });

  test('a file that appears after the switch is counted from its start', async () => {
    const later = join(directory, 'later.log');
    const marks = await markLogs(host, [log, later]);
    expect(await count(marks)).toEqual([['same', 0], ['missing', 0]]); // prettier-ignore
    await writeFile(later, 'ERROR one\n');
    expect(await count(marks)).toEqual([['same', 0], ['new', 1]]); // prettier-ignore
  });

  test('a rotated file is followed to its new name', async () => {
    const marks = await markLogs(host, [log]);
    await appendFile(log, 'ERROR before the rotation\n');
    await rename(log, `${log}.1`);
    await writeFile(log, 'ERROR after it\nFATAL after it\n');
    expect(await count(marks)).toEqual([['rotated', 3]]);
  });

  test('where the rotated file is gone, the new one is counted and that is said', async () => {
    const marks = await markLogs(host, [log]);
    // It lives on elsewhere, so that the new file can't get its inode.
    await mkdir(join(directory, 'archive'));
    await rename(log, join(directory, 'archive', 'old.log'));
    await writeFile(log, 'ERROR after it\n');
    expect(await count(marks)).toEqual([['lost', 1]]);
  });

  test('an emptied file is counted from its start', async () => {
    const marks = await markLogs(host, [log]);
    await truncate(log);
    await appendFile(log, 'ERROR new\n');
    expect(await count(marks)).toEqual([['truncated', 1]]);
  });

  test('a link is followed, and to another file when it is turned', async () => {
    const current = join(directory, 'current.log');
    await symlink(log, current);
    const marks = await markLogs(host, [current]);
    await appendFile(log, 'ERROR in the first\n');
    expect(await count(marks)).toEqual([['same', 1]]);
    await rm(current);
    await writeFile(join(directory, 'next.log'), 'ERROR in the next\n');
    await symlink(join(directory, 'next.log'), current);
    expect(await count(marks)).toEqual([['rotated', 2]]);
  });

  test('what is no file cannot be read', async () => {
    const marks = await markLogs(host, [directory]);
    expect(await count(marks)).toEqual([['unreadable', 0]]);
  });

  test('a pattern is data, also when it looks like an option or a command', async () => {
    const marks = await markLogs(host, [log]);
    await appendFile(log, '-v\n$(reboot)\n');
    expect(await count(marks, '-v')).toEqual([['same', 1]]);
    expect(await count(marks, '[$][(]reboot')).toEqual([['same', 1]]);
  });

  test('a pattern that grep refuses is said in its words', async () => {
    const marks = await markLogs(host, [log]);
    expect(await count(marks, '(ERROR')).toMatch(
      /^grep -E on .+ refuses the pattern \(ERROR: grep: .*[Uu]nmatched \(/,
    );
  });

  test('a login shell that greets makes the count unknown, not zero', async () => {
    const marks = await markLogs(host, [log]);
    const greeting: Host = { ...host, run: () => local.run(['printf', 'Welcome!\\nsame 0\\n']) };
    expect(await countErrorsSince(greeting, marks, { pattern: 'E', signal })).toBe(
      '1 lines expected, but 2 printed: Welcome!\nsame 0\n',
    );
  });

  test('without files nothing is run', async () => {
    const noHost = { ...host, run: () => Promise.reject(new Error('was run')) };
    expect(await markLogs(noHost, [])).toEqual([]);
    expect(await countErrorsSince(noHost, [], { pattern: 'E', signal })).toEqual([]);
  });

  test('a gigabyte that was there before the mark is not read', async () => {
    await truncate(log, 1_000_000_000);
    const marks = await markLogs(host, [log]);
    await appendFile(log, 'ERROR one\n');
    expect(marks[0]?.size).toBe(1_000_000_000);
    expect(await count(marks)).toEqual([['same', 1]]);
  });
});

describe('taking marks never keeps traffic from moving', () => {
  const failing = (run: Host['run']): Host => ({ ...local, run });

  test('a host that fails leaves no marks, and the check says so later', async () => {
    expect(
      await markLogs(
        failing(() => Promise.reject(new Error('no route'))),
        [log],
      ),
    ).toEqual([]);
    expect(
      await markLogs(
        failing(() => local.run(['sh', '-c', 'exit 1'])),
        [log],
      ),
    ).toEqual([]);
    expect(
      await markLogs(
        failing(() => local.run(['echo', 'Welcome!'])),
        [log],
      ),
    ).toEqual([]);
  });

  test('a disk that hangs costs two seconds at most', async () => {
    const hanging = failing((_, options) => local.run(['sleep', '600'], options));
    expect(await markLogs(hanging, [log])).toEqual([]);
  });

  test('a line that is cut while they are taken is made anew, and they are taken', async () => {
    const host = hosts.get('web-1');
    await host.warm();
    const begun = join(directory, 'begun');
    let runs = 0;
    const cutOnce: Host = {
      ...host,
      run: async (argv, options) => {
        if (++runs > 1) return await host.run(argv, options);
        const running = host.run(
          ['sh', '-c', 'touch "$1"; while [ -e "$1" ]; do sleep 0.05; done', 'test', begun],
          options,
        );
        await Promise.race([running, until('it runs there', () => existsSync(begun))]);
        await sshd.cutConnections();
        return await running;
      },
    };
    expect(await markLogs(cutOnce, [log])).toEqual([expect.objectContaining({ file: log })]);
    expect(runs).toBe(2);
  });

  test('a host that stays out of reach is asked twice, and leaves no marks', async () => {
    const parts = { what: 'The line is cut.', changed: 'Nothing was changed.', next: 'Wait.' };
    let runs = 0;
    const away = failing(() => {
      runs++;
      return Promise.reject(new BackoutFailure('HostUnreachable', parts));
    });
    expect(await markLogs(away, [log])).toEqual([]);
    expect(runs).toBe(2);
  });

  test('a cancellation is not swallowed', async () => {
    const controller = new AbortController();
    const marking = markLogs(
      failing((_, options) => local.run(['sleep', '600'], options)),
      [log],
      controller.signal,
    );
    controller.abort(new Error('cancelled by alice'));
    await expect(marking).rejects.toThrow('cancelled by alice');
  });
});

describe('journal units', () => {
  /** A journalctl that knows the unit `blue`, shows what it was called with, and honours nothing else. */
  const STUB = `#!/bin/sh
echo "$*" >>"$0.calls"
case "$*" in
  *--unit=blue*-n\\ 1*) echo 'Started blue.' ;;
  *--unit=blue*--since*) printf 'ERROR one\\nINFO two\\nFATAL three\\n' ;;
esac
`;

  /** This machine, with the stub before the real journalctl on the PATH. */
  const withStub = async (): Promise<Host> => {
    const stub = join(directory, 'journalctl');
    await writeFile(stub, STUB);
    await chmod(stub, 0o755);
    const run: Host['run'] = (argv, options) =>
      local.run(['env', `PATH=${directory}:${process.env['PATH'] ?? ''}`, ...argv], options);
    return { ...local, run };
  };
  const check = (host: Host, units: string[], max = 2) =>
    checkLogErrors({
      settings: { pattern: 'ERROR|FATAL', max },
      host,
      files: [],
      marks: undefined,
      units,
      switchedAt: Date.now() - 41_000,
      signal,
    });

  test('matching lines of the unit since the switch are counted', async () => {
    const host = await withStub();
    expect(await check(host, ['blue'])).toMatchObject({ passed: true });
    const calls = await readFile(join(directory, 'journalctl.calls'), 'utf8');
    expect(calls).toMatch(/^-q --unit=blue -n 1 -o cat\n-q --unit=blue --since=-\d\ds -o cat\n$/);
    expect((await check(host, ['blue'], 1)).detail).toMatch(
      /^2 lines matching ERROR\|FATAL in the \d+\.\d s since the switch \(blue: 2\), 1 allowed\.$/,
    );
  });

  test('a unit without any entry is no data: it may be one that we may not read', async () => {
    expect(await check(await withStub(), ['blue', 'green'])).toEqual({
      name: 'log errors',
      passed: false,
      detail: 'No data: the journal has no entry of green, or may not be read (group systemd-journal).',
    });
  });

  test('a host without journalctl is no data', async () => {
    const run: Host['run'] = (argv, options) =>
      local.run(['env', `PATH=${directory}`, '/bin/sh', ...argv.slice(1)], options);
    for (const program of ['grep', 'cat']) await symlink(`/bin/${program}`, join(directory, program));
    expect(await check({ ...local, run }, ['blue'])).toEqual({
      name: 'log errors',
      passed: false,
      detail: 'No data: local has no journalctl.',
    });
  });

  test('the real journalctl understands how it is called', async () => {
    const [program = '', ...args] = countJournalCommand('ERROR', { units: ['no-such-unit'], secondsAgo: 42 });
    const { exitCode, stdout } = await local.run([program, ...args]);
    expect([exitCode, stdout]).toEqual([0, 'empty 0\n']);
    const asked = await new Promise<string>((resolve) => {
      execFile('journalctl', ['--unit=no-such-unit', '--since=-42s', '-o', 'cat'], (_, out, err) =>
        resolve(out + err),
      );
    });
    expect(asked).not.toMatch(/Failed to parse/);
  });
});
