/** What settings of Slack share, wherever they stand. */
import * as z from 'zod';

export const SLACK_WEB_API = 'https://slack.com/api';

/** A base URL that has nothing secret in it. */
export const httpBaseUrlSchema = z
  .string()
  .regex(/^https?:\/\/[^\s@?#]+$/, 'must start with https:// or http://, without a login, query or fragment');

export const slackChannelIdSchema = z
  .string()
  .regex(/^[CGD][A-Z0-9]{6,}$/, 'must be the ID of a channel, such as C0123456789')
  .describe('ID of the channel, which its details show.');
