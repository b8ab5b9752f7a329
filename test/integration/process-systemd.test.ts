/** Units under systemd, by a stand-in for systemctl that steers real processes: test machines rarely run systemd. */
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Host } from '../../activities/commands/host.ts';
import { createLocalHost } from '../../activities/commands/local.ts';
import { createTargetLock } from '../../activities/lock/lock.ts';
import type { Guard } from '../../activities/lock/lock.ts';
import { createProcess } from '../../activities/process/driver.ts';
import { startService } from '../../scripts/demo/service.ts';
import type { RunningService, ServiceOptions } from '../../scripts/demo/service.ts';
import { BackoutFailure } from '../../src/domain/failure.ts';
import { isRunning } from '../support/processes.ts';
import { createSystemctl } from '../support/systemctl.ts';
import type { Unit } from '../support/systemctl.ts';
import { isRoot, unprivileged } from '../support/unprivileged.ts';

const UNIT = 'listings-green.service';
const host = createLocalHost('web-1', { sudo: false });
const systemctl = createSystemctl();
const path = process.env['PATH'] ?? '';
const services: RunningService[] = [];
let folder: string;
let guard: Guard;

beforeAll(() => void (process.env['PATH'] = `${systemctl.bin}:${path}`));
afterAll(() => {
  process.env['PATH'] = path;
  systemctl.remove();
});
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'systemd-test-'));
  const lock = createTargetLock(host, join(folder, 'state'));
  const { token } = await lock.acquire({
    owner: 'rollback-a',
    step: 'stop-faulty',
    by: 'ana',
    attempt: 1,
    lives: 'temporal',
    ttlSeconds: 300,
    isEnded: async () => false,
  });
  guard = lock.guard({ owner: 'rollback-a', token });
});
afterEach(async () => {
  await Promise.all(services.splice(0).map((service) => service.kill()));
  rmSync(folder, { recursive: true, force: true });
});

const green = (stopTimeoutSeconds = 30, systemd = UNIT) =>
  createProcess(host, { systemd, user: false, stopTimeoutSeconds }, join(folder, 'state'));
const unit = (state: Partial<Unit> = {}) => systemctl.set({ name: UNIT, ...state });

async function running(options: Partial<ServiceOptions> = {}): Promise<RunningService> {
  const service = await startService({ colour: 'green', directory: folder, ...options });
  services.push(service);
  unit({ mainPid: service.pid });
  return service;
}

async function failureOf(promise: Promise<unknown>): Promise<BackoutFailure> {
  const error = await promise.then(
    (value) => new Error(`it did not fail: ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  if (error instanceof BackoutFailure) return error;
  throw error;
}

test('an active unit is stopped by one stop job, and is then stopped already', async () => {
  const service = await running();
  expect(await green().inspect()).toEqual({
    state: 'running',
    pids: [service.pid],
    detail: `${UNIT}: active (running)`,
  });
  expect(await green().stop(guard)).toEqual({ outcome: 'stopped', pids: [service.pid] });
  expect(await green().stop(guard)).toEqual({ outcome: 'already-stopped', pids: [] });
  expect(await service.sigterms()).toBe(1);
  expect(systemctl.calls()).toEqual([`stop -- ${UNIT}`]);
});

test('a unit that ignores SIGTERM gets one, then SIGKILL, and its end is awaited', async () => {
  const service = await running({ ignoreSigterm: true });
  expect(await green(1).stop(guard)).toEqual({ outcome: 'killed', pids: [service.pid] });
  expect(isRunning(service.pid)).toBe(false);
  expect(await service.sigterms()).toBe(1);
  expect(systemctl.calls()).toEqual([
    `stop -- ${UNIT}`,
    `kill --signal SIGKILL -- ${UNIT}`,
    `stop -- ${UNIT}`,
  ]);
});

test('two stops at once are one stop job', async () => {
  const service = await running();
  const outcomes = await Promise.all([green().stop(guard), green().stop(guard)]);
  expect(outcomes.map(({ outcome }) => outcome)).toContain('stopped');
  expect(await service.sigterms()).toBe(1);
});

test('a stop that systemd refuses is told in its words, and nothing is killed', async () => {
  const service = await running();
  const said = `Failed to stop ${UNIT}: Interactive authentication required.`;
  unit({ mainPid: service.pid, stopRefused: said });
  const { type, parts } = await failureOf(green().stop(guard));
  expect(type).toBe('StillRunning');
  expect(parts.what).toBe(`The process on web-1 still runs: ${UNIT}: active (running). ${said}`);
  expect(systemctl.calls()).toEqual([`stop -- ${UNIT}`]);
  expect(isRunning(service.pid)).toBe(true);
});

test('a unit that systemd does not know is not called stopped', async () => {
  await running();
  const misspelt = green(30, 'listing-green.service');
  expect(await misspelt.inspect()).toMatchObject({
    state: 'stopped',
    detail: 'listing-green.service: not-found, inactive (dead)',
  });
  const { type, parts } = await failureOf(misspelt.stop(guard));
  expect(type).toBe('InvalidConfiguration');
  expect(parts).toEqual({
    what: 'systemd on web-1 knows no unit listing-green.service: whether the release still runs is not known.',
    changed: 'No process was touched, and this step did not change traffic.',
    next: 'Correct the name of the unit. Then stop the release by hand, if it runs, and decide `skip`.',
  });
  expect(await misspelt.whyNotStartable()).toBe('systemd says that listing-green.service is not-found');
});

test('the unit of the release that serves is never stopped, whatever the configuration says', async () => {
  const service = await running();
  const { type, parts } = await failureOf(green().stop(guard, [service.pid]));
  expect(type).toBe('InvalidConfiguration');
  expect(parts.what).toBe(
    `Process ${service.pid} on web-1 is found by unit ${UNIT}, but it is also a process of the release that stays.`,
  );
  expect(systemctl.calls()).toEqual([]);
});

test.each([
  ['inactive', 'dead'],
  ['failed', 'failed'],
])('a unit that is %s is stopped already and can be started', async (active, sub) => {
  unit({ active, sub });
  expect(await green().stop(guard)).toEqual({ outcome: 'already-stopped', pids: [] });
  expect(await green().whyNotStartable()).toBeNull();
  expect(await green().start(guard)).toBe('started');
  expect(await green().start(guard)).toBe('already-running');
  expect(systemctl.calls()).toEqual([`start -- ${UNIT}`]);
});

test('a unit that is masked or fails to start is told in the words of systemd', async () => {
  unit({ active: 'inactive', sub: 'dead', load: 'masked' });
  expect(await green().whyNotStartable()).toBe(`systemd says that ${UNIT} is masked`);
  const masked = await failureOf(green().start(guard));
  expect(masked.type).toBe('DidNotStart');
  expect(masked.parts.what).toBe(
    `The process could not be started on web-1: Failed to start ${UNIT}: Unit ${UNIT} is masked.`,
  );
  const said = `Job for ${UNIT} failed because the control process exited with error code.`;
  unit({ active: 'inactive', sub: 'dead', startFails: said });
  expect((await failureOf(green().start(guard))).parts.what).toBe(
    `The process could not be started on web-1: ${said}`,
  );
  expect(await green().inspect()).toMatchObject({ state: 'failed', detail: `${UNIT}: failed (failed)` });
});

test('an earlier attempt may no longer stop anything', async () => {
  const service = await running();
  const late = createTargetLock(host, join(folder, 'state')).guard({ owner: 'rollback-a', token: 0 });
  expect((await failureOf(green().stop(late))).type).toBe('Fenced');
  expect(systemctl.calls()).toEqual([]);
  expect(await service.sigterms()).toBe(0);
});

test('root may stop a unit; others may where polkit says so, and never without it', async () => {
  chmodSync(systemctl.bin, 0o755);
  const asked = `systemctl stop -- ${UNIT}`;
  const process = (on: Host, user = false) =>
    createProcess(on, { systemd: UNIT, user, stopTimeoutSeconds: 30 }, join(folder, 'state'));
  const polkit = (exitCode: number) => {
    writeFileSync(join(systemctl.bin, 'pkcheck'), `#!/bin/sh\nexit ${exitCode}\n`);
    chmodSync(join(systemctl.bin, 'pkcheck'), 0o755);
  };
  const other = unprivileged(host);
  if (isRoot)
    expect(await process(host).mayStop()).toEqual({ isSure: true, detail: `root may run \`${asked}\`` });
  polkit(0);
  expect(await process(other).mayStop()).toMatchObject({ isSure: true });
  polkit(1);
  expect(await process(other).mayStop()).toEqual({
    isSure: false,
    detail: expect.stringMatching(/^whether \w+ may run `systemctl stop -- \S+` can't be told from here$/),
    next: `See that a rule of polkit allows it for ${UNIT}, or set \`sudo: true\` for the host.`,
  });
  expect(await process(other, true).mayStop()).toMatchObject({ isSure: true });

  const bare = mkdtempSync(join(tmpdir(), 'no-polkit-'));
  chmodSync(bare, 0o755);
  symlinkSync('/usr/bin/id', join(bare, 'id'));
  const without: Host = {
    ...other,
    run: (argv, options) => other.run(['env', `PATH=${bare}`, '/bin/sh', ...argv.slice(1)], options),
  };
  const { type, parts } = await failureOf(process(without).mayStop());
  expect([type, parts.what]).toEqual([
    'PermissionDenied',
    expect.stringMatching(
      /^\w+ may not stop listings-green\.service on web-1: only root may, there is no polkit\.$/,
    ),
  ]);
  rmSync(bare, { recursive: true });
  expect(systemctl.calls()).toEqual([]);
});
