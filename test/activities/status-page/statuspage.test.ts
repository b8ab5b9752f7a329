/** Incidents on Statuspage, against a server that demands what the vendor documents. */
import { ApplicationFailure } from '@temporalio/activity';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { statusPageFindings } from '../../../activities/status-page/check.ts';
import { postPublicUpdate } from '../../../activities/status-page/post-update.ts';
import { BackoutFailure } from '../../../src/domain/failure.ts';
import { statusPageSchema } from '../../../src/domain/status-page/settings.ts';
import type { PublicUpdate } from '../../../src/domain/status-page/update.ts';
import { startStatuspage } from '../../support/statuspage-api.ts';
import type { Statuspage } from '../../support/statuspage-api.ts';

const API_KEY = 'sp-key-0123456789abcdef';
const env = { SP_KEY: API_KEY };
let vendor: Statuspage;
beforeEach(async () => {
  vendor = await startStatuspage({ pageId: 'page1', apiKey: API_KEY, componentIds: ['web', 'api'] });
});
afterEach(async () => {
  await vendor.close();
});

const update = (change: Partial<PublicUpdate> = {}): PublicUpdate => ({
  run: 'run-1',
  number: 1,
  status: 'investigating',
  severity: 'P1',
  name: 'Problems with Example Listings',
  body: 'We are investigating problems with Example Listings.',
  startedAt: '2026-11-21T02:30:00.000Z',
  nextUpdateAt: '2026-11-21T02:45:00.000Z',
  ...change,
});
const pageOf = (change: object = {}) =>
  statusPageSchema.parse({
    kind: 'statuspage',
    pageId: 'page1',
    apiKey: { env: 'SP_KEY' },
    baseUrl: `${vendor.url}/v1`,
    ...change,
  });
const say = async (
  said: PublicUpdate,
  { incident = null as string | null, page = pageOf(), timeoutMs = 2000 } = {},
) =>
  await postPublicUpdate(
    { page, update: said, incident },
    { env, fetch, signal: new AbortController().signal, timeoutMs },
  );
const failure = async (trying: Promise<unknown>): Promise<Error> =>
  await trying.then(
    () => {
      throw new Error('it should have failed');
    },
    (error: unknown) => error as Error,
  );
const writes = () => vendor.seen.filter(({ method }) => method !== 'GET').map(({ method }) => method);

it('the first update makes an incident with impact, components and the mark by which it is found', async () => {
  const page = pageOf({ componentIds: ['web'] });
  expect(await say(update(), { page })).toEqual({
    outcome: 'posted',
    incident: 'inc1',
    url: 'https://stspg.example.net/inc1',
  });
  expect(JSON.parse(vendor.seen.at(-1)?.body ?? '')).toEqual({
    incident: {
      name: 'Problems with Example Listings',
      status: 'investigating',
      impact_override: 'major',
      body: 'We are investigating problems with Example Listings.',
      deliver_notifications: true,
      metadata: { backout: { run: 'run-1', update: 1 } },
      component_ids: ['web'],
      components: { web: 'partial_outage' },
    },
  });
  expect(vendor.components).toEqual({ web: 'partial_outage', api: 'operational' });
});

it('later ones change that incident, leave its title and impact, and give the components back', async () => {
  const page = pageOf({ componentIds: ['web'] });
  await say(update(), { page });
  await say(update({ number: 2, status: 'monitoring', body: 'It is available again.' }), {
    page,
    incident: 'inc1',
  });
  const { incident } = JSON.parse(vendor.seen.at(-1)?.body ?? '') as { incident: object };
  expect(Object.keys(incident)).toEqual([
    'status',
    'body',
    'deliver_notifications',
    'metadata',
    'component_ids',
    'components',
  ]);
  expect(vendor.components).toEqual({ web: 'operational', api: 'operational' });
  expect(vendor.incidents).toHaveLength(1);
  expect(vendor.incidents[0]?.updates).toEqual([
    'investigating: We are investigating problems with Example Listings.',
    'monitoring: It is available again.',
  ]);
});

describe('one incident per rollback', () => {
  it('one whose making was cut off is found by the next try, and the update is not repeated', async () => {
    vendor.inject({ kind: 'duplicate' }, { kind: 'cut' });
    expect((await failure(say(update()))).message).toMatch(/did not take the message/);
    expect(await say(update())).toMatchObject({ outcome: 'already', incident: 'inc1' });
    expect(writes()).toEqual(['POST']);
    expect(vendor.incidents).toHaveLength(1);
  });

  it('an update that was cut off is not posted a second time', async () => {
    await say(update());
    vendor.inject({ kind: 'duplicate' }, { kind: 'cut' });
    const second = update({ number: 2, body: 'Nothing has changed.' });
    await failure(say(second, { incident: 'inc1' }));
    expect(await say(second, { incident: 'inc1' })).toMatchObject({ outcome: 'already' });
    expect(vendor.incidents[0]?.updates).toHaveLength(2);
  });

  it('the last one whose answer was lost opens nothing new, though it is closed by then', async () => {
    await say(update());
    const last = update({ number: 2, status: 'resolved', nextUpdateAt: null });
    await say(last);
    expect(await say(last)).toMatchObject({ outcome: 'already', incident: 'inc1' });
    expect(vendor.incidents).toHaveLength(1);
  });

  it('that of another rollback is left alone', async () => {
    await say(update({ run: 'run-0' }));
    expect(await say(update())).toMatchObject({ outcome: 'posted', incident: 'inc2' });
    expect(vendor.incidents.map(({ updates }) => updates.length)).toEqual([1, 1]);
  });

  it('nothing is opened only to be closed', async () => {
    expect(await say(update({ status: 'resolved' }))).toEqual({
      outcome: 'nothing-to-close',
      incident: null,
      url: null,
    });
    expect(writes()).toEqual([]);
  });
});

describe('what people did on the page counts', () => {
  it.each(['resolved', 'postmortem'])('one that is %s is not opened again', async (status) => {
    await say(update());
    Object.assign(vendor.incidents[0] ?? {}, { status });
    expect(await say(update({ number: 2 }), { incident: 'inc1' })).toMatchObject({ outcome: 'closed' });
    expect(writes()).toEqual(['POST']);
  });

  it('one that was deleted is not made again', async () => {
    await say(update());
    vendor.incidents.length = 0;
    expect(await say(update({ number: 2 }), { incident: 'inc1' })).toMatchObject({ outcome: 'closed' });
    expect(vendor.incidents).toEqual([]);
  });
});

describe('troubles', () => {
  it.each([420, 429])('after %i it is tried again when the page says so', async (status) => {
    vendor.inject({ kind: 'answer', status, headers: { 'retry-after': '7' } });
    const error = await failure(say(update()));
    expect(error).toBeInstanceOf(ApplicationFailure);
    expect(error).toMatchObject({ type: 'MessageNotSent', nextRetryDelay: 7000 });
  });

  it('a 420 without a time is waited out for 15 s', async () => {
    vendor.inject({ kind: 'answer', status: 420, body: '{"error":"Too many"}' });
    expect(await failure(say(update()))).toMatchObject({ nextRetryDelay: 15_000 });
  });

  it('after a 500 it is tried again, and says what the page said', async () => {
    vendor.inject({ kind: 'answer', status: 500, body: 'oops' });
    const error = await failure(say(update()));
    expect(error).toMatchObject({ type: 'MessageNotSent' });
    expect(error.message).toBe(
      'Statuspage (page page1) (API key in the environment variable SP_KEY) did not take the message: it answered 500 "oops". ' +
        'Traffic and data were not changed by this: it only tells people. ' +
        'Backout tries again by itself. If it goes on, check the network of the worker and the status of that service.',
    );
  });

  it('a page that does not answer is given up in its time', async () => {
    vendor.inject({ kind: 'silent' });
    expect((await failure(say(update(), { timeoutMs: 100 }))).message).toContain('no answer within 0.1 s');
  });

  it('a wrong key is for a person, and stands in no message', async () => {
    vendor.inject({ kind: 'answer', status: 401, body: `no such key ${API_KEY}` });
    const error = await failure(say(update()));
    expect(error).toBeInstanceOf(BackoutFailure);
    expect(error).toMatchObject({ type: 'MessageRefused' });
    expect(error.message).toContain('it answered 401 "no such key [secret]"');
    expect(error.message).toContain('whose user may manage incidents of this page');
  });

  it('a component that is not there is for a person', async () => {
    const error = await failure(say(update(), { page: pageOf({ componentIds: ['nope'] }) }));
    expect(error).toMatchObject({ type: 'MessageRefused' });
    expect(error.message).toContain('Component nope not found');
    expect(error.message).toContain('each must be a component of this page');
  });
});

describe('doctor', () => {
  it('reads the page and its components, and posts nothing', async () => {
    expect(await statusPageFindings({ env, fetch }, pageOf({ componentIds: ['web', 'api'] }))).toEqual([
      {
        name: 'status page',
        optional: true,
        ok: true,
        detail: 'Statuspage (page page1): the key can read the page Example Status, with 2 components',
      },
    ]);
    expect(writes()).toEqual([]);
  });

  it('says what to do about a component that is not there', async () => {
    const [finding] = await statusPageFindings({ env, fetch }, pageOf({ componentIds: ['nope'] }));
    expect(finding).toMatchObject({
      ok: false,
      fix: 'Check `statusPage.pageId`, `statusPage.componentIds` and `statusPage.baseUrl`.',
    });
  });

  it('says which variable is not set', async () => {
    const [finding] = await statusPageFindings({ env: {}, fetch }, pageOf());
    expect(finding).toMatchObject({ ok: false, fix: 'Set SP_KEY for the worker and start it again.' });
  });

  it('says nothing where there is no page', async () => {
    expect(await statusPageFindings({ env, fetch }, undefined)).toEqual([]);
  });
});
