import fc from 'fast-check';
import { expect, test } from 'vitest';
import { judgeMetrics, type Readings } from '../../../activities/verification/metrics-judge.ts';
import type { QueryAnswer } from '../../../activities/verification/prometheus-answer.ts';
import { metricsSchema } from '../../../src/domain/metrics.ts';

const settings = metricsSchema.parse({
  prometheus: { url: 'http://prometheus:9090' },
  requests: 'R$window',
  errorShare: { query: 'E$window' },
  p95: { query: 'P$window' },
  uptime: { query: 'U$window' },
});
const withBaseline = metricsSchema.parse({
  ...settings,
  p95: { query: 'P$window', baseline: { query: 'B', factor: 2 } },
});

const value = (number: number): QueryAnswer => ({ kind: 'value', value: number });
const reading = (query: string, answer: QueryAnswer) => ({ query, answer });

function readings(answers: Partial<Record<keyof Readings, QueryAnswer>> = {}): Readings {
  return {
    requests: reading('R', answers.requests ?? value(20)),
    errorShare: reading('E', answers.errorShare ?? value(0.002)),
    p95: reading('P', answers.p95 ?? value(0.412)),
    uptime: reading('U', answers.uptime ?? value(1)),
    ...(answers.baseline && { baseline: reading('B', answers.baseline) }),
  };
}

test('every metric within its limit is good, and says what was seen and what is allowed', () => {
  expect(judgeMetrics(settings, readings())).toEqual([
    { name: 'traffic', state: 'good', detail: '20 requests/s seen, at least 0.1 requests/s needed.' },
    { name: '5xx share', state: 'good', detail: '0.2 % seen, below 1 % allowed.' },
    { name: 'p95', state: 'good', detail: '412 ms seen, below 3,000 ms allowed.' },
    { name: 'uptime', state: 'good', detail: '100 % seen, above 99 % needed.' },
  ]);
});

test('a limit itself is not within the limit', () => {
  const states = judgeMetrics(
    settings,
    readings({ errorShare: value(0.01), p95: value(3), uptime: value(0.99) }),
  );
  expect(states.map(({ state }) => state)).toEqual(['good', 'bad', 'bad', 'bad']);
});

test('only metrics that are configured are judged', () => {
  const few = metricsSchema.parse({ prometheus: { url: 'http://prometheus:9090' }, requests: 'R$window' });
  expect(judgeMetrics(few, { requests: reading('R', value(1)) })).toEqual([
    { name: 'traffic', state: 'good', detail: '1 requests/s seen, at least 0.1 requests/s needed.' },
  ]);
});

test('with too little traffic nothing is judged good', () => {
  expect(judgeMetrics(settings, readings({ requests: value(0.04), p95: value(5) }))).toEqual([
    { name: 'traffic', state: 'bad', detail: '0.04 requests/s seen, at least 0.1 requests/s needed.' },
    {
      name: '5xx share',
      state: 'bad',
      detail: '0.2 % seen, below 1 % allowed. But that is too little traffic to judge by.',
    },
    { name: 'p95', state: 'bad', detail: '5,000 ms seen, below 3,000 ms allowed.' },
    {
      name: 'uptime',
      state: 'bad',
      detail: '100 % seen, above 99 % needed. But that is too little traffic to judge by.',
    },
  ]);
});

test('no data is not healthy, and says so in its own words', () => {
  const judgements = judgeMetrics(
    settings,
    readings({
      errorShare: { kind: 'no-data', why: 'the query gave no series' },
      p95: { kind: 'no-data', why: 'the query gave NaN' },
      uptime: { kind: 'unavailable', why: 'connect ECONNREFUSED 127.0.0.1:9090' },
    }),
  );
  expect(judgements.slice(1)).toEqual([
    {
      name: '5xx share',
      state: 'bad',
      detail:
        'No data: the query gave no series. Query: E Where no error has happened yet, a share is empty unless the errors have "or vector(0)".',
    },
    { name: 'p95', state: 'bad', detail: 'No data: the query gave NaN. Query: P' },
    {
      name: 'uptime',
      state: 'bad',
      detail: "No data: Prometheus can't be asked: connect ECONNREFUSED 127.0.0.1:9090.",
    },
  ]);
});

test('a partial answer is not trusted, however good it looks', () => {
  const [, share] = judgeMetrics(
    settings,
    readings({ errorShare: { kind: 'partial', why: 'remote read failed' } }),
  );
  expect(share).toEqual({
    name: '5xx share',
    state: 'bad',
    detail: 'Partial data: Prometheus warns of "remote read failed". Query: E',
  });
});

test('a query that Prometheus refuses is hopeless', () => {
  const [, share] = judgeMetrics(
    settings,
    readings({ errorShare: { kind: 'refused', why: 'it answered 400: no' } }),
  );
  expect(share).toEqual({
    name: '5xx share',
    state: 'hopeless',
    detail: "No data: Prometheus can't be asked so: it answered 400: no. Query: E",
  });
});

test('a rate instead of a share is found out', () => {
  const [, share] = judgeMetrics(settings, readings({ errorShare: value(3.5) }));
  expect(share).toEqual({
    name: '5xx share',
    state: 'bad',
    detail: '3.5 seen, which is no share between 0 and 1: divide by all requests. Query: E',
  });
});

test('with a baseline, p95 may be so many times what is normal', () => {
  const judge = (p95: number) =>
    judgeMetrics(withBaseline, readings({ p95: value(p95), baseline: value(0.2) })).find(
      ({ name }) => name === 'p95',
    );
  expect(judge(0.39)).toEqual({
    name: 'p95',
    state: 'good',
    detail: '390 ms seen, below 400 ms allowed (2 × the baseline of 200 ms).',
  });
  expect(judge(0.4)?.state).toBe('bad');
});

test('a baseline without data fails instead of falling back to another limit', () => {
  const judgements = judgeMetrics(
    withBaseline,
    readings({ baseline: { kind: 'no-data', why: 'the query gave no series' } }),
  );
  expect(judgements[2]).toEqual({
    name: 'p95 baseline',
    state: 'bad',
    detail: 'No data: the query gave no series. Query: B',
  });
});

test('a share is good exactly when there is traffic enough and the share is below its limit', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 10, noNaN: true }),
      (share, rate) => {
        const judged = judgeMetrics(
          settings,
          readings({ errorShare: value(share), requests: value(rate) }),
        )[1];
        expect(judged?.state).toBe(share < 0.01 && rate >= 0.1 ? 'good' : 'bad');
      },
    ),
  );
});
