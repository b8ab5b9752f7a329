/** Where a customer notice goes, once a person says so (requirement H3). */
import * as z from 'zod';
import { addressSchema } from '../paging/mail.ts';
import { mailSchema } from '../stakeholders.ts';

export const customerNoticeSchema = z
  .strictObject({
    mail: mailSchema,
    name: z
      .string()
      .trim()
      .min(1)
      .max(100)
      .optional()
      .describe('Who the mail is from, in words. Default: the address alone.'),
    to: z
      .array(addressSchema)
      .min(1)
      .max(50)
      .describe('Who gets it: mailing lists of customers, mostly. Nobody sees who else does (Bcc).'),
  })
  .describe(
    'Where the notice goes that tells customers of lost data. It leaves by `backout notify-customers` only. See docs/channels.md.',
  );
export type CustomerNoticeSettings = z.infer<typeof customerNoticeSchema>;
