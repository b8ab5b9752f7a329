/** The small service that the demo and the tests roll back: it must be sick exactly as it is told to be. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startService, type RunningService, type ServiceOptions } from '../../scripts/demo/service.ts';

let directory: string;
let service: RunningService | undefined;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'backout-app-'));
});
afterEach(async () => {
  await service?.kill();
  await rm(directory, { recursive: true, force: true });
});

async function start(options: Partial<ServiceOptions> = {}) {
  service = await startService({ colour: 'blue', version: '1.4.0', directory, ...options });
  return service;
}

async function ask(path: string, times: number) {
  const answers: number[] = [];
  for (let i = 0; i < times; i += 1) answers.push((await fetch(`${service?.url}${path}`)).status);
  return answers;
}

test('says who answered, in headers and body', async () => {
  const { url } = await start();
  const answer = await fetch(`${url}/`);
  expect([answer.headers.get('x-release'), answer.headers.get('x-version')]).toEqual(['blue', '1.4.0']);
  expect(await answer.json()).toEqual({ message: 'hello from blue 1.4.0', colour: 'blue', version: '1.4.0' });
  expect(await (await fetch(`${url}/version`)).json()).toMatchObject({ colour: 'blue', version: '1.4.0' });
});

test('fails exactly the share of requests that it is told to, with one ERROR line each', async () => {
  await start({ bad: 0.25 });
  expect(await ask('/', 8)).toEqual([200, 200, 200, 500, 200, 200, 200, 500]);
  const errors = (await service?.log())?.split('\n').filter((line) => line.includes(' ERROR '));
  expect(errors).toHaveLength(2);
  const metrics = await (await fetch(`${service?.url}/metrics`)).text();
  expect(metrics).toContain('http_requests_total{colour="blue",version="1.4.0",code="200"} 6\n');
  expect(metrics).toContain('http_requests_total{colour="blue",version="1.4.0",code="500"} 2\n');
  expect(metrics).toContain('http_request_duration_seconds_count{colour="blue",version="1.4.0"} 8\n');
});

test('can be made sick while it runs, one health path or all', async () => {
  const { control } = await start();
  expect(await ask('/health', 1)).toEqual([200]);
  await control({ unhealthy: ['/health/db'] });
  expect([await ask('/health', 1), await ask('/health/db', 1)]).toEqual([[200], [503]]);
  await control({ unhealthy: true, bad: 1 });
  expect([await ask('/health', 1), await ask('/health/ready', 1), await ask('/', 1)]).toEqual([
    [503],
    [503],
    [500],
  ]);
});

test('ends on SIGTERM, logs it and takes its pid file away', async () => {
  const { pid, pidFile, stop, sigterms } = await start();
  expect(await readFile(pidFile, 'utf8')).toBe(`${pid}\n`);
  await stop();
  expect(await sigterms()).toBe(1);
  expect(existsSync(pidFile)).toBe(false);
});

test('lives on through SIGTERM when told to, and counts each', async () => {
  const { pid, state, sigterms } = await start({ ignoreSigterm: true });
  process.kill(pid, 'SIGTERM');
  await expect.poll(sigterms).toBe(1);
  process.kill(pid, 'SIGTERM');
  await expect.poll(sigterms).toBe(2);
  expect(await state()).toMatchObject({ sigterms: 2, pid });
});

test('dies after the number of requests that it is given', async () => {
  const { log } = await start({ dieAfter: '3' });
  await ask('/', 3);
  await expect.poll(log).toContain('FATAL [blue 1.4.0] died');
  await expect(ask('/', 1)).rejects.toThrow('fetch failed');
});

test('a second one on the same port fails and leaves the pid file of the first', async () => {
  const first = await start();
  await expect(start({ port: first.port })).rejects.toThrow('EADDRINUSE');
  expect(await readFile(first.pidFile, 'utf8')).toBe(`${first.pid}\n`);
});
