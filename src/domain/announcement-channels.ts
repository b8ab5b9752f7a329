/** Which channel wants to hear of which moment (requirement H1: channels by purpose). */
import type { AnnouncementEvent, SlackSettings } from './notification.ts';

export const CHANNELS = ['incidents', 'deployments', 'engineering'] as const;
/** A Slack channel by its purpose: the key under `slack` in the configuration. */
export type Channel = (typeof CHANNELS)[number];

const WANTED: Record<Channel, readonly AnnouncementEvent[]> = {
  incidents: [
    'started',
    'waiting-for-approval',
    'traffic-shifted',
    'waiting-for-decision',
    'waiting-for-restore',
    'database-restored',
    'ended',
  ],
  deployments: ['started', 'ended'],
  engineering: ['ended'],
};

/** The configured channels that want this event, in a fixed order. */
export function channelsFor(event: AnnouncementEvent, slack: SlackSettings | undefined): Channel[] {
  return CHANNELS.filter((channel) => slack?.[channel] !== undefined && WANTED[channel].includes(event));
}
