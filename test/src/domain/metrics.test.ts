import { expect, test } from 'vitest';
import { metricsSchema } from '../../../src/domain/metrics.ts';
import { listProblems } from '../../../src/domain/request.ts';

const base = { prometheus: { url: 'http://prometheus:9090' }, requests: 'sum(rate(x{c="$release"}[1m]))' };

function problems(settings: object): string[] {
  const parsed = metricsSchema.safeParse({ ...base, ...settings });
  return parsed.success ? [] : listProblems(parsed.error);
}

test('a query must tell the release or the time since the switch from what was before', () => {
  const blind =
    'counts answers from before the switch too: use [$window] as its range or $release in a label, or set settleSeconds to its range';
  expect(problems({ requests: 'sum(rate(x[1m]))', errorShare: { query: 'job:error_share:1m' } })).toEqual([
    `requests: ${blind}`,
    `errorShare.query: ${blind}`,
  ]);
  expect(problems({ p95: { query: 'p95' }, uptime: { query: 'up$windows' } })).toEqual([
    `p95.query: ${blind}`,
    `uptime.query: ${blind}`,
  ]);
  for (const query of ['x[$window]', 'x{c="$release"}', 'x{v="$version"}']) {
    expect(problems({ errorShare: { query } })).toEqual([]);
  }
});

test('a query that can do neither is taken when it is said how long its range is', () => {
  expect(problems({ requests: 'sum(rate(x[1m]))', settleSeconds: 60 })).toEqual([]);
});

test('a baseline looks back on purpose', () => {
  expect(problems({ p95: { query: 'p95[$window]', baseline: { query: 'p95 offset 1w' } } })).toEqual([]);
});

test('a time to settle that is never over is refused', () => {
  expect(problems({ settleSeconds: 120 })).toEqual(['settleSeconds: must be less than withinSeconds']);
});

test('secrets have their own place', () => {
  expect(problems({ prometheus: { url: 'https://admin:s3cret@prometheus' } })).toEqual([
    'prometheus.url: must not hold a user or password: use bearerToken',
  ]);
  expect(problems({ prometheus: { url: 'https://prometheus/a@b' } })).toEqual([]);
});

test('the limits are those of the requirement', () => {
  const { errorShare, p95, uptime } = metricsSchema.parse({
    ...base,
    errorShare: { query: 'e[$window]' },
    p95: { query: 'p[$window]' },
    uptime: { query: 'u[$window]' },
  });
  expect([errorShare?.below, p95?.belowSeconds, uptime?.above]).toEqual([0.01, 3, 0.99]);
});
