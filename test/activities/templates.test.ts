/** Whatever is sent is in the team's own words, where a template has them; a template that fails holds nothing up. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Deps } from '../../activities/deps.ts';
import { createActivities } from '../../activities/index.ts';
import { toSlackPayload } from '../../activities/slack/payload.ts';
import type { Activities } from '../../activities/types.ts';
import { headFor } from '../../src/domain/announcement-head.ts';
import { announcementFor } from '../../src/domain/announcement.ts';
import { pagingChannelSchema } from '../../src/domain/paging/channel.ts';
import { statusPageSchema } from '../../src/domain/status-page/settings.ts';
import { trafficSentence } from '../../src/domain/report/traffic.ts';
import type { TemplateMessage } from '../../src/domain/templates/messages.ts';
import { samplePlace, sampleRecord } from '../../src/domain/templates/sample-record.ts';
import type { Templates } from '../../src/templates/write.ts';
import { started } from '../support/cases.ts';
import { freezeOf } from '../support/full-records.ts';
import { makePage } from '../support/pages.ts';
import { CONFIG } from '../support/records.ts';
import { startSlack } from '../support/slack.ts';
import type { SlackReceiver } from '../support/slack.ts';
import { json, startVendor } from '../support/vendor.ts';
import type { Vendor } from '../support/vendor.ts';

let slack: SlackReceiver;
let vendor: Vendor;
beforeEach(async () => {
  slack = await startSlack();
  vendor = await startVendor(() => json(200, {}));
});
afterEach(async () => {
  await Promise.all([slack.close(), vendor.close()]);
});

/** Runs an activity of a worker that has these templates. `logged`: what its log was told of them. */
async function perform<Result>(
  act: (activities: Activities) => Promise<Result>,
  sources: Partial<Record<TemplateMessage, string>>,
): Promise<{ result: Result; logged: string[] }> {
  const logged: string[] = [];
  const templates: Templates = Object.fromEntries(
    Object.entries(sources).map(([message, source]) => [message, { file: `/t/${message}.liquid`, source }]),
  );
  const activities = createActivities({
    env: { SLACK_INCIDENTS: slack.url('incidents'), TOKEN: 'token-0123456789', KEY: 'k'.repeat(32) },
    fetch,
    services: { listings: { environments: { production: CONFIG } } },
    templates,
    onBadTemplate: (problem) => void logged.push(problem),
  } as Partial<Deps> as Deps);
  const mock = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR', () => undefined) });
  return { result: await mock.run(() => act(activities)), logged };
}

const shown = () => JSON.stringify(slack.messages[0]?.payload);

describe('a bug in what tells people', () => {
  const broken = { ref: null, freeze: { service: 'listings', environment: 'production' } };
  it.each<[string, (activities: Activities) => Promise<unknown>]>([
    ['an announcement', ({ announce }) => announce({ event: 'started', channel: 'incidents' } as never)],
    ['one of a freeze', ({ announceFreeze }) => announceFreeze({ ...broken, channel: 'incidents' } as never)],
  ])('is not taken for a change of traffic: %s', async (_, act) => {
    await expect(perform(act, {})).rejects.toThrow(
      ' Traffic and data were not changed by this: it only tells people. ',
    );
  });
});

describe('an announcement', () => {
  const input = { event: 'started', channel: 'incidents', record: started() } as const;

  it('is what its template writes', async () => {
    const source =
      '{{ service }} goes back, says {{ channel }}\n{{ traffic }}\nRunbook: https://wiki.example.com';
    const { result, logged } = await perform((activities) => activities.announce(input), {
      'announcement-started': source,
    });
    const { id, tone, commands } = announcementFor('started', input.record);
    expect(slack.messages[0]?.payload).toEqual(
      toSlackPayload({
        ...{ id, tone, commands, fields: [], lists: [] },
        title: 'listings goes back, says incidents',
        body: [trafficSentence(input.record), 'Runbook: https://wiki.example.com'],
      }),
    );
    expect({ details: result.details, logged }).toEqual({ details: [], logged: [] });
  });

  it('is the default where its template fails; the result and the log say which file, and why', async () => {
    const { result, logged } = await perform((activities) => activities.announce(input), {
      'announcement-started': 'ok\n{{ reason.nothing }}',
    });
    expect(slack.messages[0]?.payload).toEqual(toSlackPayload(announcementFor('started', input.record)));
    const said =
      'The template /t/announcement-started.liquid:2:4 failed: undefined variable: reason.nothing. The default text was used ' +
      'instead. Correct it, look at it with `backout templates preview announcement-started`, and restart the worker.';
    expect({ proof: result.proof, details: result.details, logged }).toEqual({
      proof: 'Slack took the message for the incidents channel (started)',
      details: [said],
      logged: [said],
    });
  });

  it('of a freeze is what its template writes', async () => {
    const message = {
      ...({ moment: 'asked', count: 0, awaiting: null } as const),
      freeze: freezeOf('held', 'held'),
      ref: { workflowId: 'w', runId: 'r', startedAt: '2026-11-21T04:15:00.000Z', requestedBy: 'anna' },
    };
    await perform((activities) => activities.announceFreeze({ ...message, channel: 'incidents' }), {
      'announcement-freeze': 'Halt: {{ reason }}',
    });
    expect(shown()).toContain('Halt: prices are overwritten');
    expect(shown()).not.toContain('FROZEN');
  });
});

describe('a page', () => {
  const channel = () =>
    pagingChannelSchema.parse({ kind: 'webhook', url: `${vendor.url}/in`, signingKey: { env: 'KEY' } });

  it('is what its template writes, for every channel, with its commands', async () => {
    const { logged } = await perform(
      (activities) => activities.sendPage({ channel: channel(), page: makePage() }),
      { page: 'WAKE UP: {{ service }}\nLevel {{ level }}' },
    );
    expect(JSON.parse(vendor.seen[0]?.body ?? '')).toMatchObject({
      title: 'WAKE UP: listings',
      body: ['Level 1'],
      facts: [],
      commands: [{ heading: 'Acknowledge', lines: ['backout ack listings --by NAME'] }],
    });
    expect(logged).toEqual([]);
  });

  it('goes out as the default where its template fails', async () => {
    const { logged } = await perform(
      (activities) => activities.sendPage({ channel: channel(), page: makePage() }),
      { page: '{% for i in (1..9999999) %}{% endfor %}' },
    );
    expect(JSON.parse(vendor.seen[0]?.body ?? '')).toMatchObject({ title: makePage().title });
    expect(logged).toEqual([
      expect.stringMatching(/^The template \/t\/page\.liquid:1:1 failed: memory alloc limit exceeded\./),
    ]);
  });
});

describe('a public update', () => {
  const update = {
    ...{ run: 'run-1', number: 3, name: 'Problems with our service', body: 'It is available again.' },
    ...({ status: 'monitoring', severity: 'P0' } as const),
    startedAt: '2026-11-21T02:30:00.000Z',
    nextUpdateAt: '2026-11-21T02:45:00.000Z',
  };
  const input = () => ({
    page: statusPageSchema.parse({ kind: 'webhook', url: `${vendor.url}/in`, token: { env: 'TOKEN' } }),
    update,
    incident: null,
  });

  it('is what its template writes, and the records are told what customers read', async () => {
    const { result } = await perform((activities) => activities.postPublicUpdate(input()), {
      'status-page-update': '{{ default }}\nSorry. Next: {{ next_update }}',
    });
    const body = 'It is available again.\nSorry. Next: 2026-11-21 02:45 UTC';
    expect(JSON.parse(vendor.seen[0]?.body ?? '')).toMatchObject({ body });
    expect(result).toEqual({ outcome: 'posted', incident: 'run-1', url: null, body });
  });

  it('shows customers nothing of a template that fails', async () => {
    const { result, logged } = await perform((activities) => activities.postPublicUpdate(input()), {
      'status-page-update': '{{ reason }}',
    });
    expect(JSON.parse(vendor.seen[0]?.body ?? '')).toMatchObject({ body: update.body });
    expect(result).toEqual({ outcome: 'posted', incident: 'run-1', url: null });
    expect(logged).toHaveLength(1);
  });
});

it('the head of a thread is made of the messages as they are sent', () => {
  const record = sampleRecord('traffic-shifted', samplePlace());
  const ours = headFor('traffic-shifted', record, (event) => ({
    ...announcementFor(event, record),
    ...{ title: `ours: ${event}`, body: [`first of ${event}`, `second of ${event}`] },
  }));
  expect(ours).toMatchObject({
    title: 'ours: traffic-shifted',
    body: ['first of traffic-shifted', 'second of started'],
  });
});
