/** How mail leaves: the settings of one SMTP server. */
import * as z from 'zod';
import { secretSchema } from '../secret.ts';

export const addressSchema = z
  .string()
  .regex(
    /^[^\s@<>,;:"]{1,64}@[^\s@<>,;:"]{1,253}$/,
    'must be one e-mail address, such as oncall@example.com',
  );

export const smtpSchema = z
  .strictObject({
    host: z
      .string()
      .regex(/^[A-Za-z0-9.:_-]+$/, 'must be a host name or address')
      .describe('The SMTP server.'),
    port: z
      .int()
      .min(1)
      .max(65535)
      .optional()
      .describe('Default: 587; 465 with `tls: implicit`, 25 with `tls: none`.'),
    tls: z
      .enum(['starttls', 'implicit', 'none'])
      .default('starttls')
      .describe(
        '`starttls`: nothing is sent before the connection is encrypted. `implicit`: encrypted from the first byte. `none`: for a relay on the same machine only.',
      ),
    caFile: z
      .string()
      .regex(/^\//, 'must be an absolute path')
      .optional()
      .describe('PEM file with the authority that signed the server’s certificate. Default: the usual ones.'),
    user: z.string().min(1).optional().describe('Default: no login.'),
    password: secretSchema.optional(),
  })
  .refine(({ user, password }) => (user === undefined) === (password === undefined), {
    message: '`user` and `password` belong together',
  })
  .refine(({ tls, password }) => tls !== 'none' || password === undefined, {
    message: 'a password is not sent without encryption: `tls` must be `starttls` or `implicit`',
  });
export type SmtpSettings = z.infer<typeof smtpSchema>;
