/** How a service is rolled back: the part of backout.yaml under `services`. Source of the JSON Schema for editors. */
import * as z from 'zod';
import { eventsSchema } from './events/settings.ts';
import { customerNoticeSchema } from './customer-notice/settings.ts';
import { gitSchema } from './git.ts';
import { databaseSchema } from './database.ts';
import { escalationSchema } from './escalation/settings.ts';
import { followUpSchema } from './follow-up/settings.ts';
import { migrationsSchema } from './migrations/settings.ts';
import { configFileSchema, flagSchema } from './partial/settings.ts';
import { nginxBlueGreenSchema } from './targets/nginx-blue-green.ts';
import { nameSchema } from './request.ts';
import { slackSchema } from './notification.ts';
import { stakeholdersSchema } from './stakeholders.ts';
import { statusPageSchema } from './status-page/settings.ts';
import { verificationSchema } from './verification.ts';

/** Every way a service can run. A new target is a new member here and a new driver in activities/targets. */
export const targetSchema = z.discriminatedUnion('kind', [nginxBlueGreenSchema]);
export type Target = z.infer<typeof targetSchema>;

export const evidenceSchema = z
  .strictObject({
    maxBytesPerFile: z
      .int()
      .min(10_000)
      .default(50_000_000)
      .describe('Of each log, at most this many of its last bytes are kept.'),
    systemLog: z
      .union([z.strictObject({ file: z.string().min(1) }), z.strictObject({ journal: z.literal(true) })])
      .optional()
      .describe('The system log of the target host: `file: /var/log/syslog` or `journal: true`.'),
  })
  .prefault({});

export const budgetsSchema = z
  .strictObject({
    captureBeforeSeconds: z
      .number()
      .positive()
      .max(30)
      .default(2)
      .describe(
        'Noting the state before. Traffic waits for this, so it is short and a failure never asks anybody.',
      ),
    startPreviousSeconds: z
      .number()
      .positive()
      .default(120)
      .describe('Starting the release to return to, where it is stopped, until it is healthy.'),
    shiftTrafficSeconds: z.number().positive().default(60).describe('Switching traffic, with proof.'),
    captureLogsSeconds: z.number().positive().default(120).describe("Keeping the faulty release's logs."),
    stopFaultySeconds: z
      .number()
      .positive()
      .default(120)
      .describe('Stopping the faulty release. More than its stopTimeoutSeconds.'),
    verifySeconds: z
      .number()
      .positive()
      .default(300)
      .describe(
        'Verifying the release returned to. At least as long as the settings under `verify` may take.',
      ),
    prepareRestoreSeconds: z
      .number()
      .positive()
      .default(14_400)
      .describe('Full rollback: restoring the backup beside the live database.'),
    restoreDatabaseSeconds: z
      .number()
      .positive()
      .default(300)
      .describe('Full rollback: putting the restored database in its place.'),
    restartApplicationSeconds: z
      .number()
      .positive()
      .default(180)
      .describe(
        'Full and partial rollback: restarting the release, until it is healthy. More than its stopTimeoutSeconds and `verify.health.withinSeconds` together.',
      ),
    startDatabaseSeconds: z
      .number()
      .positive()
      .default(120)
      .describe(
        'Recovery: starting PostgreSQL until it answers. More than `database.server.readyWithinSeconds`.',
      ),
    switchFlagsSeconds: z
      .number()
      .positive()
      .default(120)
      .describe('Partial rollback: switching all its flags, each with its check.'),
    putBackConfigurationSeconds: z
      .number()
      .positive()
      .default(120)
      .describe('Partial rollback: putting configuration files back.'),
    reportSeconds: z.number().positive().default(60).describe('Writing the report.'),
    announceSeconds: z
      .number()
      .positive()
      .default(60)
      .describe(
        'Telling each Slack channel and the stakeholders; sending each event; tagging the faulty version.',
      ),
  })
  .describe('How long each step may try before a person is asked what to do.')
  .prefault({});

export const serviceEnvironmentSchema = z.strictObject({
  taskQueue: z
    .string()
    .min(1)
    .optional()
    .describe("The task queue of a worker inside this environment's network. Default: the main one."),
  target: targetSchema,
  verify: verificationSchema,
  database: databaseSchema.optional(),
  migrations: migrationsSchema.optional(),
  flags: z
    .record(nameSchema, flagSchema)
    .optional()
    .describe('Feature flags that a partial rollback can switch off, by name.'),
  configFiles: z
    .record(nameSchema, configFileSchema)
    .optional()
    .describe('Configuration files that a partial rollback can put back from their saved copies, by name.'),
  evidence: evidenceSchema,
  escalation: escalationSchema
    .optional()
    .describe(
      "Overrides the file's top-level `escalation`, each setting by itself; its channels are added to the file's.",
    ),
  statusPage: statusPageSchema
    .optional()
    .describe("Used instead of the file's top-level `statusPage` for this environment."),
  slack: slackSchema.optional().describe("Overrides the file's top-level `slack` for this environment."),
  stakeholders: stakeholdersSchema
    .optional()
    .describe("Used instead of the file's top-level `stakeholders` for this environment."),
  customerNotice: customerNoticeSchema
    .optional()
    .describe("Used instead of the file's top-level `customerNotice` for this environment."),
  followUp: followUpSchema
    .optional()
    .describe("Used instead of the file's top-level `followUp` for this environment."),
  git: gitSchema.optional(),
  events: eventsSchema.optional().describe("Overrides the file's top-level `events` for this environment."),
  budgets: budgetsSchema,
});
export type ServiceEnvironment = z.infer<typeof serviceEnvironmentSchema>;

export const serviceSchema = z
  .strictObject({
    description: z.string().optional().describe('What it is, for people.'),
    defaultEnvironment: nameSchema
      .optional()
      .describe(
        'The environment that is meant when a request names none. Not needed where there is only one.',
      ),
    environments: z.record(nameSchema, serviceEnvironmentSchema),
  })
  .superRefine((service, context) => {
    const names = Object.keys(service.environments);
    if (names.length === 0) {
      context.addIssue({ code: 'custom', path: ['environments'], message: 'needs at least one environment' });
    }
    if (service.defaultEnvironment !== undefined && !names.includes(service.defaultEnvironment)) {
      context.addIssue({
        code: 'custom',
        path: ['defaultEnvironment'],
        message: `"${service.defaultEnvironment}" is not one of the environments: ${names.join(', ')}`,
      });
    }
  });
export type Service = z.infer<typeof serviceSchema>;
