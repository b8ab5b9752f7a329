/** A page as a Slack message. Pure. */
import type { Announcement } from '../../src/domain/announcement-parts.ts';
import type { Page } from '../../src/domain/paging/page.ts';
import { toSlackPayload } from '../slack/payload.ts';
import type { SlackPayload } from '../slack/payload.ts';
import { REPEAT_NOTE } from '../outbound/repeat-note.ts';

const TONES = { trigger: 'bad', acknowledge: 'progress', resolve: 'good' } as const;

/** `mention`: IDs of users and user groups, `here` or `channel`. Only a page that calls somebody mentions them. */
export function toSlackPage(
  page: Page,
  { mention, repeat }: { mention: string[]; repeat: boolean },
): SlackPayload {
  const called = page.action === 'trigger' ? mention.map(mentionOf).join(' ') : '';
  return toSlackPayload(toAnnouncement(page), {
    ...(repeat ? { note: REPEAT_NOTE } : {}),
    ...(called === '' ? {} : { mention: called }),
  });
}

function toAnnouncement(page: Page): Announcement {
  return {
    id: [page.id],
    tone: TONES[page.action],
    title: page.title,
    body: page.body,
    fields: [['Level', `${page.level.number}: ${page.level.name}`], ...page.facts],
    lists: [],
    commands: page.commands,
  };
}

/** https://docs.slack.dev/messaging/formatting-message-text#advanced */
function mentionOf(who: string): string {
  if (who === 'here' || who === 'channel') return `<!${who}>`;
  return who.startsWith('S') ? `<!subteam^${who}>` : `<@${who}>`;
}
