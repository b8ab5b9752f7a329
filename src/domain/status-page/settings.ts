/** The page on which customers read what is wrong (requirement H2). Source of the JSON Schema for editors. */
import * as z from 'zod';
import { secretSchema } from '../secret.ts';
import { httpBaseUrlSchema } from '../slack.ts';

const pageIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be an ID of letters and digits, as in the page’s API settings');

const common = {
  publicName: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .regex(/^[^\r\n]*$/, 'must be one line')
    .default('our service')
    .describe('How customers know the service. The only name that the public texts hold.'),
  everyMinutes: z
    .int()
    .min(5)
    .max(60)
    .default(15)
    .describe('While the incident is open there is an update at least this often.'),
  slowAfterMinutes: z
    .int()
    .min(15)
    .max(24 * 60)
    .default(120)
    .describe('After this time updates come every `slowEveryMinutes`.'),
  slowEveryMinutes: z
    .int()
    .min(5)
    .max(24 * 60)
    .default(30)
    .describe('How often updates come after `slowAfterMinutes`.'),
};

export const statuspageSchema = z.strictObject({
  kind: z.literal('statuspage').describe('Atlassian Statuspage, by its REST API.'),
  pageId: pageIdSchema.describe('ID of the page.'),
  apiKey: secretSchema.describe('API key of a user who may manage incidents of the page.'),
  componentIds: z
    .array(pageIdSchema)
    .max(50)
    .default([])
    .describe('Components that the incident is about. They are shown as affected until it is safe.'),
  baseUrl: httpBaseUrlSchema.default('https://api.statuspage.io/v1').describe('Where the API is.'),
  ...common,
});

export const webhookPageSchema = z.strictObject({
  kind: z.literal('webhook').describe('Any other page: each update as JSON to a URL of your own.'),
  url: httpBaseUrlSchema.describe('Where each update is posted.'),
  token: secretSchema.describe('Sent as `Authorization: Bearer TOKEN`.'),
  ...common,
});

export const statusPageSchema = z
  .discriminatedUnion('kind', [statuspageSchema, webhookPageSchema])
  .describe('The page on which customers read what is wrong. See docs/status-page.md.');
export type StatusPageSettings = z.infer<typeof statusPageSchema>;
export type PageOf<Kind extends StatusPageSettings['kind']> = Extract<StatusPageSettings, { kind: Kind }>;

/** The page in words, without secrets. */
export function describePage(page: StatusPageSettings): string {
  return page.kind === 'statuspage'
    ? `Statuspage (page ${page.pageId})`
    : `status page webhook (${new URL(page.url).host})`;
}
