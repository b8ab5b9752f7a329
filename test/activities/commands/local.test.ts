import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, expect, test, vi } from 'vitest';
import { createLocalHost } from '../../../activities/commands/local.ts';
import { isRunning } from '../../support/processes.ts';

const folder = mkdtempSync(join(tmpdir(), 'local-host-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const host = createLocalHost('local', { sudo: false });
const sh = (script: string, ...args: string[]) => ['sh', '-c', script, 'test', ...args];
const alive = (pidFile: string) => isRunning(Number(readFileSync(pidFile, 'utf8')));

test('arguments arrive as they are: no shell looks at them', async () => {
  const args = ['', '-n', '$HOME', "it's", 'two\nlines', '*', '日本'];
  const { stdout } = await host.run(sh('printf "%s\\n|" "$@"', ...args));
  expect(stdout).toBe(args.map((arg) => `${arg}\n|`).join(''));
});

test('standard input, both outputs and the exit code come through', async () => {
  const result = await host.run(sh('cat; echo oops >&2; exit 7'), { stdin: 'in: ünï\n' });
  expect(result).toMatchObject({ exitCode: 7, stdout: 'in: ünï\n', stderr: 'oops\n' });
});

test('a command that reads standard input sees its end, when there is none', async () => {
  expect((await host.run(['cat'])).stdout).toBe('');
});

test("the worker's secrets are not in the command's environment", async () => {
  vi.stubEnv('SLACK_WEBHOOK', 'https://hooks.slack.example/secret');
  const { stdout } = await host.run(['env']);
  vi.unstubAllEnvs();
  expect(stdout).toContain(`PATH=${process.env['PATH']}`);
  expect(stdout).toContain('LC_ALL=C.UTF-8');
  expect(stdout).not.toContain('SLACK');
});

test('a program that is not there is named', async () => {
  await expect(host.run(['no-such-program', 'x'])).rejects.toMatchObject({
    type: 'ProgramMissing',
    message:
      'no-such-program is not installed, or not on the PATH of the worker. ' +
      'This command changed nothing. Install it, or correct the configuration.',
  });
});

test('a file that may not be executed is a matter of permissions', async () => {
  const path = join(folder, 'not-executable');
  writeFileSync(path, '#!/bin/sh\n', { mode: 0o644 });
  await expect(host.run([path])).rejects.toMatchObject({ type: 'PermissionDenied' });
});

test('out of time, a command is killed with everything it started', async () => {
  const pidFile = join(folder, 'child.pid');
  const slow = host.run(sh('sleep 60 & echo $! >"$1"; wait', pidFile), { timeoutMs: 300 });
  await expect(slow).rejects.toMatchObject({ type: 'CommandTimedOut' });
  await expect.poll(() => alive(pidFile)).toBe(false);
});

test('aborting kills it, and the reason is thrown', async () => {
  const pidFile = join(folder, 'aborted.pid');
  const controller = new AbortController();
  const running = host.run(sh('echo $$ >"$1"; exec sleep 60', pidFile), { signal: controller.signal });
  await expect.poll(() => existsSync(pidFile) && readFileSync(pidFile, 'utf8') !== '').toBe(true);
  controller.abort(new Error('cancelled by Ann'));
  await expect(running).rejects.toThrow('cancelled by Ann');
  await expect.poll(() => alive(pidFile)).toBe(false);
});

test('what is aborted before is not begun', async () => {
  const mark = join(folder, 'begun');
  await expect(
    host.run(['touch', mark], { signal: AbortSignal.abort(new Error('too late')) }),
  ).rejects.toThrow('too late');
  await wait(50);
  expect(existsSync(mark)).toBe(false);
});

test('output beyond the limit is thrown away, and the command is not disturbed', async () => {
  const mark = join(folder, 'went-on');
  const script = sh(
    'head -c 300000 /dev/zero | tr "\\0" x; head -c 200000 /dev/zero | tr "\\0" y >&2; touch "$1"',
    mark,
  );
  const result = await host.run(script, { maxOutputBytes: 1000 });
  expect(result).toMatchObject({ exitCode: 0, stdout: 'x'.repeat(1000), truncated: true });
  expect(result.stderr).toBe('y'.repeat(65_536));
  expect(existsSync(mark)).toBe(true);
});

test('output within the limit is not called truncated', async () => {
  expect(await host.run(['echo', 'abc'], { maxOutputBytes: 4 })).not.toHaveProperty('truncated');
});

test('big output goes straight into a file that others may not read', async () => {
  const path = join(folder, 'big');
  const result = await host.run(sh('head -c 5000000 /dev/zero'), { outputFile: path });
  expect(result).toMatchObject({ exitCode: 0, stdout: '', bytes: 5_000_000 });
  expect(statSync(path).size).toBe(5_000_000);
  expect(statSync(path).mode & 0o007).toBe(0);
});

test('a file that can not be written is told, and the command does not go on for nothing', async () => {
  const running = host.run(['yes'], { outputFile: join(folder, 'no', 'such', 'folder') });
  await expect(running).rejects.toMatchObject({ type: 'EvidenceNotWritten' });
});

test('docker and kubectl find what the worker would find', async () => {
  vi.stubEnv('DOCKER_HOST', 'unix:///run/user/1000/docker.sock');
  vi.stubEnv('KUBECONFIG', '/etc/k.yaml');
  try {
    const { stdout } = await host.run(['sh', '-c', 'echo "$DOCKER_HOST $KUBECONFIG"']);
    expect(stdout).toBe('unix:///run/user/1000/docker.sock /etc/k.yaml\n');
  } finally {
    vi.unstubAllEnvs();
  }
});

test('with sudo, the command runs through it; a refusal is told from the command failing', async () => {
  const sudo = join(folder, 'sudo');
  writeFileSync(
    sudo,
    '#!/bin/sh\nif [ "$3" = allowed ]; then shift 2; echo "as root: $*"; else echo "sudo: a password is required" >&2; exit 1; fi\n',
    { mode: 0o755 },
  );
  vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`);
  try {
    const root = createLocalHost('web-1', { sudo: true });
    expect((await root.run(['allowed', 'x y'])).stdout).toBe('as root: allowed x y\n');
    expect((await root.run(['echo', 'plain'], { sudo: false })).stdout).toBe('plain\n');
    await expect(root.run(['nginx', '-t'])).rejects.toMatchObject({
      type: 'PermissionDenied',
      parts: { what: 'sudo on web-1 refused nginx: sudo: a password is required' },
    });
  } finally {
    vi.unstubAllEnvs();
  }
});
