/** Where events about rollbacks are sent, for other systems to act on or to count. */
import * as z from 'zod';
import { secretSchema } from '../secret.ts';

const url = z.url({ protocol: /^https?$/ });

export const eventsSchema = z
  .strictObject({
    url: url
      .refine(
        (text) => !URL.canParse(text) || (new URL(text).username === '' && new URL(text).password === ''),
        {
          message: 'must not hold a user or password: use token',
        },
      )
      .describe('Takes CDEvents as CloudEvents, by HTTP POST.'),
    token: secretSchema.optional().describe('Sent as `Authorization: Bearer …`.'),
    source: z
      .string()
      .regex(/^[\w.~:/?#[\]@!$&'()*+,;=%-]+$/, 'must be a URI reference, such as /backout/eu')
      .default('/backout')
      .describe('The `source` of every event: together with its id it is unique.'),
    artifact: z
      .string()
      .regex(/^pkg:[a-z0-9.+-]+\/.+$/, 'must be a package URL, such as pkg:oci/listings@$version')
      .default('pkg:generic/$service@$version')
      .describe('The package URL of a version. $service and $version are filled in.'),
    ticketUrl: url
      .optional()
      .describe(
        'Where people find the incident, with $workflowId in it. Only with it is `incident.reported` sent, which needs one.',
      ),
  })
  .describe('Events about rollbacks for other systems: CDEvents as CloudEvents. See docs/events.md.');
export type EventsSettings = z.infer<typeof eventsSchema>;
