/** Who hears of a rollback by e-mail without having to do anything about it (requirement H3). */
import * as z from 'zod';
import { ANNOUNCEMENT_EVENTS } from './notification.ts';
import { addressSchema, smtpSchema } from './paging/mail.ts';

/** How mail that is no page leaves. */
export const mailSchema = z
  .strictObject({
    from: addressSchema.describe('Who the mail is from.'),
    smtp: smtpSchema,
  })
  .describe('How the mail leaves.');
export type MailSettings = z.infer<typeof mailSchema>;

export const stakeholdersSchema = z
  .strictObject({
    mail: mailSchema,
    to: z.array(addressSchema).min(1).max(50).describe('Who gets it: all in one mail, who see each other.'),
    on: z
      .array(z.enum(ANNOUNCEMENT_EVENTS))
      .min(1)
      .default(['started', 'traffic-shifted', 'database-restored', 'ended'])
      .describe(
        'The moments of which they are told. The `waiting-…` ones hold commands for whoever answers.',
      ),
  })
  .describe('Who is told of rollbacks by e-mail: start, progress, end. See docs/channels.md.');
export type StakeholderSettings = z.infer<typeof stakeholdersSchema>;
