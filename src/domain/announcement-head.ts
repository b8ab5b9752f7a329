/** The message at the head of a rollback's thread, which is edited as things go on. Pure. */
import { announcementFor } from './announcement.ts';
import type { Announcement } from './announcement.ts';
import type { AnnouncementEvent } from './notification.ts';
import type { IncidentRecord } from './rollback.ts';

/** How things stand after this moment: its title and first paragraph, over what everybody wants to know of the rollback. `write` says how each moment is told. */
export function headFor(
  event: AnnouncementEvent,
  record: IncidentRecord,
  write: (event: AnnouncementEvent) => Announcement = (of) => announcementFor(of, record),
): Announcement {
  const latest = write(event);
  if (event === 'started' || event === 'ended') return latest;
  const start = write('started');
  return {
    ...start,
    tone: latest.tone,
    title: latest.title,
    body: [...latest.body.slice(0, 1), ...start.body.slice(1)],
    commands: latest.commands,
  };
}
