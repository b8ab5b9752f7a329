/** Where messages about rollbacks go, and what one message is. */
import * as z from 'zod';
import { secretSchema } from './secret.ts';

export const slackSchema = z
  .strictObject({
    incidents: secretSchema.optional().describe('Incoming webhook of the incidents channel: every message.'),
    deployments: secretSchema
      .optional()
      .describe('Incoming webhook of the deployments channel: start and end.'),
    engineering: secretSchema.optional().describe('Incoming webhook of the engineering channel: the end.'),
  })
  .refine((slack) => Object.values(slack).some((channel) => channel !== undefined), {
    message: 'needs at least one of incidents, deployments, engineering',
  });
export type SlackSettings = z.infer<typeof slackSchema>;

/** The moments at which people are told. */
export type AnnouncementEvent =
  | 'started'
  | 'waiting-for-approval'
  | 'traffic-shifted'
  | 'waiting-for-decision'
  | 'waiting-for-restore'
  | 'database-restored'
  | 'ended';
