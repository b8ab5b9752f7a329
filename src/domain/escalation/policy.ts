/** The escalation policy of one service and environment, complete: what is frozen when a rollback starts. */
import { everybody, resolveReferences } from '../approval/people.ts';
import type { Directory } from '../approval/people.ts';
import type { PagingChannel } from '../paging/channel.ts';
import type { EscalationSettings, LevelSettings } from './settings.ts';

export type Level = {
  /** Its position, beginning with 1. Stays the same where a level before it is left out. */
  number: number;
  name: string;
  /** As people know them. */
  people: string[];
  /** From the start of the rollback. */
  afterMinutes: number;
  onlyIfCustomersAffected: boolean;
  /** All of them at once; in each, the next channel is used when the one before fails. Empty: nobody can be reached. */
  routes: PagingChannel[][];
};

export type EscalationPolicy = { levels: Level[]; repeatMinutes: number; channelSeconds: number };

const NAMES = ['on duty', 'team lead or DevOps', 'engineering manager', 'CTO and executives'];
const AFTER_MINUTES = [0, 15, 30, 60];
const MINUTES_BETWEEN_FURTHER_LEVELS = 30;
const FIRST_FOR_CUSTOMERS_ONLY = 3;

type Sources = {
  /** The file's top-level settings. */
  file: EscalationSettings | undefined;
  /** Those of the environment: each of them wins over the file's; its channels are added to the file's. */
  environment: EscalationSettings | undefined;
  people: Directory | undefined;
};

/** The policy, or null where nobody is to be paged. Channels that are not there are left out: `unknownChannels` names them. */
export function escalationPolicy({ file, environment, people }: Sources): EscalationPolicy | null {
  const levels = environment?.levels ?? file?.levels ?? [];
  if (levels.length === 0) return null;
  const channels = namedChannels(file, environment);
  return {
    levels: levels.map((level, index) => ({
      number: index + 1,
      name: level.name ?? NAMES[index] ?? `level ${index + 1}`,
      people: namesOf(level.people, people),
      afterMinutes: level.afterMinutes ?? defaultMinutes(index),
      onlyIfCustomersAffected: level.onlyIfCustomersAffected ?? index >= FIRST_FOR_CUSTOMERS_ONLY,
      routes: routesOf(level)
        .map((names) => names.flatMap((name) => channels[name] ?? []))
        .filter((route) => route.length > 0),
    })),
    repeatMinutes: environment?.repeatMinutes ?? file?.repeatMinutes ?? 5,
    channelSeconds: environment?.channelSeconds ?? file?.channelSeconds ?? 60,
  };
}

/** The levels of a policy that count for this rollback. */
export function levelsFor({ levels }: Pick<EscalationPolicy, 'levels'>, customersAffected: boolean): Level[] {
  return levels.filter(({ onlyIfCustomersAffected }) => customersAffected || !onlyIfCustomersAffected);
}

/** `level 2 (team lead: Ben Bo, Cara)`. */
export function describeLevel({ number, name, people }: Pick<Level, 'number' | 'name' | 'people'>): string {
  return `level ${number} (${name}${people.length === 0 ? '' : `: ${people.join(', ')}`})`;
}

export function routesOf({ channels, sideBySide }: LevelSettings): string[][] {
  return channels.length > 0 ? [channels] : sideBySide;
}

export function defaultMinutes(index: number): number {
  const last = AFTER_MINUTES.length - 1;
  return AFTER_MINUTES[index] ?? (AFTER_MINUTES[last] ?? 0) + (index - last) * MINUTES_BETWEEN_FURTHER_LEVELS;
}

/** By the name that levels use, which receipts show, too, where the channel has none of its own. */
export function namedChannels(
  file: EscalationSettings | undefined,
  environment: EscalationSettings | undefined,
): Record<string, PagingChannel> {
  const all = Object.entries({ ...file?.channels, ...environment?.channels });
  return Object.fromEntries(all.map(([name, channel]) => [name, { ...channel, name: channel.name ?? name }]));
}

function namesOf(references: string[], directory: Directory | undefined): string[] {
  if (directory === undefined) return references;
  const ids = resolveReferences(directory, references);
  return everybody(directory).flatMap(({ id, name }) => (ids.includes(id) ? [name] : []));
}
