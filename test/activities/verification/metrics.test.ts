import { afterEach, expect, test, vi } from 'vitest';
import { checkMetrics } from '../../../activities/verification/metrics.ts';
import type { QueryAnswer } from '../../../activities/verification/prometheus-answer.ts';
import { metricsSchema } from '../../../src/domain/metrics.ts';

const settings = {
  ...metricsSchema.parse({
    prometheus: { url: 'http://prometheus:9090' },
    requests: 'requests{c="$release"}',
    errorShare: { query: 'share[$window]' },
    p95: { query: 'p95{c="$release"}', baseline: { query: 'normal' } },
  }),
  withinSeconds: 10,
  intervalSeconds: 0.001,
};

const value = (number: number): QueryAnswer => ({ kind: 'value', value: number });
const NO_DATA: QueryAnswer = { kind: 'no-data', why: 'the query gave no series' };

/** A Prometheus that answers each query with the next of its answers, and then with the last for ever. */
function scripted(answers: Record<string, QueryAnswer[]>) {
  const asked: string[] = [];
  const ask = async (query: string) => {
    asked.push(query);
    const [metric = ''] = query.split(/[[{]/);
    const left = answers[metric] ?? [];
    return (left.length > 1 ? left.shift() : left[0]) ?? NO_DATA;
  };
  return { ask, asked };
}

function check(
  answers: Record<string, QueryAnswer[]>,
  options: Partial<Parameters<typeof checkMetrics>[0]> = {},
) {
  const { ask, asked } = scripted({
    requests: [value(9)],
    share: [value(0)],
    p95: [value(0.1)],
    normal: [value(0.2)],
    ...answers,
  });
  const checks = checkMetrics({
    settings,
    ask,
    release: { name: 'blue', version: '1' },
    switchedAt: Date.now() - 5000,
    signal: new AbortController().signal,
    heartbeat: () => undefined,
    ...options,
  });
  return { checks, asked };
}

/** For tests of one round, in which no time passes. */
const stopClock = () => vi.useFakeTimers({ toFake: ['Date'] });
afterEach(() => vi.useRealTimers());

const failed = (checks: { name: string; passed: boolean }[]) =>
  checks.filter(({ passed }) => !passed).map(({ name }) => name);

test('good metrics pass in the first round, and say how long after the switch that was', async () => {
  stopClock();
  const { checks, asked } = check({});
  expect(await checks).toEqual([
    {
      name: 'traffic',
      passed: true,
      detail: '9 requests/s seen, at least 0.1 requests/s needed. Good 5.0 s after the switch.',
    },
    { name: '5xx share', passed: true, detail: '0 % seen, below 1 % allowed. Good 5.0 s after the switch.' },
    {
      name: 'p95',
      passed: true,
      detail: '100 ms seen, below 400 ms allowed (2 × the baseline of 200 ms). Good 5.0 s after the switch.',
    },
  ]);
  expect(asked).toEqual(['requests{c="blue"}', 'share[5s]', 'p95{c="blue"}', 'normal']);
});

test('errors that the faulty release left in the window are waited out', async () => {
  const { checks } = check({ share: [value(0.5), NO_DATA, value(0.2), value(0.004)] });
  expect(failed(await checks)).toEqual([]);
});

test('all must be good at the same time: good ones in turn are not enough', async () => {
  const turn = {
    share: [value(0), value(1), value(0), value(1)],
    p95: [value(9), value(0.1), value(9), value(0.1)],
  };
  const { checks } = check(turn, { settings: { ...settings, withinSeconds: 0.05 } });
  expect(failed(await checks)).toHaveLength(1);
});

test('no data until the end fails as no data', async () => {
  const { checks } = check({ share: [NO_DATA] }, { settings: { ...settings, withinSeconds: 0.02 } });
  const share = (await checks).find(({ name }) => name === '5xx share');
  expect(share?.passed).toBe(false);
  expect(share?.detail).toMatch(
    /^No data: the query gave no series\. Query: share\[\d+s\] .* Asked for \d+\.\d s\.$/,
  );
});

test('a query that is wrong ends it at once instead of using up the time', async () => {
  stopClock();
  const { checks, asked } = check({ share: [{ kind: 'refused', why: 'it answered 400: parse error' }] });
  expect((await checks)[1]).toEqual({
    name: '5xx share',
    passed: false,
    detail: "No data: Prometheus can't be asked so: it answered 400: parse error. Query: share[5s]",
  });
  expect(asked).toHaveLength(4);
});

test('a query for a version that is not known is not sent', async () => {
  stopClock();
  const { checks, asked } = check(
    {},
    {
      release: { name: 'blue', version: null },
      settings: { ...settings, requests: 'requests{v="$version"}' },
    },
  );
  expect((await checks)[0]?.detail).toBe(
    'No data: Prometheus can\'t be asked so: the query needs $version, but nothing tells the version of blue. Query: requests{v="$version"}',
  );
  expect(asked).toEqual(['share[5s]', 'p95{c="blue"}', 'normal']);
});

test('the baseline, dear to compute, is asked once when it has a value', async () => {
  const { checks, asked } = check({ share: [value(1), value(1), value(0)], normal: [NO_DATA, value(0.2)] });
  expect(failed(await checks)).toEqual([]);
  expect(asked.filter((query) => query === 'normal')).toHaveLength(2);
});

test('nothing is judged good before the switch is settleSeconds ago', async () => {
  const switchedAt = Date.now();
  const { checks, asked } = check({}, { switchedAt, settings: { ...settings, settleSeconds: 0.05 } });
  expect(failed(await checks)).toEqual([]);
  expect(Date.now() - switchedAt).toBeGreaterThanOrEqual(50);
  expect(asked.length).toBeGreaterThan(4);
});

test('a cancellation ends it at once', async () => {
  const controller = new AbortController();
  const { checks } = check(
    { share: [value(1)] },
    {
      signal: controller.signal,
      settings: { ...settings, intervalSeconds: 1000 },
      heartbeat: () => controller.abort(new Error('cancelled')),
    },
  );
  await expect(checks).rejects.toThrow('cancelled');
});
