import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sendEvent } from '../../../activities/events/send.ts';
import { cloudEventOf } from '../../../src/domain/events/cdevents.ts';
import { eventsSchema } from '../../../src/domain/events/settings.ts';
import { success } from '../../support/cases.ts';
import { startEventReceiver } from '../../support/cdevents.ts';
import type { EventReceiver, Mishap } from '../../support/cdevents.ts';

const TOKEN = 'a-token-of-many-letters';

let receiver: EventReceiver;
beforeEach(async () => {
  receiver = await startEventReceiver({ token: TOKEN });
});
afterEach(() => receiver.close());

function send(change: { token?: string; mishap?: Mishap } = {}) {
  const event = cloudEventOf('service.rolledback', success(), {
    settings: eventsSchema.parse({ url: receiver.url }),
    firstRunId: 'run-1',
  });
  if (event === null) throw new Error('there is such an event');
  if (change.mishap !== undefined) receiver.mishaps.push(change.mishap);
  return sendEvent(
    { env: { EVENTS_TOKEN: change.token ?? TOKEN }, fetch },
    { event, settings: { url: receiver.url, token: { env: 'EVENTS_TOKEN' } } },
    new AbortController().signal,
  );
}

const failing = async (sending: Promise<unknown>) =>
  await sending.then(
    () => null,
    (error: unknown) => error as Error & { type?: string; retryable?: boolean; nextRetryDelay?: unknown },
  );

describe('an event', () => {
  it('is sent as a CloudEvent in structured mode, signed in', async () => {
    expect(await send()).toMatchObject({
      outcome: 'done',
      proof: 'Event dev.cdevents.service.rolledback.0.3.0 was taken',
    });
    expect(receiver.refused).toEqual([]);
    expect(receiver.events).toHaveLength(1);
  });

  it('whose answer was lost is sent again with the same id, for the other side to tell', async () => {
    expect(await failing(send({ mishap: 'lost' }))).toMatchObject({
      type: 'MessageNotSent',
      retryable: true,
    });
    await send();
    const [first, second] = receiver.events;
    expect(second).toEqual(first);
  });

  it.each([
    [{ status: 500 }, 'MessageNotSent', 'it answered 500 "not now"'],
    [{ status: 503 }, 'MessageNotSent', 'it answered 503 "not now"'],
    ['cut', 'MessageNotSent', 'other side closed'],
    [{ status: 404 }, 'MessageRefused', 'it answered 404 "not now"'],
  ] as const)('after %j fails as %s', async (mishap, type, why) => {
    const error = await failing(send({ mishap }));
    expect(error?.type).toBe(type);
    expect(error?.message).toContain(
      `The receiver of events (${new URL(receiver.url).origin}) did not take the message: ${why}`,
    );
    expect(error?.message).toContain('Traffic and data were not changed by this');
  });

  it('waits as long as it is asked to', async () => {
    expect(await failing(send({ mishap: { status: 429, retryAfter: '7' } }))).toMatchObject({
      type: 'MessageNotSent',
      nextRetryDelay: 7000,
    });
  });

  it('that is not let in says so, and never shows the token', async () => {
    const error = await failing(send({ token: 'another-token-of-letters' }));
    expect(error?.type).toBe('MessageRefused');
    expect(error?.message).toContain('not signed in');
    expect(error?.message).toContain('Correct `events.url` and `events.token`.');
    expect(JSON.stringify(error)).not.toContain('another-token-of-letters');
  });
});
