import { TimeoutFailure, WorkflowFailedError } from '@temporalio/client';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { expect, test } from 'vitest';
import { NotBegun, awaited, hasTimedOut } from '../../../src/cli/temporal/awaited.ts';

/** A run without a result; its history has so many events. */
function runWith(events: object[]) {
  const terminated: string[] = [];
  let abort: AbortSignal | undefined;
  const handle = {
    workflowId: 'backout-records-1',
    describe: () => Promise.resolve({ historyLength: 2 }),
    result: () =>
      new Promise((_, reject) => {
        abort?.addEventListener('abort', () => reject(new Error('cancelled')), { once: true });
      }),
    terminate: (reason: string) => {
      terminated.push(reason);
      return Promise.resolve();
    },
    fetchHistory: () => Promise.resolve({ events }),
  };
  const client = {
    connection: {
      withAbortSignal: (signal: AbortSignal, work: () => Promise<unknown>) => {
        abort = signal;
        return work();
      },
    },
    workflow: { getHandle: () => handle },
  };
  return {
    client: client as unknown as Client,
    handle: handle as unknown as WorkflowHandle,
    terminated,
  };
}

const waiting = { interrupt: new AbortController().signal, beginWithinMs: 1 };

test('a run that no worker takes up is taken back', async () => {
  const { client, handle, terminated } = runWith([{}, {}]);
  await expect(awaited(client, handle, waiting)).rejects.toBeInstanceOf(NotBegun);
  expect(terminated).toEqual(['no worker took it up']);
});

test('one that a worker took up at that very moment is not said to be untouched', async () => {
  const { client, handle } = runWith([{}, {}, { workflowTaskStartedEventAttributes: {} }]);
  const thrown: unknown = await awaited(client, handle, waiting).catch((error: unknown) => error);
  expect(thrown).not.toBeInstanceOf(NotBegun);
  expect(hasTimedOut(thrown)).toBe(true);
});

test('a run whose time was up is told from one that failed', () => {
  const failed = (cause: Error) => new WorkflowFailedError('failed', cause, 'TIMEOUT');
  expect(hasTimedOut(failed(new TimeoutFailure('time', undefined, 'START_TO_CLOSE')))).toBe(true);
  expect(hasTimedOut(failed(new Error('no')))).toBe(false);
});
