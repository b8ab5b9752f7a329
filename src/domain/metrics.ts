/** When the metrics of a release are normal again (requirement E3): PromQL queries and their limits. */
import * as z from 'zod';
import { secretSchema } from './secret.ts';

const PLACEHOLDERS =
  '$release and $version stand for the release that was returned to, $window for the time since the switch (60s at most, see windowSeconds).';

const query = z.string().trim().min(1);

const prometheusUrl = z
  .string()
  .regex(/^https?:\/\//, 'must start with http:// or https://')
  .refine((url) => !/^https?:\/\/[^/]*@/.test(url), 'must not hold a user or password: use bearerToken');

export const metricsSchema = z
  .strictObject({
    prometheus: z.strictObject({
      url: prometheusUrl.describe('Prometheus, or what answers like it, as the worker reaches it.'),
      bearerToken: secretSchema.optional(),
      timeoutSeconds: z.number().positive().default(10).describe('One answer may take this long.'),
    }),
    requests: query.describe(
      `PromQL: requests per second of the release, without health checks. Below minRequestsPerSecond nothing is judged healthy. ${PLACEHOLDERS}`,
    ),
    minRequestsPerSecond: z
      .number()
      .positive()
      .default(0.1)
      .describe('With less traffic, nothing is judged healthy.'),
    errorShare: z
      .strictObject({
        query: query.describe(
          `PromQL: share (not rate) of 5xx answers, 0 to 1. A share of errors that never happened is empty: write \`or vector(0)\`. ${PLACEHOLDERS}`,
        ),
        below: z.number().positive().max(1).default(0.01).describe('0.01 is 1 %.'),
      })
      .optional(),
    p95: z
      .strictObject({
        query: query.describe(`PromQL: 95th percentile of the response time, in seconds. ${PLACEHOLDERS}`),
        belowSeconds: z.number().positive().default(3).describe('Must be below this.'),
        baseline: z
          .strictObject({
            query: query.describe('PromQL: what is normal, in seconds, from before the faulty release.'),
            factor: z.number().min(1).default(2).describe('How many times the baseline it may be.'),
          })
          .optional()
          .describe('Where given, p95 may be this many times the baseline instead of belowSeconds.'),
      })
      .optional(),
    uptime: z
      .strictObject({
        query: query.describe(
          `PromQL: share of time up, 0 to 1, e.g. avg_over_time(up[$window]). ${PLACEHOLDERS}`,
        ),
        above: z.number().min(0).lt(1).default(0.99).describe('0.99 is 99 %.'),
      })
      .optional(),
    windowSeconds: z
      .number()
      .positive()
      .default(60)
      .describe('$window grows with the time since the switch up to this.'),
    settleSeconds: z
      .number()
      .min(0)
      .optional()
      .describe(
        'Nothing is judged good until the switch is this long ago. Needed, and then at least as long as their range, for queries that use neither $window nor $release nor $version.',
      ),
    withinSeconds: z
      .number()
      .positive()
      .default(120)
      .describe('How long the metrics may take to become good, all at the same time.'),
    intervalSeconds: z.number().min(0.1).default(2).describe('From one round of queries to the next.'),
  })
  .superRefine((metrics, context) => {
    for (const { path, text } of presentQueries(metrics)) {
      if (metrics.settleSeconds === undefined && !/\$(window|release|version)\b/.test(text)) {
        context.addIssue({
          code: 'custom',
          path,
          message:
            'counts answers from before the switch too: use [$window] as its range or $release in a label, or set settleSeconds to its range',
        });
      }
    }
    if (metrics.settleSeconds !== undefined && metrics.settleSeconds >= metrics.withinSeconds) {
      context.addIssue({
        code: 'custom',
        path: ['settleSeconds'],
        message: 'must be less than withinSeconds',
      });
    }
  });
export type MetricsSettings = z.infer<typeof metricsSchema>;

/** The queries that tell how the release is doing now. The baseline tells how it was, so it isn't one. */
function presentQueries(metrics: {
  requests: string;
  errorShare?: { query: string } | undefined;
  p95?: { query: string } | undefined;
  uptime?: { query: string } | undefined;
}): { path: string[]; text: string }[] {
  const { requests, errorShare, p95, uptime } = metrics;
  return [
    { path: ['requests'], text: requests },
    ...(errorShare ? [{ path: ['errorShare', 'query'], text: errorShare.query }] : []),
    ...(p95 ? [{ path: ['p95', 'query'], text: p95.query }] : []),
    ...(uptime ? [{ path: ['uptime', 'query'], text: uptime.query }] : []),
  ];
}
