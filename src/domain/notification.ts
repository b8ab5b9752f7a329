/** Where messages about rollbacks go, and what one message is. */
import * as z from 'zod';
import { secretSchema } from './secret.ts';
import { httpBaseUrlSchema, SLACK_WEB_API, slackChannelIdSchema } from './slack.ts';

/** A channel that is written to as a bot, which can reply in threads, edit, and look for what it has posted. */
export const slackBotSchema = z.strictObject({
  token: secretSchema.describe('Bot token (xoxb-…) of a Slack app. For its scopes see docs/channels.md.'),
  channel: slackChannelIdSchema,
  baseUrl: httpBaseUrlSchema.default(SLACK_WEB_API).describe('Where the Web API is.'),
});
export type SlackBot = z.infer<typeof slackBotSchema>;

const channelSchema = z.union([secretSchema, slackBotSchema]).optional();

export const slackSchema = z
  .strictObject({
    incidents: channelSchema.describe(
      'The incidents channel: every message. An incoming webhook, or a bot, which makes one thread of each rollback.',
    ),
    deployments: channelSchema.describe('The deployments channel: start and end.'),
    engineering: channelSchema.describe('The engineering channel: the end.'),
  })
  .refine((slack) => Object.values(slack).some((channel) => channel !== undefined), {
    message: 'needs at least one of incidents, deployments, engineering',
  });
export type SlackSettings = z.infer<typeof slackSchema>;

/** The moments at which people are told. */
export const ANNOUNCEMENT_EVENTS = [
  'started',
  'waiting-for-approval',
  'traffic-shifted',
  'waiting-for-decision',
  'waiting-for-restore',
  'database-restored',
  'ended',
] as const;
export type AnnouncementEvent = (typeof ANNOUNCEMENT_EVENTS)[number];
