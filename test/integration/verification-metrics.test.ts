/** Metrics of a real service, measured by a real Prometheus, and by servers that behave as Prometheus seldom does. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { checkMetrics } from '../../activities/verification/metrics.ts';
import { prometheus } from '../../activities/verification/prometheus.ts';
import { metricsSchema } from '../../src/domain/metrics.ts';
import { startPrometheus } from '../support/prometheus.ts';
import { type RunningService, startService } from '../../scripts/demo/service.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

describe('a real Prometheus', () => {
  const ERRORS = 'sum(rate(http_requests_total{colour="$release",code=~"5.."}[$window]))';
  const ALL = 'sum(rate(http_requests_total{colour="$release"}[$window]))';
  const SHARE = `(${ERRORS} or vector(0)) / ${ALL}`;
  const BUCKETS = 'sum by (le) (rate(http_request_duration_seconds_bucket{colour="$release"}[$window]))';

  let directory: string;
  let blue: RunningService;
  let idle: RunningService;
  let server: Awaited<ReturnType<typeof startPrometheus>>;
  let traffic: NodeJS.Timeout;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'backout-metrics-'));
    [blue, idle] = await Promise.all([
      startService({ colour: 'blue', version: '1.4.0', directory }),
      startService({ colour: 'idle', version: '1.4.0', directory }),
    ]);
    const targets = [blue, idle].map(({ port }) => `127.0.0.1:${port}`);
    server = await startPrometheus({ targets, scrapeIntervalSeconds: 1 });
    traffic = setInterval(() => void fetch(blue.url).catch(() => undefined), 50);
  });
  afterEach(() => blue.control({ bad: 0 }));
  afterAll(async () => {
    clearInterval(traffic);
    await Promise.all([server.stop(), blue.kill(), idle.kill()]);
    await rm(directory, { recursive: true, force: true });
  });

  type Options = { release?: string; switchedAt?: number; heartbeat?: (detail: string) => void };
  const check = (metrics: object, options: Options = {}) => {
    const input = { prometheus: { url: server.url }, requests: ALL, intervalSeconds: 0.5, withinSeconds: 30 };
    const settings = metricsSchema.parse({ ...input, ...metrics });
    return checkMetrics({
      settings,
      ask: prometheus(settings.prometheus, {}),
      release: { name: options.release ?? 'blue', version: '1.4.0' },
      switchedAt: options.switchedAt ?? Date.now(),
      signal: new AbortController().signal,
      heartbeat: options.heartbeat ?? (() => undefined),
    });
  };

  test('finds a good release good once enough was measured since the switch', async () => {
    const heard: string[] = [];
    const checks = await check(
      {
        errorShare: { query: SHARE },
        p95: { query: `histogram_quantile(0.95, ${BUCKETS})` },
        uptime: { query: 'min(avg_over_time(up[$window]))' },
      },
      { heartbeat: (detail) => heard.push(detail) },
    );
    expect(checks.map(({ name, passed }) => [name, passed])).toEqual([
      ['traffic', true],
      ['5xx share', true],
      ['p95', true],
      ['uptime', true],
    ]);
    expect(checks[1]?.detail).toMatch(/^0 % seen, below 1 % allowed\. Good \d+\.\d s after the switch\.$/);
    expect(checks[2]?.detail).toMatch(
      /^[\d.]+ ms seen, below 3,000 ms allowed\. Good \d+\.\d s after the switch\.$/,
    );
    // One second after the switch there is no rate yet, however good the time before was.
    expect(heard[0]).toMatch(/^metrics: traffic bad, 5xx share bad, p95 bad/);
  });

  test('measures the share of errors', async () => {
    await blue.control({ bad: 0.5 });
    const checks = await check({ errorShare: { query: SHARE }, withinSeconds: 8 });
    expect(checks.map(({ passed }) => passed)).toEqual([true, false]);
    const share = /^([\d.]+) % seen, below 1 % allowed\. Asked for \d+\.\d s\.$/.exec(
      checks[1]?.detail ?? '',
    )?.[1];
    expect(Number(share)).toBeGreaterThan(40);
    expect(Number(share)).toBeLessThan(60);
  });

  test('finds a release good that fails at first, when the errors have left the window', async () => {
    await blue.control({ bad: 1 });
    let healed = false;
    const checks = await check(
      { errorShare: { query: SHARE }, windowSeconds: 4 },
      {
        heartbeat: (detail) => {
          if (healed || !detail.includes('traffic good, 5xx share bad')) return;
          healed = true;
          void blue.control({ bad: 0 });
        },
      },
    );
    expect(healed).toBe(true);
    expect(checks.map(({ passed }) => passed)).toEqual([true, true]);
  });

  test('with a baseline, judges p95 by what is normal', async () => {
    const query = `histogram_quantile(0.95, ${BUCKETS})`;
    const baseline = { query: 'vector(10)', factor: 3 };
    const [, p95] = await check({ p95: { query, baseline } });
    expect(p95?.passed).toBe(true);
    expect(p95?.detail).toMatch(
      / ms seen, below 30,000 ms allowed \(3 × the baseline of 10,000 ms\)\. Good /,
    );
  });

  test('does not find a release good that gets no traffic', async () => {
    const switchedAt = Date.now() - 10_000;
    const checks = await check(
      { errorShare: { query: SHARE }, withinSeconds: 3 },
      { release: 'idle', switchedAt },
    );
    expect(checks.map(({ passed }) => passed)).toEqual([false, false]);
    expect(checks[0]?.detail).toMatch(/^0 requests\/s seen, at least 0\.1 requests\/s needed\./);
    expect(checks[1]?.detail).toMatch(/^No data: the query gave NaN\./);
  });

  test('says that a share of errors that never happened is empty', async () => {
    const query = `sum(rate(http_requests_total{colour="$release",code="599"}[$window])) / ${ALL}`;
    const [, share] = await check({ errorShare: { query }, withinSeconds: 3 });
    expect(share?.passed).toBe(false);
    expect(share?.detail).toMatch(
      /^No data: the query gave no series\. .* unless the errors have "or vector\(0\)"\./,
    );
  });

  test('refuses a wrong query at once, in its own words', async () => {
    const [, share] = await check({ errorShare: { query: 'sum(rate(x{c="$release"}[$window])' } });
    expect(share?.detail).toMatch(
      /^No data: Prometheus can't be asked so: it answered 400: .*parse error: unclosed left parenthesis/,
    );
    expect(share?.detail).not.toContain('Asked for');
  });

  test('is not asked to choose among several series', async () => {
    const [traffic] = await check(
      { requests: 'rate(http_requests_total[$window])' },
      { switchedAt: Date.now() - 10_000 },
    );
    expect(traffic?.passed).toBe(false);
    expect(traffic?.detail).toMatch(
      /the query gave 4 series instead of one: put sum\(\), or what fits, around it/,
    );
  });
});

describe('a server', () => {
  const TOKEN = 's3cret-token';
  let url: string;
  let requests: IncomingMessage[];
  let answer: (response: ServerResponse) => void;
  const { signal } = new AbortController();
  const server = createServer((request, response) => {
    requests.push(request);
    answer(response);
  });

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const ask = async (answering: typeof answer, stop = signal) => {
    requests = [];
    answer = answering;
    const settings = { url, timeoutSeconds: 0.3, bearerToken: { env: 'PROM_TOKEN' } };
    return prometheus(settings, { PROM_TOKEN: `${TOKEN}\n` })('up', stop);
  };
  const json = (body: unknown) => (response: ServerResponse) => response.end(JSON.stringify(body));

  test('gets the bearer token', async () => {
    const data = { resultType: 'vector', result: [{ metric: {}, value: [1, '1'] }] };
    expect(await ask(json({ status: 'success', data }))).toEqual({ kind: 'value', value: 1 });
    expect(requests.map(({ method, url: path, headers }) => [method, path, headers.authorization])).toEqual([
      ['POST', '/api/v1/query', `Bearer ${TOKEN}`],
    ]);
  });

  test('that rejects the token is told from one that is down, and the token is not shown', async () => {
    const rejected = await ask((response) => response.writeHead(401).end('no'));
    expect(rejected).toEqual({ kind: 'refused', why: 'it answered 401: no (is bearerToken right?)' });
    const redirected = await ask((response) => response.writeHead(302, { Location: '/login' }).end());
    expect(redirected).toMatchObject({ kind: 'refused' });
    expect(requests).toHaveLength(1);
    const overloaded = await ask((response) => response.writeHead(503).end('busy'));
    expect(overloaded).toEqual({ kind: 'unavailable', why: 'it answered 503: busy' });
    expect(JSON.stringify([rejected, redirected, overloaded])).not.toContain(TOKEN);
  });

  test('that does not answer, or stops in the middle, may heal', async () => {
    const late = { kind: 'unavailable', why: 'it did not answer within 0.3 s' };
    expect(await ask(() => undefined)).toEqual(late);
    expect(await ask((response) => response.write('{"status":'))).toEqual(late);
    expect(await ask((response) => response.socket?.destroy())).toMatchObject({ kind: 'unavailable' });
  });

  test('that answers without end is not read to the end', async () => {
    const flood = (response: ServerResponse) => {
      const more = () => response.write('x'.repeat(65_536), (error) => error ?? more());
      more();
    };
    expect(await ask(flood)).toEqual({ kind: 'unavailable', why: 'its answer is longer than 1000000 bytes' });
  });

  test('is left alone at once when the rollback is cancelled', async () => {
    const controller = new AbortController();
    const asking = ask(() => controller.abort(new Error('cancelled by alice')), controller.signal);
    await expect(asking).rejects.toThrow('cancelled by alice');
  });
});
