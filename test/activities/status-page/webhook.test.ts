/** Public updates through a webhook. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { statusPageFindings } from '../../../activities/status-page/check.ts';
import { postPublicUpdate } from '../../../activities/status-page/post-update.ts';
import { statusPageSchema } from '../../../src/domain/status-page/settings.ts';
import { json, startVendor } from '../../support/vendor.ts';
import type { Vendor } from '../../support/vendor.ts';

const env = { PAGE_TOKEN: 'token-0123456789' };
let vendor: Vendor;
beforeEach(async () => {
  vendor = await startVendor(({ headers }) =>
    headers.authorization === 'Bearer token-0123456789' ? json(200, {}) : { status: 403 },
  );
});
afterEach(async () => {
  await vendor.close();
});

const update = {
  run: 'run-1',
  number: 3,
  status: 'monitoring',
  severity: 'P0',
  name: 'Problems with our service',
  body: 'It is available again.',
  startedAt: '2026-11-21T02:30:00.000Z',
  nextUpdateAt: '2026-11-21T02:45:00.000Z',
} as const;
const say = async (with_: NodeJS.ProcessEnv = env) =>
  await postPublicUpdate(
    {
      page: statusPageSchema.parse({
        kind: 'webhook',
        url: `${vendor.url}/in`,
        token: { env: 'PAGE_TOKEN' },
      }),
      update,
      incident: null,
    },
    { env: with_, fetch, signal: new AbortController().signal },
  );

it('each update is one request, with a key that is the same for each of its tries', async () => {
  expect(await say()).toEqual({ outcome: 'posted', incident: 'run-1', url: null });
  expect(vendor.seen[0]).toMatchObject({
    method: 'POST',
    path: '/in',
    headers: { 'idempotency-key': 'run-1/3', 'content-type': 'application/json; charset=utf-8' },
  });
  expect(JSON.parse(vendor.seen[0]?.body ?? '')).toEqual({
    version: 1,
    incident: 'run-1',
    update: 3,
    status: 'monitoring',
    severity: 'P0',
    name: 'Problems with our service',
    body: 'It is available again.',
    startedAt: '2026-11-21T02:30:00.000Z',
    nextUpdateAt: '2026-11-21T02:45:00.000Z',
  });
});

it('a token that is not accepted is for a person', async () => {
  await expect(say({ PAGE_TOKEN: 'another-token' })).rejects.toThrow(
    'it answered 403. Traffic and data were not changed by this: it only tells people. ' +
      'Check `statusPage.token`: the receiver does not accept it.',
  );
});

it('what passes by itself is tried again', async () => {
  vendor.inject({ kind: 'answer', status: 503, headers: { 'retry-after': '20' } });
  await expect(say()).rejects.toMatchObject({ type: 'MessageNotSent', nextRetryDelay: 20_000 });
});

it('doctor says whether the token is there, and posts nothing', async () => {
  const page = statusPageSchema.parse({
    kind: 'webhook',
    url: `${vendor.url}/in`,
    token: { env: 'PAGE_TOKEN' },
  });
  const [finding] = await statusPageFindings({ env, fetch }, page);
  expect(finding).toMatchObject({ ok: true, optional: true });
  expect(finding?.detail).toContain('its token is there');
  expect(vendor.seen).toEqual([]);
});
