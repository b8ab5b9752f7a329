/** Whom a follow-up tells, and by what. Nothing here rings: nobody is woken because a report is not reviewed. Pure. */
import { CHANNELS } from '../announcement-channels.ts';
import type { Channel } from '../announcement-channels.ts';
import { distinctBy } from '../distinct.ts';
import { levelsFor } from '../escalation/policy.ts';
import type { EscalationPolicy, Level } from '../escalation/policy.ts';
import { describeChannel } from '../paging/channel.ts';
import type { ChannelOf, PagingChannel } from '../paging/channel.ts';
import type { ServiceEnvironment } from '../service.ts';
import type { FollowUpMoment } from './announcement.ts';
import type { FollowUpSettings } from './settings.ts';

/** A channel of a level that only shows: a mail, or a message in Slack that mentions nobody. */
export type QuietChannel = ChannelOf<'email'> | ChannelOf<'slack'>;

/** A Slack channel by its purpose, the stakeholders by e-mail, or a quiet channel of a level. */
export type FollowUpRecipient = Channel | 'stakeholders' | QuietChannel;

export type Ways = {
  recipients: FollowUpRecipient[];
  /** It is a comment on the bug ticket, too. */
  ticket: boolean;
};

export type Reachable = {
  config: Pick<ServiceEnvironment, 'slack' | 'stakeholders'>;
  settings: FollowUpSettings;
  policy: EscalationPolicy | null;
  customersAffected: boolean;
  /** There is a bug ticket, or there will be one. */
  hasTicket: boolean;
};

/**
 * Where a message goes. A reminder goes by the first of these that there is: Slack, the first level's quiet channels, the bug
 * ticket, the second level's, the stakeholders. One that was ignored goes to every Slack channel, to the second level and into the
 * bug ticket; higher levels are for outages. Where there is one level only, that is the second, too. Everything else goes to Slack or to the first level.
 */
export function waysOf(
  moment: Pick<FollowUpMoment, 'is'> & { escalated?: boolean },
  reachable: Reachable,
): Ways {
  const { config, settings, hasTicket } = reachable;
  const levels = levelsOf(reachable).map(quietChannels);
  const isEscalated = moment.is === 'reminder' && moment.escalated === true;
  const near = orElse<FollowUpRecipient>(slackChannels(config, isEscalated), levels[0] ?? []);
  if (moment.is !== 'reminder') return { recipients: near, ticket: false };
  // Where ignored reminders are paged, the level is told by its page.
  const above = (isEscalated && settings.page.includes('reminders') ? [] : levels.at(-1)) ?? [];
  const last: FollowUpRecipient[] = config.stakeholders === undefined ? [] : ['stakeholders'];
  if (isEscalated) {
    const told = distinctBy([...near, ...above], (recipient) => placeOf(recipient, config));
    return told.length > 0 || hasTicket
      ? { recipients: told, ticket: hasTicket }
      : { recipients: last, ticket: false };
  }
  if (near.length > 0) return { recipients: near, ticket: false };
  return hasTicket ? { recipients: [], ticket: true } : { recipients: orElse(above, last), ticket: false };
}

/** Slack: the incidents channel, and every other one when it escalates. Where there is none, the others. */
export function slackChannels({ slack }: Reachable['config'], escalated: boolean): Channel[] {
  const configured = CHANNELS.filter((channel) => slack?.[channel] !== undefined);
  return escalated || !configured.includes('incidents') ? configured : ['incidents'];
}

/** Who is reminded, in words: at first, and of what was ignored. Empty: nobody. */
export type RemindedBy = { first: string[]; ignored: string[] };

export function remindedBy(reachable: Reachable): RemindedBy {
  const words = (escalated: boolean) => describeWays(waysOf({ is: 'reminder', escalated }, reachable));
  const level = levelsOf(reachable).at(-1);
  const isPaged = reachable.settings.page.includes('reminders') && (level?.routes.length ?? 0) > 0;
  return {
    first: words(false),
    ignored: [...words(true), ...(isPaged ? [`a page to level ${level?.number}`] : [])],
  };
}

/** In words, without secrets. */
export function describeWays({ recipients, ticket }: Ways): string[] {
  return [...recipients.map(describeRecipient), ...(ticket ? ['a comment on the bug ticket'] : [])];
}

export function describeRecipient(recipient: FollowUpRecipient): string {
  if (recipient === 'stakeholders') return 'stakeholders by e-mail';
  return typeof recipient === 'string' ? `Slack (${recipient})` : describeChannel(recipient);
}

/** One sentence, for people who set it up or look what is open. */
export function remindedSentence({ first, ignored }: RemindedBy): string {
  const more = ignored.filter((way) => !first.includes(way));
  if (first.length === 0 && more.length === 0)
    return 'Nobody is reminded of what is open: there is neither Slack, e-mail of a level, a bug ticket nor a stakeholder to remind by.';
  const later = more.length === 0 ? '' : `; what is ignored also goes by ${more.join(', ')}`;
  return `Reminders go by ${first.length === 0 ? 'nothing at first' : first.join(', ')}${later}.`;
}

function levelsOf({ policy, customersAffected }: Reachable): Level[] {
  return policy === null ? [] : levelsFor(policy, customersAffected).slice(0, 2);
}

/** Of each route the first: the others are there for when a page fails, which is not waited for here. */
function quietChannels({ routes }: Level): QuietChannel[] {
  return routes.flatMap((route) => route.filter(isQuiet).slice(0, 1)).map(withoutMention);
}

const isQuiet = (channel: PagingChannel): channel is QuietChannel =>
  channel.kind === 'email' || channel.kind === 'slack';

/** A mention is what makes Slack ring. */
const withoutMention = (channel: QuietChannel): QuietChannel =>
  channel.kind === 'slack' ? { ...channel, mention: [] } : channel;

/** What tells two places apart, also where a level's Slack channel is one of the file's. */
function placeOf(recipient: FollowUpRecipient, { slack }: Reachable['config']): string {
  if (typeof recipient === 'string') {
    const target = recipient === 'stakeholders' ? undefined : slack?.[recipient];
    return JSON.stringify(target !== undefined && 'token' in target ? target.channel : (target ?? recipient));
  }
  return JSON.stringify(recipient.kind === 'email' ? recipient.to : (recipient.webhook ?? recipient.channel));
}

const orElse = <Item>(wanted: Item[], otherwise: Item[]): Item[] => (wanted.length > 0 ? wanted : otherwise);
