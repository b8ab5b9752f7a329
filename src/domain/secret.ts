/** Where a secret is. The value itself never enters configuration, history, logs or reports. */
import * as z from 'zod';

export const secretSchema = z
  .union([
    z.strictObject({
      env: z
        .string()
        .regex(
          /^[A-Z_][A-Z0-9_]*$/,
          'must be the name of an environment variable, such as SLACK_WEBHOOK_URL',
        ),
    }),
    z.strictObject({ file: z.string().min(1) }),
  ])
  .describe('Where the worker finds the secret: `env: NAME` or `file: /path`. Never the secret itself.');
export type SecretRef = z.infer<typeof secretSchema>;
