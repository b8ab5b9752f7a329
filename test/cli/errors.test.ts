import { expect, test } from 'vitest';
import { explain } from '../../src/cli/errors.ts';
import { BackoutFailure } from '../../src/domain/failure.ts';
import { fakeIo } from './support/io.ts';

test('a command that does its work itself does not promise to try again', () => {
  const io = fakeIo();
  const failure = new BackoutFailure('DatabaseUnreachable', {
    what: 'The connection to database shop could not be made.',
    changed: 'No data was changed: the command did not reach the database.',
    next: 'See whether PostgreSQL runs there. Backout tries again by itself.',
  });
  expect(explain(failure, io)).toBe(1);
  expect(io.printed.err).toBe(
    'backout: The connection to database shop could not be made. No data was changed: the command did not reach the database. ' +
      'See whether PostgreSQL runs there. Then run this command again.\n',
  );
});
