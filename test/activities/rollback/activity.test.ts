/** What every activity does around its work: heartbeats, cancellation, and failures in Temporal's terms. */
import { ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import type { Info } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { activity } from '../../../activities/rollback/activity.ts';
import type { Running } from '../../../activities/rollback/activity.ts';
import { BackoutFailure, FAILURE_TYPES, isRetryable } from '../../../src/domain/failure.ts';

const SILENT = new DefaultLogger('ERROR', () => undefined);
const NOW = Date.UTC(2026, 10, 21, 4, 15, 0);

beforeEach(() => {
  vi.useFakeTimers({
    now: NOW,
    toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout', 'Date'],
  });
});
afterEach(() => {
  vi.useRealTimers();
});

function environment(info: Partial<Info> = {}) {
  const mock = new MockActivityEnvironment(info, { logger: SILENT });
  const beats: unknown[] = [];
  mock.on('heartbeat', (detail: unknown) => beats.push(detail));
  return { mock, beats };
}

const failing = async (thrown: unknown): Promise<ApplicationFailure> => {
  const { mock } = environment();
  const fails = activity(async () => {
    throw thrown;
  });
  const error: unknown = await mock.run(fails, {}).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ApplicationFailure);
  return error as ApplicationFailure;
};

test('the function gets the input, and its result is the activity’s', async () => {
  const { mock } = environment();
  const double = activity(async (input: { value: number }) => ({ doubled: input.value * 2 }));
  expect(await mock.run(double, { value: 21 })).toEqual({ doubled: 42 });
});

test('it knows which try it is, when it was scheduled, and when the time of all tries is up', async () => {
  const { mock } = environment({
    attempt: 3,
    // Temporal's clock is an hour ahead of the worker's: only its differences count.
    scheduledTimestampMs: NOW + 3_600_000,
    currentAttemptScheduledTimestampMs: NOW + 3_620_000.7,
    scheduleToCloseTimeoutMs: 60_000,
  });
  const seen = vi.fn<(running: Running) => void>();
  await mock.run(
    activity(async (_: object, running: Running) => seen(running)),
    {},
  );
  expect(seen).toHaveBeenCalledExactlyOnceWith({
    attempt: 3,
    scheduledAt: NOW + 3_620_000,
    firstScheduledAt: NOW + 3_600_000,
    endsAt: expect.closeTo(NOW + 39_999.3, 0),
    signal: mock.context.cancellationSignal,
    heartbeat: expect.any(Function),
  });
});

test('it heartbeats each second with the last it said, and stops when it ends', async () => {
  const { mock, beats } = environment();
  let say = (_: string) => {};
  let end = () => {};
  const running = mock.run(
    activity(async (_: object, { heartbeat }: Running) => {
      say = heartbeat;
      await new Promise<void>((resolve) => (end = resolve));
    }),
    {},
  );
  await vi.advanceTimersByTimeAsync(2000);
  expect(beats).toEqual(['', '']);
  await vi.advanceTimersByTimeAsync(500);
  say('health: 2 of 5 s');
  expect(beats).toEqual(['', '', 'health: 2 of 5 s']);
  await vi.advanceTimersByTimeAsync(1500);
  expect(beats).toEqual(['', '', ...Array<string>(3).fill('health: 2 of 5 s')]);
  end();
  await running;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(beats).toHaveLength(5);
});

test('one that fails stops its heartbeats too', async () => {
  const { mock, beats } = environment();
  await expect(
    mock.run(
      activity(() => Promise.reject(new Error('no'))),
      {},
    ),
  ).rejects.toThrow('no');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(beats).toEqual([]);
});

test.each(FAILURE_TYPES)('%s keeps its type, words and whether trying again makes sense', async (type) => {
  const parts = { what: 'It broke.', changed: 'Nothing was changed.', next: 'Mend it.' };
  const thrown = new BackoutFailure(type, parts);
  const failure = await failing(thrown);
  expect(failure.type).toBe(type);
  expect(failure.nonRetryable).toBe(!isRetryable(type));
  expect(failure.message).toBe('It broke. Nothing was changed. Mend it.');
  expect(failure.details).toEqual([parts]);
  expect(failure.cause).toBe(thrown);
});

test('what nobody expected says that it is our bug, what may have changed and what to do', async () => {
  const thrown = new TypeError("Cannot read properties of undefined (reading 'pid')");
  const failure = await failing(thrown);
  expect([failure.type, failure.nonRetryable]).toEqual(['Unexpected', false]);
  expect(failure.message).toBe(
    "Something that Backout does not expect, most likely a bug in it: Cannot read properties of undefined (reading 'pid'). " +
      'Traffic may have been changed by this step, data was not. ' +
      'Trying again is safe: it reads the live state first. Report it with the log of the worker.',
  );
  expect(failure.cause).toBe(thrown);
});

test('what is no error at all is said all the same', async () => {
  const failure = await failing('strange');
  expect(failure.message).toMatch(/most likely a bug in it: strange\. Traffic may/);
  expect(failure.cause?.message).toBe('strange');
});

test('a failure in Temporal’s own terms is passed on as it is, with its delay', async () => {
  const thrown = ApplicationFailure.create({
    type: 'MessageNotSent',
    message: 'later',
    nextRetryDelay: 17_000,
  });
  expect(await failing(thrown)).toBe(thrown);
});

test('a cancellation reaches the function, and is the cause whatever the function then throws', async () => {
  const { mock } = environment();
  let reached = false;
  const running = mock.run(
    activity((_: object, { signal }: Running) => {
      return new Promise<never>((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reached = true;
          reject(new BackoutFailure('CommandFailed', { what: 'killed', changed: '', next: '' }));
        });
      });
    }),
    {},
  );
  mock.cancel('CANCELLED');
  const error: unknown = await running.catch((caught: unknown) => caught);
  expect(reached).toBe(true);
  expect(error).toBeInstanceOf(CancelledFailure);
  expect((error as CancelledFailure).message).toBe('CANCELLED');
});

test('what was done before the cancellation came is still a result', async () => {
  const { mock } = environment();
  const done = activity(async () => {
    mock.cancel('WORKER_SHUTDOWN');
    return 'done';
  });
  expect(await mock.run(done, {})).toBe('done');
});

test('a proof that came on a later try says on which, and one of the first try says nothing', async () => {
  const proof = { outcome: 'done', proof: 'it runs', details: [], provedAt: '2026-11-21T04:15:00.000Z' };
  const proves = activity(async () => await Promise.resolve(proof));
  expect(await environment({ attempt: 1 }).mock.run(proves, {})).toEqual(proof);
  expect(await environment({ attempt: 3 }).mock.run(proves, {})).toEqual({ ...proof, attempt: 3 });
});

test('what proves nothing is handed on as it is, whatever the try', async () => {
  const asks = activity(async () => await Promise.resolve(null));
  expect(await environment({ attempt: 3 }).mock.run(asks, {})).toBeNull();
});
