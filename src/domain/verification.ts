/** When a release counts as good (requirements E1 to E4), and the verdict of one verification. */
import * as z from 'zod';
import { secretSchema } from './secret.ts';

const url = z.string().regex(/^https?:\/\//, 'must start with http:// or https://');
const path = z.string().startsWith('/', 'must start with /');

export const verificationSchema = z
  .strictObject({
    from: z
      .enum(['host', 'worker'])
      .default('host')
      .describe('Who asks: the target host itself (curl), or the worker.'),
    health: z
      .strictObject({
        paths: z
          .array(path)
          .min(1)
          .default(['/health'])
          .describe('Each must answer 2xx, asked of the release itself.'),
        steadySeconds: z
          .number()
          .min(0)
          .default(5)
          .describe('All paths must be healthy without a break for this long.'),
        withinSeconds: z.number().positive().default(60).describe('How long to wait for that.'),
        intervalSeconds: z.number().min(0.05).default(0.5),
      })
      .prefault({}),
    smoke: z
      .strictObject({
        urls: z
          .array(
            z.strictObject({
              url: url.describe('Asked as users would, through the front door.'),
              hostHeader: z.string().min(1).optional(),
              status: z.int().min(100).max(599).default(200),
              bodyContains: z.string().min(1).optional(),
            }),
          )
          .default([]),
        command: z
          .array(z.string())
          .min(1)
          .optional()
          .describe('A program and its arguments. Exit code 0 passes.'),
        commandOn: z.enum(['host', 'worker']).default('host'),
        commandTimeoutSeconds: z.number().positive().default(60),
      })
      .prefault({}),
    metrics: z
      .strictObject({
        prometheus: z.strictObject({
          url,
          bearerToken: secretSchema.optional(),
        }),
        requests: z
          .string()
          .min(1)
          .describe(
            'PromQL: requests per second of the service. Below minRequestsPerSecond nothing is judged healthy.',
          ),
        minRequestsPerSecond: z.number().positive().default(0.1),
        errorShare: z
          .strictObject({
            query: z.string().min(1).describe('PromQL: share of 5xx answers, 0 to 1.'),
            below: z.number().min(0).max(1).default(0.01),
          })
          .optional(),
        p95: z
          .strictObject({
            query: z.string().min(1).describe('PromQL: 95th percentile of the response time, in seconds.'),
            belowSeconds: z.number().positive().default(3),
            baseline: z
              .strictObject({
                query: z.string().min(1).describe('PromQL: what is normal, in seconds.'),
                factor: z.number().min(1).default(2),
              })
              .optional()
              .describe('Where given, p95 may be this many times the baseline instead of belowSeconds.'),
          })
          .optional(),
        withinSeconds: z
          .number()
          .positive()
          .default(120)
          .describe('How long the metrics may take to become good.'),
        intervalSeconds: z.number().min(0.1).default(2),
      })
      .optional(),
    logErrors: z
      .strictObject({
        pattern: z
          .string()
          .min(1)
          .default('ERROR|FATAL|CRITICAL')
          .describe('Extended regular expression (grep -E).'),
        max: z.int().min(0).default(10).describe('At most this many matching lines since the switch.'),
      })
      .optional()
      .describe("Counts error lines that the release wrote since the switch, in the colour's own log files."),
  })
  .prefault({});
export type VerificationSettings = z.infer<typeof verificationSchema>;

export type Check = {
  /** "health /health", "5xx share", "smoke http://…". */
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
