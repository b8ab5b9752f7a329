import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createLocalHost } from '../../../activities/commands/local.ts';
import type { Host } from '../../../activities/commands/host.ts';
import { createProcess } from '../../../activities/process/driver.ts';

const PID_FILE = { pidFile: '/run/green.pid', stopTimeoutSeconds: 30 };

const host = { name: 'web-1' } as Host;
const describeIt = (settings: Parameters<typeof createProcess>[1]) =>
  createProcess(host, settings, '/var/lib/backout/listings.production').describe();

test('a unit is stopped and started by systemctl, in commands that can be pasted', () => {
  expect(describeIt({ systemd: 'listings-green.service', user: false, stopTimeoutSeconds: 20 })).toEqual({
    stop: [
      'systemctl stop -- listings-green.service',
      'after 20 s: systemctl kill --signal SIGKILL -- listings-green.service',
    ],
    start: ['systemctl start -- listings-green.service'],
  });
});

test('a process with a pid file is told by it', () => {
  expect(
    describeIt({
      pidFile: '/run/green.pid',
      start: ['/srv/green/start', '--port', '8081'],
      stopTimeoutSeconds: 30,
    }),
  ).toEqual({
    stop: ['SIGTERM to the process of pid file /run/green.pid, SIGKILL after 30 s'],
    start: ['/srv/green/start --port 8081'],
  });
});

test('a process that Backout can not start has no command for it', () => {
  expect(describeIt({ match: 'node /srv/green', stopTimeoutSeconds: 30 })).toEqual({
    stop: ['SIGTERM to the process of command line matching node /srv/green, SIGKILL after 30 s'],
    start: [],
  });
});

test('the age of a process is told by its host, and none where none runs', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'age-'));
  const pidFile = join(folder, 'green.pid');
  const process = createProcess(createLocalHost('web-1', { sudo: false }), { ...PID_FILE, pidFile }, folder);
  expect(await process.age()).toBeNull();
  const before = Date.now();
  const child = spawn('sleep', ['60']);
  try {
    writeFileSync(pidFile, `${child.pid ?? 0}\n`);
    await pause(300);
    const age = await process.age();
    // The kernel counts hundredths of a second.
    expect(age).toBeGreaterThanOrEqual(280);
    expect(age).toBeLessThanOrEqual(Date.now() - before + 20);
  } finally {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  }
});
