/** What a partial rollback is to change, read from where it stands now; and what it is to put as it was before. */
import { BackoutFailure, NOTHING_CHANGED } from '../../../src/domain/failure.ts';
import type { FileChange, FlagChange } from '../../../src/domain/partial/plan.ts';
import { fileEntry, flagEntry, newerInTheSameFile } from '../../../src/domain/partial/record.ts';
import type {
  FileEntry,
  FlagEntry,
  PartialEntry,
  PartialRecord,
} from '../../../src/domain/partial/record.ts';
import type { ConfigFile, FlagSettings } from '../../../src/domain/partial/settings.ts';
import { restoreCommandOf } from '../../../src/domain/partial/words.ts';
import { formatTime } from '../../../src/domain/report/format.ts';
import { enumerate } from '../../../src/domain/report/plain.ts';
import type { RollbackRequest } from '../../../src/domain/request.ts';
import type { ServiceEnvironment } from '../../../src/domain/service.ts';
import type { Deps } from '../../deps.ts';
import { compareFile } from './files.ts';
import { openFlag } from './flags.ts';

type Item<Change> = {
  change: Change;
  /** An earlier rollback has begun it and did not end well: it is gone on with, also where it looks done. */
  isUnfinished: boolean;
  restarts: boolean;
  /** The release that reads it, where it is not the one that serves. */
  reader: string | undefined;
};
export type Wanted = { flags: Item<FlagChange>[]; files: Item<FileChange>[] };

export type Look = {
  deps: Pick<Deps, 'hosts' | 'env' | 'fetch'>;
  config: ServiceEnvironment;
  environment: string;
  request: Pick<RollbackRequest, 'service' | 'flags' | 'configFiles'>;
  record: PartialRecord;
  signal: AbortSignal;
};

/** Flags to switch off and files to put back, as the request names them. */
export async function changed(look: Look): Promise<Wanted> {
  const { config, record, request } = look;
  const flagNames = [...new Set(request.flags ?? [])];
  const fileNames = [
    ...new Set(request.configFiles === undefined ? [] : chosenFiles(look, request.configFiles)),
  ];
  if (flagNames.length + fileNames.length === 0) throw nothingNamed(config);
  const flags = flagNames.map((name) => ({ name, settings: settingsOf(config.flags, name, 'flag') }));
  const files = fileNames.map((name) => ({
    name,
    settings: settingsOf(config.configFiles, name, 'configuration file'),
  }));
  refuseSameFile(flags, files);
  const host = look.deps.hosts.get(config.target.host);
  return {
    flags: await Promise.all(
      flags.map(async ({ name, settings }) => {
        const flag = openFlag(look.deps, config, { name, settings });
        const { value, off } = await flag.read(look.signal);
        const change = { name, where: flag.where, before: value, after: off };
        return { change, isUnfinished: isUnfinished(flagEntry(record, name)), ...readerOf(settings) };
      }),
    ),
    files: await Promise.all(
      files.map(async ({ name, settings }) => {
        const { present: _read, ...change } = await compareFile(
          host,
          { name, settings },
          { source: settings.saved, isTrusted: false, signal: look.signal },
        );
        return { change, isUnfinished: isUnfinished(fileEntry(record, name)), ...readerOf(settings) };
      }),
    ),
  };
}

/** The empty list means the only one that there is. */
function chosenFiles({ config, request }: Look, names: string[]): string[] {
  if (names.length > 0) return names;
  const all = Object.keys(config.configFiles ?? {});
  if (all.length === 1) return all;
  throw invalid(
    all.length === 0
      ? `${request.service} has no \`configFiles\` in its configuration.`
      : `${request.service} has several configuration files, and none was named.`,
    all.length === 0 ? 'Configure one.' : `Name one of ${all.join(', ')}.`,
  );
}

/** What an earlier partial rollback has changed, to be as it was: all, or what the request names. */
export async function restored(look: Look): Promise<Wanted> {
  const { request } = look;
  const entries = chosenEntries(look);
  if (entries.length === 0) {
    throw new BackoutFailure('NothingToRollBack', {
      what: `No partial rollback of ${request.service} is on record that is not put back already.`,
      changed: NOTHING_CHANGED,
      next: 'Nothing is to be done. What was changed by other means has to be put back by them.',
    });
  }
  refuseOutOfTurn(look, entries);
  const flags = entries.filter((entry) => entry.kind === 'flag');
  const files = entries.filter((entry) => entry.kind === 'configuration');
  return {
    flags: await Promise.all(flags.map(async (entry) => await flagBefore(look, entry))),
    files: await Promise.all(files.map(async (entry) => await fileBefore(look, entry))),
  };
}

function chosenEntries({ request: { flags, configFiles }, record }: Look): PartialEntry[] {
  if (flags === undefined && configFiles === undefined) return record.entries;
  const named = [
    ...(flags ?? []).map((name) => ({ name, entry: flagEntry(record, name) })),
    ...(configFiles ?? []).map((name) => ({ name, entry: fileEntry(record, name) })),
  ];
  const unknown = named.find(({ entry }) => entry === null);
  if (unknown !== undefined) {
    const known = record.entries.map(({ name }) => name).join(', ') || 'nothing';
    throw invalid(`No partial rollback of ${unknown.name} is on record.`, `On record is ${known}.`);
  }
  const fromFiles =
    configFiles?.length === 0 ? record.entries.filter(({ kind }) => kind === 'configuration') : [];
  return [...named.flatMap(({ entry }) => (entry === null ? [] : [entry])), ...fromFiles];
}

async function flagBefore({ deps, config, signal }: Look, entry: FlagEntry): Promise<Item<FlagChange>> {
  const { name } = entry;
  const settings = settingsOf(config.flags, name, 'flag');
  const flag = openFlag(deps, config, { name, settings });
  const { value } = await flag.read(signal);
  if (value !== entry.after && value !== entry.before)
    throw neither(entry, `${flag.where} is ${value}`, `${entry.after}, nor ${entry.before} as before`);
  const change = { name, where: flag.where, before: value, after: entry.before };
  return { change, isUnfinished: isUnfinished(entry), ...readerOf(settings) };
}

async function fileBefore({ deps, config, signal }: Look, entry: FileEntry): Promise<Item<FileChange>> {
  const { name, kept } = entry;
  const settings = settingsOf(config.configFiles, name, 'configuration file');
  const host = deps.hosts.get(config.target.host);
  const { present: _read, ...change } = await compareFile(
    host,
    { name, settings },
    { source: kept, isTrusted: true, signal },
  );
  if (change.after !== entry.before) {
    throw new BackoutFailure('FileUnusable', {
      what: `${kept} on ${host.name} is not the file any more that was kept there at ${formatTime(entry.at)}.`,
      changed: NOTHING_CHANGED,
      next: 'See who changed it. Put the file right by hand.',
    });
  }
  if (change.before !== entry.after && change.before !== entry.before)
    throw neither(entry, `${settings.file} was changed since`, 'what was put there, nor the file of before');
  return { change, isUnfinished: isUnfinished(entry), ...readerOf(settings) };
}

const isUnfinished = (entry: PartialEntry | null): boolean => entry !== null && entry.phase !== 'changed';

function readerOf(settings: FlagSettings | ConfigFile): { restarts: boolean; reader: string | undefined } {
  return 'unleash' in settings
    ? { restarts: false, reader: undefined }
    : { restarts: settings.restart, reader: settings.release };
}

function settingsOf<Settings>(
  all: Record<string, Settings> | undefined,
  name: string,
  what: string,
): Settings {
  const found = all !== undefined && Object.hasOwn(all, name) ? all[name] : undefined;
  if (found !== undefined) return found;
  const names = Object.keys(all ?? {}).join(', ') || '(none is configured)';
  throw invalid(`There is no ${what} "${name}" in the configuration.`, `Choose one of: ${names}.`);
}

/** Whatever is written first would make the other one's plan untrue. */
function refuseSameFile(
  flags: { name: string; settings: FlagSettings }[],
  files: { name: string; settings: ConfigFile }[],
): void {
  for (const { name, settings } of files) {
    const flag = flags.find((one) => 'file' in one.settings && one.settings.file === settings.file);
    if (flag !== undefined)
      throw invalid(
        `The flag ${flag.name} stands in ${settings.file}, which is to be put back as a whole (${name}).`,
        'Do one after the other.',
      );
  }
}

/** A file that was kept later holds what the earlier change has made: it would bring that back, after it was undone. */
function refuseOutOfTurn({ config, environment, record, request }: Look, entries: PartialEntry[]): void {
  const fileOf = (entry: PartialEntry): string | null => {
    if (entry.kind === 'configuration') return entry.file;
    const settings = config.flags?.[entry.name];
    return settings !== undefined && 'file' in settings ? settings.file : null;
  };
  for (const entry of entries) {
    const newer = newerInTheSameFile(record, entry, fileOf);
    if (newer.length === 0) continue;
    const inTurn = [...newer, entry].map((one) => {
      const named = { service: request.service, environment, entry: one };
      return `\`${restoreCommandOf(named)}\``;
    });
    throw invalid(
      `${fileOf(entry) ?? ''} was changed for ${enumerate(newer.map(nameOf))} after it was changed for ${nameOf(entry)}: the newest has to be put back first, and by itself.`,
      `One after the other, each once the one before has ended: ${inTurn.join(', then ')}.`,
    );
  }
}

const nameOf = ({ kind, name }: PartialEntry): string =>
  kind === 'flag' ? `the flag ${name}` : `the configuration ${name}`;

function neither(entry: PartialEntry, now: string, expected: string): BackoutFailure {
  return new BackoutFailure('AmbiguousState', {
    what: `${now}, neither ${expected}: somebody has changed it since the partial rollback ${entry.by} (${formatTime(entry.at)}).`,
    changed: NOTHING_CHANGED,
    next: `Put it right by hand, or name only what else is to be put back (--flag, --configuration).`,
  });
}

function nothingNamed({ flags = {}, configFiles = {} }: ServiceEnvironment): BackoutFailure {
  const some = (names: string[]) => names.join(', ') || '(none is configured)';
  return invalid(
    'A partial rollback needs to know what: no flag and no configuration file is named.',
    `Flags: ${some(Object.keys(flags))}. Configuration files: ${some(Object.keys(configFiles))}.`,
  );
}

function invalid(what: string, next: string): BackoutFailure {
  return new BackoutFailure('InvalidRequest', { what, changed: NOTHING_CHANGED, next });
}
