/** When a release counts as good (requirements E1 to E4), and the verdict of one verification. */
import * as z from 'zod';
import { metricsSchema } from './metrics.ts';

const url = z.string().regex(/^https?:\/\//, 'must start with http:// or https://');
const path = z.string().startsWith('/', 'must start with /');

const healthSchema = z
  .strictObject({
    paths: z
      .array(path)
      .min(1)
      .default(['/health'])
      .describe('Each must answer 2xx, asked of the release itself on new connections.'),
    steadySeconds: z
      .number()
      .min(0)
      .default(5)
      .describe('All paths must be healthy without a break for this long.'),
    withinSeconds: z.number().positive().default(60).describe('How long to wait for that.'),
    intervalSeconds: z.number().min(0.05).default(0.5).describe('From one round of questions to the next.'),
    timeoutSeconds: z.number().positive().default(5).describe('An answer that takes longer is unhealthy.'),
  })
  .refine((health) => health.steadySeconds < health.withinSeconds, {
    path: ['steadySeconds'],
    message: 'must be less than withinSeconds',
  })
  .prefault({});
export type HealthSettings = z.infer<typeof healthSchema>;

const smokeUrlSchema = z.strictObject({
  url: url.describe('Asked as users would, through the front door. Redirects are not followed.'),
  hostHeader: z.string().min(1).optional().describe('The Host to ask for, where the URL names a machine.'),
  status: z.int().min(100).max(599).default(200).describe('The status that it must have.'),
  bodyContains: z.string().min(1).optional().describe('Text that the first 64 KB of the answer must hold.'),
});
export type SmokeUrl = z.infer<typeof smokeUrlSchema>;

const smokeSchema = z
  .strictObject({
    urls: z.array(smokeUrlSchema).default([]).describe('Each is asked once, when health is over.'),
    timeoutSeconds: z.number().positive().default(10).describe('One answer may take this long.'),
    command: z
      .array(z.string())
      .min(1)
      .optional()
      .describe(
        'A program and its arguments. Exit code 0 passes. The end of its output goes into the records: it must print no secret.',
      ),
    commandOn: z
      .enum(['host', 'worker'])
      .default('host')
      .describe('Where the command runs: on the target host, or on the worker.'),
    commandTimeoutSeconds: z.number().positive().default(60).describe('It may take this long.'),
  })
  .prefault({});
export type SmokeSettings = z.infer<typeof smokeSchema>;

const logErrorsSchema = z.strictObject({
  pattern: z
    .string()
    .min(1)
    .regex(/^[^\n]*$/, 'must be one line')
    .default('ERROR|FATAL|CRITICAL')
    .describe('Extended regular expression (grep -E).'),
  max: z.int().min(0).default(10).describe('At most this many matching lines since the switch.'),
});
export type LogErrorSettings = z.infer<typeof logErrorsSchema>;

export const verificationSchema = z
  .strictObject({
    from: z
      .enum(['host', 'worker'])
      .default('host')
      .describe('Who asks for health and smoke URLs: the target host itself (curl), or the worker.'),
    health: healthSchema,
    smoke: smokeSchema,
    metrics: metricsSchema.optional().describe('Metrics from Prometheus. Asked by the worker.'),
    logErrors: logErrorsSchema
      .optional()
      .describe("Counts error lines that the release wrote since the switch, in the release's own logs."),
  })
  .prefault({});
export type VerificationSettings = z.infer<typeof verificationSchema>;

/**
 * Where a log file ended just before the switch, so that only what was written since is counted. `inode` is null
 * where the file did not exist.
 */
export type LogMark = { file: string; inode: string | null; size: number };

export type Check = {
  /** "health /health", "smoke GET http://…", "5xx share", "log errors". */
  name: string;
  passed: boolean;
  /** What was seen against what is allowed, with units. "No data" is not a pass. */
  detail: string;
};

export type Verdict = {
  passed: boolean;
  checks: Check[];
  startedAt: string;
  finishedAt: string;
};

/** The longest that a verification with these settings can take, in seconds; the step's budget must allow it. */
export function longestVerificationSeconds({ health, smoke, metrics }: VerificationSettings): number {
  const smokeSeconds =
    (smoke.urls.length > 0 ? smoke.timeoutSeconds : 0) + (smoke.command ? smoke.commandTimeoutSeconds : 0);
  return Math.max(
    health.withinSeconds + health.timeoutSeconds + smokeSeconds,
    metrics ? metrics.withinSeconds + metrics.prometheus.timeoutSeconds : 0,
  );
}
