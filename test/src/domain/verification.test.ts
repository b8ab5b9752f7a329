import { expect, test } from 'vitest';
import { listProblems } from '../../../src/domain/request.ts';
import { longestVerificationSeconds, verificationSchema } from '../../../src/domain/verification.ts';

function problems(settings: object): string[] {
  const parsed = verificationSchema.safeParse(settings);
  return parsed.success ? [] : listProblems(parsed.error);
}

test('without any settings, /health must be healthy for five seconds', () => {
  const { from, health, smoke, metrics, logErrors } = verificationSchema.parse(undefined);
  expect([from, health.paths, health.steadySeconds, health.withinSeconds]).toEqual([
    'host',
    ['/health'],
    5,
    60,
  ]);
  expect([smoke.urls, smoke.command, metrics, logErrors]).toEqual([[], undefined, undefined, undefined]);
});

test('a steady time that can never be reached is refused', () => {
  expect(problems({ health: { steadySeconds: 60 } })).toEqual([
    'health.steadySeconds: must be less than withinSeconds',
  ]);
});

test('a pattern of two lines would be two patterns', () => {
  expect(problems({ logErrors: { pattern: 'ERROR\n' } })).toEqual(['logErrors.pattern: must be one line']);
});

test('the longest time is that of health and smoke one after the other, or of the metrics beside them', () => {
  const longest = (settings: object) => longestVerificationSeconds(verificationSchema.parse(settings));
  const metrics = { prometheus: { url: 'http://p' }, requests: 'r[$window]' };
  expect(longest({})).toBe(65);
  expect(longest({ smoke: { urls: [{ url: 'http://a' }], command: ['b'] } })).toBe(135);
  expect(longest({ metrics })).toBe(130);
  expect(longest({ metrics: { ...metrics, withinSeconds: 20 } })).toBe(65);
});
