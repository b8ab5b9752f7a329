/** What is left of a call when its connection is closed. */
import { Connection, isGrpcCancelledError } from '@temporalio/client';
import { expect, test } from 'vitest';
import { retrying } from '../../../src/cli/temporal/open-connection.ts';
import { until } from '../../support/until.ts';

/** Nobody listens on it. */
const NOBODY = '127.0.0.1:1';

test('a call that waits for its next try ends when the connection is closed, instead of the whole command', async () => {
  let tries = 0;
  const connection = Connection.lazy({
    address: NOBODY,
    interceptors: [
      ...retrying(),
      (options, next) => {
        tries++;
        return next(options) as never;
      },
    ],
  });
  const outcome = connection.workflowService.getSystemInfo({}).then(
    () => 'answered',
    (error: unknown) => (isGrpcCancelledError(error) ? 'cancelled' : error),
  );
  await until('it is tried again', () => tries > 1);
  await connection.close();
  expect(await outcome).toBe('cancelled');
});
