/** Who is paged when, and how: written by people, checked in src/config/escalation-checks.ts (requirement G1). */
import * as z from 'zod';
import { referenceSchema } from '../approval/settings.ts';
import { pagingChannelSchema } from '../paging/channel.ts';
import { nameSchema } from '../request.ts';

const MAX_MINUTES = 7 * 24 * 60;

export const levelSchema = z
  .strictObject({
    name: z
      .string()
      .trim()
      .min(1)
      .max(100)
      .regex(/^[^\r\n]*$/, 'must be one line')
      .optional()
      .describe(
        'Default, by position: on duty; team lead or DevOps; engineering manager; CTO and executives.',
      ),
    people: z
      .array(referenceSchema)
      .default([])
      .describe(
        'Who is reached by these channels: names under `approvals.people`, `role:NAME`, `group:NAME`. For messages and records.',
      ),
    afterMinutes: z
      .number()
      .min(0)
      .max(MAX_MINUTES)
      .optional()
      .describe(
        'Counted from the start of the rollback. Default, by position: 0, 15, 30, 60, and 30 more each.',
      ),
    onlyIfCustomersAffected: z
      .boolean()
      .optional()
      .describe(
        'Left out where a rollback says that customers are not affected. Default: the fourth level and up.',
      ),
    channels: z
      .array(nameSchema)
      .max(10)
      .default([])
      .describe('Names under `channels`, in order: the next one is used when the one before fails.'),
    sideBySide: z
      .array(z.array(nameSchema).min(1).max(10))
      .max(10)
      .default([])
      .describe('Instead of `channels`: several such lists, all used at once, each with its own fallbacks.'),
  })
  .refine(({ channels, sideBySide }) => channels.length === 0 || sideBySide.length === 0, {
    message: 'has both `channels` and `sideBySide`: put all of them into `sideBySide`',
  });
export type LevelSettings = z.infer<typeof levelSchema>;

export const escalationSchema = z.strictObject({
  channels: z
    .record(nameSchema, pagingChannelSchema)
    .default({})
    .describe('The ways to page, by names that the levels use.'),
  levels: z
    .array(levelSchema)
    .max(10)
    .optional()
    .describe('Who is paged, and when. An empty list: nobody. See docs/escalation.md.'),
  repeatMinutes: z
    .number()
    .min(1)
    .max(MAX_MINUTES)
    .optional()
    .describe(
      'The level that was reached is paged again after this time, until somebody acknowledges. Default: 5.',
    ),
  channelSeconds: z
    .number()
    .min(5)
    .max(600)
    .optional()
    .describe('How long each channel is tried before the next one is used. Default: 60.'),
});
export type EscalationSettings = z.infer<typeof escalationSchema>;
export type EscalationSettingsInput = z.input<typeof escalationSchema>;
