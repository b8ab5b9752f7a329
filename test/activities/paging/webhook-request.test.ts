/** Pages as signed JSON. The signatures are made with `openssl dgst -sha256 -hmac KEY`. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { toWebhookRequest } from '../../../activities/paging/webhook-request.ts';
import { makePage } from '../../support/pages.ts';

const signed = { signingKey: 'a key of the team', sentAt: 1_795_000_000 };

test('everything of the page is there, under names of its own', () => {
  const { body } = toWebhookRequest(makePage(), signed);
  expect(JSON.parse(body)).toEqual({
    version: 1,
    id: 'backout/listings/production/run-1/1/1',
    incidentKey: 'backout/listings/production/run-1',
    action: 'trigger',
    level: { number: 1, name: 'on duty' },
    severity: 'P0',
    service: 'listings',
    environment: 'production',
    title: 'listings in production is being rolled back (P0)',
    body: ['Traffic goes to green 2.0 still. No data was changed.', '5xx since 2.0'],
    facts: [
      { name: 'From', value: 'green 2.0' },
      { name: 'To', value: 'blue 1.0' },
    ],
    commands: [{ heading: 'Acknowledge', lines: ['backout ack listings --by NAME'] }],
  });
});

test('the signature is of the time and the body, as openssl makes it', () => {
  const { headers, body } = toWebhookRequest(makePage({ title: 'ü 🚨' }), signed);
  const said = execFileSync('openssl', ['dgst', '-sha256', '-hmac', signed.signingKey], {
    input: `1795000000.${body}`,
    encoding: 'utf8',
  });
  expect(headers['Backout-Signature']).toBe(`v1=${said.trim().split(' ').at(-1)}`);
  expect(headers['Backout-Timestamp']).toBe('1795000000');
});

test('every try of a page has the same Idempotency-Key, and the same body', () => {
  const [first, second] = [1_795_000_000, 1_795_000_060].map((sentAt) =>
    toWebhookRequest(makePage(), { ...signed, sentAt }),
  );
  expect(first?.headers['Idempotency-Key']).toBe('backout/listings/production/run-1/1/1');
  expect(second?.headers['Idempotency-Key']).toBe('backout/listings/production/run-1/1/1');
  expect(second?.body).toBe(first?.body);
  expect(second?.headers['Backout-Signature']).not.toBe(first?.headers['Backout-Signature']);
});

test('an ID that a header can not hold is a hash there', () => {
  const keyOf = (id: string) => toWebhookRequest(makePage({ id }), signed).headers['Idempotency-Key'];
  expect(keyOf('für/1')).toMatch(/^backout-[0-9a-f]{40}$/);
  expect(keyOf(`a\r\nX-Evil: 1`)).toMatch(/^backout-[0-9a-f]{40}$/);
});

test('the receiver in docs/channels.md knows what is genuine', async () => {
  const page = readFileSync('docs/channels.md', 'utf8');
  const snippet = /```js\n(.*?)```/s.exec(page)?.[1] ?? '';
  const { isGenuine } = (await import(`data:text/javascript,${encodeURIComponent(snippet)}`)) as {
    isGenuine: (headers: Record<string, string>, body: Buffer, key: string) => boolean;
  };
  const now = Math.floor(Date.now() / 1000);
  const made = (sentAt: number) => {
    const { headers, body } = toWebhookRequest(makePage({ title: 'ü' }), { ...signed, sentAt });
    const names = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
    return { headers: Object.fromEntries(names) as Record<string, string>, body: Buffer.from(body) };
  };
  const { headers, body } = made(now);
  expect(isGenuine(headers, body, signed.signingKey)).toBe(true);
  expect(isGenuine(headers, body, 'another key')).toBe(false);
  expect(isGenuine(headers, Buffer.concat([body, Buffer.from(' ')]), signed.signingKey)).toBe(false);
  expect(isGenuine({ ...headers, 'backout-timestamp': String(now + 1) }, body, signed.signingKey)).toBe(
    false,
  );
  expect(isGenuine({}, body, signed.signingKey)).toBe(false);
  const old = made(now - 301);
  expect(isGenuine(old.headers, old.body, signed.signingKey)).toBe(false);
});
