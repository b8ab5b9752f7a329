/** Everything that backout.yaml may hold. Types, checks, editor support and docs/configuration.md come from here. */
import * as z from 'zod';
import { approvalSettingsSchema } from '../domain/approval/settings.ts';
import { escalationSchema } from '../domain/escalation/settings.ts';
import { followUpSchema } from '../domain/follow-up/settings.ts';
import { customerNoticeSchema } from '../domain/customer-notice/settings.ts';
import { eventsSchema } from '../domain/events/settings.ts';
import { hostSchema } from '../domain/hosts.ts';
import { slackSchema } from '../domain/notification.ts';
import { nameSchema } from '../domain/request.ts';
import { serviceSchema } from '../domain/service.ts';
import { stakeholdersSchema } from '../domain/stakeholders.ts';
import { statusPageSchema } from '../domain/status-page/settings.ts';
import { temporalFileSchema } from './temporal-settings.ts';

/** The worker's own machine, which needs no entry under `hosts`. */
export const LOCAL_HOST = 'local';

const listenAddress = z
  .string()
  .regex(/^(\[[0-9a-fA-F:.]+\]|[^\s:/]+):\d{1,5}$/, 'must be host:port, such as 127.0.0.1:8089');

export const incidentsSchema = z
  .strictObject({
    directory: z
      .string()
      .min(1)
      .default('./incidents')
      .describe(
        'Where the folder of each rollback is made, on the worker. A relative path starts at this file.',
      ),
    retentionDays: z
      .int()
      .min(1)
      .max(3650)
      .default(30)
      .describe(
        'Folders of rollbacks that ended longer ago than this are removed, once a day. See docs/operations.md.',
      ),
  })
  .describe('Records of rollbacks: report, logs, state before and after.')
  .prefault({});
export type IncidentSettings = z.infer<typeof incidentsSchema>;

export const workerSchema = z
  .strictObject({
    identity: z
      .string()
      .min(1)
      .optional()
      .describe('How this worker is called in Temporal. Default: backout@HOST:PID.'),
    healthAddress: listenAddress
      .default('127.0.0.1:8089')
      .describe('Where /healthz, /readyz and /metrics of Backout itself are served.'),
    metricsAddress: listenAddress
      .optional()
      .describe("Where the Temporal SDK's own Prometheus metrics are served. Default: nowhere."),
    logLevel: z
      .enum(['debug', 'info', 'warn', 'error'])
      .default('info')
      .describe('Log lines of less weight are left out.'),
    maxConcurrentActivities: z
      .int()
      .min(1)
      .max(1000)
      .default(100)
      .describe('At most this many steps at once, over all rollbacks.'),
    shutdownGraceSeconds: z
      .number()
      .min(0)
      .max(3600)
      .default(30)
      .describe('After SIGTERM, running steps may take this long to end. What is cut off goes on elsewhere.'),
  })
  .prefault({});
export type WorkerSettings = z.infer<typeof workerSchema>;

export const backoutFileSchema = z
  .strictObject({
    version: z.literal(1).describe('The version of this format: 1.'),
    temporal: temporalFileSchema,
    hosts: z
      .record(nameSchema, hostSchema)
      .default({})
      .describe(
        "Machines that services run on, by name. `local`, the worker's own machine, is always there.",
      ),
    incidents: incidentsSchema,
    approvals: approvalSettingsSchema.optional(),
    escalation: escalationSchema
      .optional()
      .describe('Who is paged about a rollback, and when. Without it nobody is. See docs/escalation.md.'),
    statusPage: statusPageSchema.optional(),
    slack: slackSchema.optional().describe('Slack channels for every service that has none of its own.'),
    stakeholders: stakeholdersSchema.optional(),
    customerNotice: customerNoticeSchema.optional(),
    followUp: followUpSchema.optional(),
    events: eventsSchema.optional(),
    templates: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Folder of templates in which a team writes messages itself. A relative path starts at this file. Default: none, so every message has its default text. See docs/templates.md.',
      ),
    worker: workerSchema,
    services: z
      .record(nameSchema, serviceSchema)
      .refine((services) => Object.keys(services).length > 0, 'needs at least one service')
      .describe('What can be rolled back, by name.'),
  })
  .describe('Configuration of Backout.');

/** The file with its defaults filled in. */
export type BackoutFile = z.infer<typeof backoutFileSchema>;
/** The file as people may write it. */
export type BackoutFileInput = z.input<typeof backoutFileSchema>;
