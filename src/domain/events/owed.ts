/**
 * The end of an incident, which other systems wait for: owed, after a rollback that has not ended well, by what outlives it
 * and hears from people that it is over.
 */
import * as z from 'zod';
import type { IncidentRecord } from '../rollback.ts';
import { secretSchema } from '../secret.ts';
import { isIncident, writeEvent } from './cdevents.ts';
import type { CloudEvent, Sender } from './cdevents.ts';

export const owedSchema = z.object({
  /** `incident.resolved` but for when, how and with what outcome. */
  event: z.custom<CloudEvent>((value) => typeof value === 'object' && value !== null),
  settings: z.object({ url: z.string(), token: secretSchema.optional() }),
});
export type Owed = z.infer<typeof owedSchema>;

/** Null where no incident was told of. */
export function owedOf(record: IncidentRecord, sender: Sender): Owed | null {
  if (!isIncident(record.plan)) return null;
  const { url, token } = sender.settings;
  return {
    event: writeEvent({ kind: 'incident.resolved', record, happened: record.status.startedAt }, sender),
    settings: { url, ...(token === undefined ? {} : { token }) },
  };
}

/** The rollback has ended, and the incident is open. */
export function endedWith({ event, settings }: Owed, outcome: string): Owed {
  const { data } = event;
  return {
    settings,
    event: { ...event, data: { ...data, customData: { ...data.customData, outcome } } },
  };
}

/** The event itself. Its id is the one that the rollback would have sent it with. */
export function resolvedEvent(
  { event }: Owed,
  { at, resolution }: { at: string; resolution: string },
): CloudEvent {
  const { context, subject, ...custom } = event.data;
  return {
    ...event,
    time: at,
    data: {
      ...custom,
      context: { ...context, timestamp: at },
      subject: { ...subject, content: { ...subject.content, description: resolution } },
    },
  };
}
