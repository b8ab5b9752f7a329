/** What happens after a rollback: how long the service is watched, who is reminded of what, where tickets are made. */
import * as z from 'zod';
import { secretSchema } from '../secret.ts';

const baseUrl = z
  .string()
  .regex(/^https?:\/\/[^\s@?#]+$/, 'must start with https:// or http://, without a login, query or fragment');

/** GitHub and Jira take no blanks in a label, or read a comma as two labels. */
const label = z.string().regex(/^[^\s,]{1,50}$/, 'must be 1 to 50 characters without blanks and commas');

const labels = z
  .array(label)
  .max(20)
  .default(['bug', 'rollback'])
  .describe('What every ticket is labelled with, besides the environment and the severity.');

export const githubSchema = z.strictObject({
  repo: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,39}\/[A-Za-z0-9._-]{1,100}$/, 'must be owner/name')
    .describe('The repository, as `owner/name`.'),
  token: secretSchema.describe('A token that may read and write issues of the repository.'),
  baseUrl: baseUrl.default('https://api.github.com').describe('For GitHub Enterprise: https://HOST/api/v3'),
  labels,
});
export type GithubSettings = z.infer<typeof githubSchema>;

export const jiraSchema = z.strictObject({
  url: baseUrl.describe('Where Jira is, such as https://example.atlassian.net'),
  project: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]{1,49}$/, 'must be the key of a project, such as OPS')
    .describe('The key of the project.'),
  issueType: z.string().trim().min(1).default('Bug').describe('The name of the issue type.'),
  user: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Jira Cloud: the e-mail address that the token belongs to. Without it the token is a bearer token.',
    ),
  token: secretSchema.describe('Jira Cloud: an API token. Data Center: a personal access token.'),
  apiVersion: z
    .enum(['2', '3'])
    .default('3')
    .describe('The version of the REST API: 3 for Jira Cloud, 2 for Data Center.'),
  priorities: z
    .partialRecord(z.enum(['P0', 'P1', 'P2', 'P3']), z.string().trim().min(1).describe('Its name in Jira.'))
    .default({ P0: 'Highest', P1: 'High', P2: 'Medium', P3: 'Low' })
    .describe('The name of the priority of each severity. One that is left out is not set.'),
  labels,
});
export type JiraSettings = z.infer<typeof jiraSchema>;

export const ticketsSchema = z
  .strictObject({
    github: githubSchema.optional().describe('Issues on GitHub or GitHub Enterprise.'),
    jira: jiraSchema.optional().describe('Issues in Jira Cloud or Data Center.'),
  })
  .refine(({ github, jira }) => (github === undefined) !== (jira === undefined), {
    message: 'needs either `github` or `jira`',
  });
export type TicketSettings = z.infer<typeof ticketsSchema>;

export const followUpSchema = z
  .strictObject({
    enabled: z.boolean().default(true).describe('false: nothing is followed up.'),
    watchHours: z
      .number()
      .min(0)
      .max(720)
      .default(24)
      .describe('How long the service is watched after a rollback. 0: not at all.'),
    everyMinutes: z.number().min(1).max(1440).default(15).describe('From one check to the next.'),
    reminders: z
      .strictObject({
        reviewMinutes: z
          .number()
          .min(1)
          .max(10_080)
          .default(30)
          .describe('By when the incident report is to be reviewed.'),
        rootCauseHours: z
          .number()
          .min(1)
          .max(720)
          .default(24)
          .describe('By when the root cause is to be found and the report completed.'),
        postmortemDays: z
          .number()
          .min(1)
          .max(90)
          .default(7)
          .describe('By when the postmortem is to be held.'),
        escalateFrom: z
          .int()
          .min(1)
          .max(100)
          .default(2)
          .describe(
            'From this reminder of one thing on, it goes to every Slack channel, to the second level by what does not ring (e-mail, Slack without a mention), and into the bug ticket.',
          ),
        giveUpDays: z
          .number()
          .min(1)
          .max(365)
          .default(30)
          .describe(
            'Nobody is reminded any more after this. What is open then is told and reported as not done.',
          ),
      })
      .prefault({}),
    page: z
      .array(z.enum(['trouble', 'reminders']))
      .default(['trouble'])
      .describe(
        'What is paged about, by the levels under `escalation`: `trouble` with health, smoke tests or traffic the first level, `reminders` that were ignored the second.',
      ),
    tickets: ticketsSchema.optional().describe('Where tickets are made. Default: nowhere.'),
  })
  .describe('What happens after a rollback: the service is watched, tickets are made, people are reminded.');
export type FollowUpSettings = z.infer<typeof followUpSchema>;
export type FollowUpSettingsInput = z.input<typeof followUpSchema>;

/** What counts where nothing is configured: watching and reminding, no tickets. */
export const DEFAULT_FOLLOW_UP: FollowUpSettings = followUpSchema.parse({});
