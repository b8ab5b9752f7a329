import { QueryNotRegisteredError, ServiceError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { expect, test, vi } from 'vitest';
import { follow } from '../../../src/cli/temporal/follow.ts';

test('a server that is away for long, and calls that wait for long, make Node warn of nothing', async () => {
  const warned = vi.fn();
  process.on('warning', warned);
  const stop = new AbortController();
  let tries = 0;
  /** As the real client does: it listens with each call, and never takes that back. */
  const withAbortSignal = (signal: AbortSignal, work: () => Promise<unknown>) => {
    for (let call = 0; call < 20; call++) signal.addEventListener('abort', () => undefined);
    return work();
  };
  const handle = {
    result: () => {
      if (++tries === 12) stop.abort();
      return Promise.reject(new ServiceError('the server is away'));
    },
    query: () => Promise.reject(new QueryNotRegisteredError('no worker', 3)),
  };
  const client = {
    connection: { withAbortSignal, withDeadline: (_: number, work: () => unknown) => work() },
    workflow: { getHandle: () => handle },
  } as unknown as Client;
  const ending = await follow({
    client,
    workflowId: 'rollback-1',
    signal: stop.signal,
    onSilence: () => undefined,
  });
  await new Promise(setImmediate);
  process.off('warning', warned);
  expect([ending, tries]).toEqual([null, 12]);
  expect(warned).not.toHaveBeenCalled();
});
