/** Which channel wants to hear of which moment (requirement H1: channels by purpose). */
import { ANNOUNCEMENT_EVENTS } from './notification.ts';
import type { AnnouncementEvent, SlackSettings } from './notification.ts';
import type { ServiceEnvironment } from './service.ts';

export const CHANNELS = ['incidents', 'deployments', 'engineering'] as const;
/** A Slack channel by its purpose: the key under `slack` in the configuration. */
export type Channel = (typeof CHANNELS)[number];

/** Who is told of a rollback: a Slack channel, or the stakeholders by e-mail. */
export type Recipient = Channel | 'stakeholders';

const WANTED: Record<Channel, readonly AnnouncementEvent[]> = {
  incidents: ANNOUNCEMENT_EVENTS,
  deployments: ['started', 'ended'],
  engineering: ['ended'],
};

/** The configured channels that want this event, in a fixed order. */
export function channelsFor(event: AnnouncementEvent, slack: SlackSettings | undefined): Channel[] {
  return CHANNELS.filter((channel) => slack?.[channel] !== undefined && WANTED[channel].includes(event));
}

/** Everybody who wants this event, in a fixed order: the Slack channels, then the stakeholders. */
export function recipientsFor(
  event: AnnouncementEvent,
  { slack, stakeholders }: Pick<ServiceEnvironment, 'slack' | 'stakeholders'>,
): Recipient[] {
  const channels = channelsFor(event, slack);
  return stakeholders?.on.includes(event) === true ? [...channels, 'stakeholders'] : channels;
}
