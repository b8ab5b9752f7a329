import { expect, test } from 'vitest';
import { prometheus, queryRequest } from '../../../activities/verification/prometheus.ts';

const settings = { url: 'https://metrics.example/prometheus/', timeoutSeconds: 10 };
const { signal } = new AbortController();

test('a query is a form that is posted below the configured address', async () => {
  const request = queryRequest(settings, 'sum(rate(x{c="5.."}[1m])) + 1', 's3cret');
  expect([request.method, request.url, request.redirect]).toEqual([
    'POST',
    'https://metrics.example/prometheus/api/v1/query',
    'manual',
  ]);
  expect(Object.fromEntries(request.headers)).toEqual({
    accept: 'application/json',
    authorization: 'Bearer s3cret',
    'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
  });
  expect(Object.fromEntries(new URLSearchParams(await request.text()))).toEqual({
    query: 'sum(rate(x{c="5.."}[1m])) + 1',
    timeout: '10s',
  });
});

test('without a token there is no Authorization header', () => {
  expect(queryRequest(settings, 'up', null).headers.has('authorization')).toBe(false);
});

test('a token that is not there is named by its place', async () => {
  expect(await prometheus({ ...settings, bearerToken: { env: 'PROM_TOKEN' } }, {})('up', signal)).toEqual({
    kind: 'refused',
    why: 'the worker finds no bearer token in environment variable PROM_TOKEN',
  });
  expect(
    await prometheus({ ...settings, bearerToken: { file: '/nowhere/token' } }, {})('up', signal),
  ).toEqual({
    kind: 'refused',
    why: 'the worker finds no bearer token in /nowhere/token',
  });
});

test('a token that no header can hold is refused without being shown', async () => {
  const ask = prometheus(
    { ...settings, bearerToken: { env: 'PROM_TOKEN' } },
    { PROM_TOKEN: 's3cret\nX-Evil: 1' },
  );
  expect(await ask('up', signal)).toEqual({
    kind: 'refused',
    why: 'what is in environment variable PROM_TOKEN is no bearer token',
  });
});
