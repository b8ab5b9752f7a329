import { expect, test } from 'vitest';
import { BackoutFailure, NOTHING_CHANGED } from '../../src/domain/failure.ts';

const messageOf = (what: string) =>
  new BackoutFailure('PermissionDenied', { what, changed: NOTHING_CHANGED, next: 'Decide `retry`.' }).message;

test.each([
  'The host says: chown: Operation not permitted',
  'The host says: chown: Operation not permitted\n',
])('a tool’s own words do not run into the next sentence: %j', (what) => {
  expect(messageOf(what)).toBe(
    'The host says: chown: Operation not permitted. Nothing was changed: traffic and data are as they were. Decide `retry`.',
  );
});

test('a sentence that has its end keeps it', () => {
  expect(messageOf('It does not run.')).toBe(
    'It does not run. Nothing was changed: traffic and data are as they were. Decide `retry`.',
  );
});
