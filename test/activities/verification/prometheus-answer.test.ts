import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readAnswer } from '../../../activities/verification/prometheus-answer.ts';

const success = (data: unknown, more: object = {}) => JSON.stringify({ status: 'success', data, ...more });
const vector = (...values: string[]) => ({
  resultType: 'vector',
  result: values.map((value, index) => ({ metric: { i: String(index) }, value: [1795235935.5, value] })),
});
const error = (errorType: string, message: string) =>
  JSON.stringify({ status: 'error', errorType, error: message });

test('one series is a number, though Prometheus writes it as a string', () => {
  expect(readAnswer(200, success(vector('0.0125')))).toEqual({ kind: 'value', value: 0.0125 });
  expect(readAnswer(200, success({ resultType: 'scalar', result: [1795235935.5, '3'] }))).toEqual({
    kind: 'value',
    value: 3,
  });
});

test('zero is a number, an empty vector is not zero, and NaN is no number', () => {
  expect(readAnswer(200, success(vector('0')))).toEqual({ kind: 'value', value: 0 });
  expect(readAnswer(200, success(vector()))).toEqual({ kind: 'no-data', why: 'the query gave no series' });
  expect(readAnswer(200, success(vector('NaN')))).toEqual({ kind: 'no-data', why: 'the query gave NaN' });
  expect(readAnswer(200, success(vector('')))).toEqual({ kind: 'no-data', why: 'the query gave NaN' });
});

test('infinity is written with its sign', () => {
  expect(readAnswer(200, success(vector('+Inf')))).toEqual({ kind: 'value', value: Infinity });
  expect(readAnswer(200, success(vector('-Inf')))).toEqual({ kind: 'value', value: -Infinity });
});

test('several series are an error in the query, not a choice', () => {
  expect(readAnswer(200, success(vector('0', '0.5')))).toEqual({
    kind: 'refused',
    why: 'the query gave 2 series instead of one: put sum(), or what fits, around it',
  });
});

test('a range, a string and an unknown shape are errors in the query', () => {
  expect(readAnswer(200, success({ resultType: 'matrix', result: [] }))).toEqual({
    kind: 'refused',
    why: 'one number is needed, but the query gave: matrix',
  });
  expect(readAnswer(200, success(undefined))).toEqual({
    kind: 'refused',
    why: 'one number is needed, but the query gave: undefined',
  });
});

test('a warning makes an answer partial, a remark on style does not', () => {
  expect(readAnswer(200, success(vector('0'), { warnings: ['remote read failed: 503'] }))).toEqual({
    kind: 'partial',
    why: 'remote read failed: 503',
  });
  const info = 'PromQL info: metric might not be a counter, name does not end in _total: "x"';
  expect(readAnswer(200, success(vector('0'), { warnings: [info], infos: [info] }))).toEqual({
    kind: 'value',
    value: 0,
  });
});

test('a query that Prometheus refuses is told in its own words', () => {
  expect(readAnswer(400, error('bad_data', '1:5: parse error: unclosed left parenthesis'))).toEqual({
    kind: 'refused',
    why: 'it answered 400: 1:5: parse error: unclosed left parenthesis',
  });
});

test('a rejected token and a wrong address name what to look at', () => {
  expect(readAnswer(401, 'Unauthorized\n')).toEqual({
    kind: 'refused',
    why: 'it answered 401: Unauthorized (is bearerToken right?)',
  });
  expect(readAnswer(200, '<html>Sign in</html>')).toEqual({
    kind: 'refused',
    why: 'it answered 200: <html>Sign in</html> (is this the address of Prometheus?)',
  });
  expect(readAnswer(302, '')).toEqual({
    kind: 'refused',
    why: 'it answered 302: (nothing) (is this the address of Prometheus?)',
  });
});

test('what may heal is told apart from what needs a person', () => {
  expect(readAnswer(503, error('timeout', 'query timed out'))).toEqual({
    kind: 'unavailable',
    why: 'it answered 503: query timed out',
  });
  expect(readAnswer(429, '')).toEqual({ kind: 'unavailable', why: 'it answered 429: (nothing)' });
  expect(readAnswer(502, '<html>\n<h1>Bad gateway</h1>')).toEqual({
    kind: 'unavailable',
    why: 'it answered 502: <html> <h1>Bad gateway</h1>',
  });
});

test('whatever is answered has a name, and only a finite or infinite number is a value', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(200, 204, 301, 400, 403, 500),
      fc.oneof(fc.string(), fc.json()),
      (status, text) => {
        expect(['refused', 'unavailable']).toContain(readAnswer(status, text).kind);
      },
    ),
  );
  fc.assert(
    fc.property(fc.array(fc.string(), { maxLength: 1 }), (values) => {
      const answer = readAnswer(200, success(vector(...values)));
      if (answer.kind === 'value') expect(answer.value).not.toBeNaN();
      else expect(answer.kind).toBe('no-data');
    }),
  );
});
