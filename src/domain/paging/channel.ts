/** The ways in which a person can be paged. Source of the JSON Schema for editors. */
import * as z from 'zod';
import { distinctBy } from '../distinct.ts';
import { secretSchema } from '../secret.ts';
import { httpBaseUrlSchema as baseUrl, SLACK_WEB_API, slackChannelIdSchema } from '../slack.ts';
import { addressSchema, smtpSchema } from './mail.ts';

const name = z
  .string()
  .trim()
  .min(1)
  .max(60)
  .optional()
  .describe('What people call it, in receipts and messages.');

export const pagerdutySchema = z.strictObject({
  kind: z.literal('pagerduty').describe('PagerDuty, by its Events API v2.'),
  name,
  routingKey: secretSchema.describe('Integration key (32 characters) of an Events API v2 integration.'),
  baseUrl: baseUrl
    .default('https://events.pagerduty.com')
    .describe('In the EU region: https://events.eu.pagerduty.com'),
});

export const goalertSchema = z.strictObject({
  kind: z.literal('goalert').describe('GoAlert, by its Generic API.'),
  name,
  token: secretSchema.describe('Token of a Generic API integration key.'),
  baseUrl: baseUrl.describe('Where GoAlert is, such as https://goalert.example.com'),
});

export const slackPageSchema = z
  .strictObject({
    kind: z.literal('slack').describe('Slack, by its Web API or an incoming webhook.'),
    name,
    webhook: secretSchema
      .optional()
      .describe('The simple way: an incoming webhook. Or `token` and `channel`.'),
    token: secretSchema
      .optional()
      .describe('Bot token (xoxb-…). With it a page is looked for before it is sent a second time.'),
    channel: slackChannelIdSchema.optional(),
    mention: z
      .array(
        z
          .string()
          .regex(
            /^(here|channel|[UW][A-Z0-9]{6,}|S[A-Z0-9]{6,})$/,
            'must be here, channel, or the ID of a user (U…) or user group (S…)',
          ),
      )
      .max(20)
      .default([])
      .describe('Who is called by name: IDs of users (U…) and user groups (S…), `here` or `channel`.'),
    baseUrl: baseUrl.default(SLACK_WEB_API).describe('Where the Web API is.'),
  })
  .refine(
    ({ webhook, token, channel }) =>
      webhook === undefined
        ? token !== undefined && channel !== undefined
        : token === undefined && channel === undefined,
    { message: 'needs either `webhook`, or `token` and `channel`' },
  );

export const emailPageSchema = z.strictObject({
  kind: z.literal('email').describe('Mail, by SMTP.'),
  name,
  from: addressSchema.describe('Who the mail is from.'),
  to: z.array(addressSchema).min(1).max(50).describe('Who gets it.'),
  smtp: smtpSchema,
});

export const webhookPageSchema = z.strictObject({
  kind: z.literal('webhook').describe('A request that is signed, to a URL of your own.'),
  name,
  url: z
    .union([
      z
        .string()
        .regex(/^https?:\/\/[^\s@#]+$/, 'must start with https:// or http://, without a login or fragment'),
      secretSchema,
    ])
    .describe('The URL, or, where it holds a token, where the worker finds it.'),
  signingKey: secretSchema.describe('Key of the HMAC-SHA256 signature, at least 16 characters.'),
});

/** Every way to page. A new one is a new member here and a new driver in activities/paging. */
export const pagingChannelSchema = z.discriminatedUnion('kind', [
  pagerdutySchema,
  goalertSchema,
  slackPageSchema,
  emailPageSchema,
  webhookPageSchema,
]);
export type PagingChannel = z.infer<typeof pagingChannelSchema>;
export type PagingChannelInput = z.input<typeof pagingChannelSchema>;
export type ChannelOf<Kind extends PagingChannel['kind']> = Extract<PagingChannel, { kind: Kind }>;

const PROVIDERS: Record<PagingChannel['kind'], string> = {
  pagerduty: 'PagerDuty',
  goalert: 'GoAlert',
  slack: 'Slack',
  email: 'e-mail',
  webhook: 'webhook',
};

/** Each once; the first stays. */
export const distinctChannels = (channels: PagingChannel[]): PagingChannel[] =>
  distinctBy(channels, (channel) => JSON.stringify(channel));

/** The channel in words, without secrets: "PagerDuty (listings-primary)", "e-mail (oncall@example.com)". */
export function describeChannel(channel: PagingChannel): string {
  const detail = channel.name ?? detailOf(channel);
  return detail === null ? PROVIDERS[channel.kind] : `${PROVIDERS[channel.kind]} (${detail})`;
}

/** What tells two channels of one kind apart where nobody gave them a name. */
function detailOf(channel: PagingChannel): string | null {
  switch (channel.kind) {
    case 'pagerduty':
      return null;
    case 'goalert':
      return new URL(channel.baseUrl).host;
    case 'slack':
      return channel.channel ?? null;
    case 'email':
      return channel.to.join(', ');
    case 'webhook':
      return typeof channel.url === 'string' ? new URL(channel.url).host : null;
  }
}
