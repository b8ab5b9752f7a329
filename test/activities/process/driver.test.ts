import { expect, test } from 'vitest';
import type { Host } from '../../../activities/commands/host.ts';
import { createProcess } from '../../../activities/process/driver.ts';

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
