/** One activity call tells one channel of one moment, at the webhook that the plan's configuration names. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { createNotifier } from '../../../activities/notification/notifier.ts';
import { toSlackPayload } from '../../../activities/slack/payload.ts';
import { announcementFor } from '../../../src/domain/announcement.ts';
import { BackoutFailure } from '../../../src/domain/failure.ts';
import type { SlackSettings } from '../../../src/domain/notification.ts';
import type { IncidentRecord } from '../../../src/domain/rollback.ts';
import { started, success } from '../../support/cases.ts';
import { CONFIG, makePlan, makeRecord } from '../../support/records.ts';
import { startSlack } from '../../support/slack.ts';
import type { SlackReceiver } from '../../support/slack.ts';

const folder = mkdtempSync(join(tmpdir(), 'backout-notifier-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let slack: SlackReceiver;
beforeEach(async () => {
  slack = await startSlack();
});
afterEach(() => slack.close());

const signal = new AbortController().signal;
const CHANGED = 'Traffic and data were not changed by this: it only tells people.';

const withSlack = (channels: SlackSettings | undefined): IncidentRecord => {
  const { slack: _, ...config } = CONFIG;
  return makeRecord({
    plan: makePlan({}, { config: channels === undefined ? config : { ...config, slack: channels } }),
  });
};

async function failureOf(sending: Promise<unknown>): Promise<BackoutFailure> {
  const error: unknown = await sending.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(BackoutFailure);
  return error as BackoutFailure;
}

test('the channel gets the message of the moment, and the result says which', async () => {
  const notify = createNotifier({ env: { SLACK_INCIDENTS: slack.url('T1/B1/incidents') } });
  const result = await notify(
    { event: 'started', channel: 'incidents', record: started() },
    { attempt: 1, signal },
  );
  expect(result).toEqual({
    outcome: 'done',
    proof: 'Slack took the message for the incidents channel (started)',
    details: [],
    provedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
  });
  expect(slack.messages.map(({ channel }) => channel)).toEqual(['T1/B1/incidents']);
  expect(slack.messages[0]?.payload).toEqual(toSlackPayload(announcementFor('started', started())));
});

test('each channel has a webhook of its own, also out of a file', async () => {
  const file = join(folder, 'slack-engineering');
  writeFileSync(file, `${slack.url('engineering')}\n`);
  const channels: SlackSettings = {
    incidents: { env: 'A' },
    deployments: { env: 'B' },
    engineering: { file },
  };
  const notify = createNotifier({ env: { A: slack.url('incidents'), B: slack.url('deployments') } });
  for (const channel of ['deployments', 'engineering', 'incidents'] as const) {
    await notify({ event: 'ended', channel, record: withSlack(channels) }, { attempt: 1, signal });
  }
  expect(slack.messages.map(({ channel }) => channel)).toEqual(['deployments', 'engineering', 'incidents']);
});

test('a later try says that it may be a repeat, under the same id', async () => {
  const notify = createNotifier({ env: { SLACK_INCIDENTS: slack.url('incidents') } });
  for (const attempt of [1, 2]) {
    await notify({ event: 'ended', channel: 'incidents', record: success() }, { attempt, signal });
  }
  const [first, second] = slack.messages;
  expect(first?.id).toMatch(/^backout-[0-9a-f]{32}$/);
  expect(second?.id).toBe(first?.id);
  expect(second?.shown).toBe(
    `${first?.shown}\nSent again after a try that was cut off: you may have this already.`,
  );
});

test('a webhook that is not set is a failure that names the variable', async () => {
  const failure = await failureOf(
    createNotifier({ env: {} })(
      { event: 'started', channel: 'incidents', record: started() },
      { attempt: 1, signal },
    ),
  );
  expect([failure.type, failure.retryable]).toEqual(['InvalidConfiguration', false]);
  expect(failure.message).toBe(
    'The worker has no secret in the environment variable SLACK_INCIDENTS: it is not set. Traffic and data were not changed by this. Set SLACK_INCIDENTS for the worker and start it again.',
  );
});

test.each([
  ['no Slack at all', undefined],
  ['other channels only', { incidents: { env: 'SLACK_INCIDENTS' } }],
])('with %s configured, the channel that is missing is named', async (_, channels) => {
  const notify = createNotifier({ env: { SLACK_INCIDENTS: slack.url('incidents') } });
  const failure = await failureOf(
    notify({ event: 'ended', channel: 'deployments', record: withSlack(channels) }, { attempt: 1, signal }),
  );
  expect([failure.type, failure.retryable]).toEqual(['InvalidConfiguration', false]);
  expect(failure.message).toBe(
    `There is no Slack channel "deployments" in the configuration of this service. ${CHANGED} Add \`deployments\` under \`slack\`.`,
  );
  expect(slack.messages).toEqual([]);
});

test('what Slack refuses is passed on with the place of the secret, never the secret', async () => {
  slack.refuse({ status: 403, body: 'invalid_token' });
  const failure = await failureOf(
    createNotifier({ env: { SLACK_INCIDENTS: slack.url('services/T0AAAAAAA/B0BBBBBBB/sEcReTsEcReT') } })(
      { event: 'started', channel: 'incidents', record: started() },
      { attempt: 1, signal },
    ),
  );
  expect(failure.type).toBe('MessageRefused');
  expect(failure.message).toBe(
    `Slack did not take the message for the incidents channel (webhook in the environment variable SLACK_INCIDENTS): it answered 403 "invalid_token". ${CHANGED} The webhook was removed or never was: make a new one in Slack and put its URL there.`,
  );
  expect(slack.messages).toEqual([]);
});
