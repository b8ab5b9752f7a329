import fc from 'fast-check';
import { expect, test } from 'vitest';
import { follow, isSteady, judgeHealth, unasked } from '../../../activities/verification/steady.ts';
import { verificationSchema } from '../../../src/domain/verification.ts';

const settings = verificationSchema.parse({ health: { steadySeconds: 5, withinSeconds: 30 } }).health;
const good = { healthy: true, said: '200' };
const bad = { healthy: false, said: '503' };

/** Follows answers that come one second apart: + is healthy, - is not. */
function follows(answers: string) {
  return [...answers].reduce(
    (health, sign, index) => follow(health, sign === '+' ? good : bad, index * 1000),
    unasked('/health'),
  );
}

test('healthy from the first answer on is steady once the time is over', () => {
  expect(judgeHealth(follows('++++++'), settings, 5000)).toEqual({
    name: 'health /health',
    passed: true,
    detail:
      'Healthy without a break for 5.0 s, since 0.0 s after the first question (5 s needed). 6 of 6 answers were healthy.',
  });
});

test('a late start counts from the first healthy answer', () => {
  expect(judgeHealth(follows('--++++++'), settings, 7000)).toEqual({
    name: 'health /health',
    passed: true,
    detail:
      'Healthy without a break for 5.0 s, since 2.0 s after the first question (5 s needed). 6 of 8 answers were healthy; first failure at 0.0 s: 503.',
  });
});

test('a break starts the time anew', () => {
  const health = follows('++++-++++');
  expect(isSteady(health, settings, 8000)).toBe(false);
  expect(judgeHealth(health, settings, 8000)).toEqual({
    name: 'health /health',
    passed: false,
    detail:
      'Healthy without a break for 3.0 s, since 5.0 s after the first question (5 s needed within 30 s). 8 of 9 answers were healthy; first failure at 4.0 s: 503, once after it had been healthy.',
  });
});

test('what is sick at the end says what it answered last', () => {
  expect(judgeHealth(follows('+-+-'), settings, 3000)).toEqual({
    name: 'health /health',
    passed: false,
    detail:
      'Not healthy after 3.0 s: 503 (5 s needed within 30 s). 2 of 4 answers were healthy; first failure at 1.0 s: 503, 2 times after it had been healthy.',
  });
});

test('without a steady time, one healthy answer is enough', () => {
  const once = { ...settings, steadySeconds: 0 };
  expect(isSteady(follows('-+'), once, 1000)).toBe(true);
  expect(isSteady(follows('+-'), once, 1000)).toBe(false);
  expect(isSteady(unasked('/health'), once, 0)).toBe(false);
});

test('steady means exactly that the last answers, over at least the steady time, were all healthy', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('+', '-'), { minLength: 1, maxLength: 20 }), (signs) => {
      const at = (signs.length - 1) * 1000;
      const lastSix = signs.slice(-6);
      const expected = lastSix.length === 6 && lastSix.every((sign) => sign === '+');
      expect(isSteady(follows(signs.join('')), settings, at)).toBe(expected);
    }),
  );
});
