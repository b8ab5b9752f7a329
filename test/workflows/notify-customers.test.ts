/** Customers are told once, and only of what a person has completed. */
import { ApplicationFailure } from '@temporalio/common';
import { expect, test } from 'vitest';
import type { Activities } from '../../activities/types.ts';
import { notTaken } from '../../activities/outbound/failures.ts';
import { sendNotice } from '../../src/cli/temporal/send-notice.ts';
import type { Session } from '../../src/cli/temporal/connect.ts';
import type { NoticeRequest } from '../../src/domain/customer-notice/sending.ts';
import type { BackoutFailure } from '../../src/domain/failure.ts';
import { fails, withFakes } from './drive.ts';
import { labOfFile } from './lab.ts';

const lab = labOfFile();

let count = 0;
const request = (): NoticeRequest => ({
  rollback: { workflowId: `rollback-notice-${++count}`, startedAt: '2026-11-21T04:15:00.250Z' },
  service: 'listings',
  environment: 'production',
  incidentFolder: '/var/lib/backout/incidents/rollback-20261121-041500',
  by: 'anna',
});

type Sending = (again?: boolean, of?: NoticeRequest) => ReturnType<typeof sendNotice>;

/** As `backout notify-customers` does it. */
const drive = (
  replaced: Partial<Activities>,
  work: (send: Sending, calls: string[]) => Promise<void>,
): Promise<void> =>
  withFakes({ lab, workflow: 'notifyCustomers' }, replaced, async ({ calls, taskQueue }) => {
    const session = {
      client: lab.environment.client,
      settings: { taskQueue },
      program: 'backout',
    } as unknown as Session;
    const { signal } = new AbortController();
    const one = request();
    await work((again = false, of = one) => sendNotice(session, of, { again, interrupt: signal }), calls);
  });

test('what was read is sent, and said to have been; a second time only with --again', async () => {
  await drive({}, async (send, calls) => {
    await expect(send()).resolves.toMatchObject({
      by: 'anna',
      to: ['customers@example.com'],
      notice: { subject: 'Lost', body: 'as in /var/lib/backout/incidents/rollback-20261121-041500' },
    });
    await expect(send()).rejects.toThrow(
      /^This notice was sent before, or is being sent: .* Nothing was sent now\. To send it once more: --again\.$/,
    );
    expect(calls).toEqual(['readCustomerNotice', 'sendCustomerNotice']);
    await send(true);
    expect(calls.filter((call) => call === 'sendCustomerNotice')).toHaveLength(2);
  });
});

test('a notice that is not complete is not sent, and can be said again when it is', async () => {
  let complete = false;
  const readCustomerNotice: Activities['readCustomerNotice'] = async () => {
    if (!complete) return await fails('FileUnusable', '2 lines still have `[TO FILL IN …]` in them.')();
    return { subject: 'Lost', body: 'yours' };
  };
  await drive({ readCustomerNotice }, async (send, calls) => {
    await expect(send()).rejects.toThrow('2 lines still have `[TO FILL IN …]` in them.');
    expect(calls).toEqual([]);
    complete = true;
    await expect(send()).resolves.toMatchObject({ notice: { body: 'yours' } });
    expect(calls).toEqual(['sendCustomerNotice']);
  });
});

test('a mail of which nobody knows whether it was taken is not sent again by itself, nor by saying the same again', async () => {
  let tries = 0;
  const sendCustomerNotice: Activities['sendCustomerNotice'] = async () => {
    tries++;
    // As a connection that is cut fails: worth another try, were it not for customers.
    throw Object.assign(new Error('The connection was cut.'), { name: 'MessageNotSent' });
  };
  await drive({ sendCustomerNotice }, async (send) => {
    await expect(send()).rejects.toThrow(
      'It is not known whether the notice was sent: The connection was cut. Backout does not try again by itself, since customers would get it twice. Traffic and data were not changed by this. Ask whoever runs the mail server whether it took it. If it did not, say so again with --again.',
    );
    await expect(send()).rejects.toThrow(/^An earlier try may have sent this notice: /);
    expect(tries).toBe(1);
    await expect(send(true)).rejects.toThrow(/^It is not known/);
    expect(tries).toBe(2);
  });
});

test('what a mail server did not take is said without the promise to try again, which holds for other messages only', async () => {
  const error = notTaken('customers by e-mail', {
    kind: 'later',
    why: 'no answer within 10 s',
  }) as BackoutFailure;
  const sendCustomerNotice: Activities['sendCustomerNotice'] = () =>
    Promise.reject(
      ApplicationFailure.create({ type: error.type, message: error.message, details: [error.parts] }),
    );
  await drive({ sendCustomerNotice }, async (send) => {
    await expect(send()).rejects.toThrow(
      /^It is not known whether the notice was sent: customers by e-mail did not take the message: no answer within 10 s\. Backout does not try again by itself, /,
    );
  });
});

test('a mail that was surely not sent can be said again', async () => {
  let configured = false;
  const sendCustomerNotice: Activities['sendCustomerNotice'] = async ({ by, notice }) => {
    if (!configured) return await fails('InvalidConfiguration', 'There is no `customerNotice`.')();
    return { at: '2026-11-21T09:00:00.000Z', by, to: ['c@example.com'], receipt: '250 ok', notice };
  };
  await drive({ sendCustomerNotice }, async (send) => {
    await expect(send()).rejects.toThrow('There is no `customerNotice`.');
    configured = true;
    await expect(send()).resolves.toMatchObject({ to: ['c@example.com'] });
  });
});
