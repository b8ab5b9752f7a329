/** Reads what is applied, and what a release knows. Changes nothing. */
import { shellWord } from '../../src/domain/approval/answers.ts';
import { BackoutFailure, NOTHING_CHANGED } from '../../src/domain/failure.ts';
import type { MigrationSettings } from '../../src/domain/migrations/settings.ts';
import type { Release } from '../../src/domain/plan.ts';
import { clean, oneLine, shorten } from '../../src/domain/report/plain.ts';
import type { CommandResult, Host } from '../commands/host.ts';
import { readSecret } from '../secrets/read.ts';
import { forRelease, listFiles, NO_FOLDER, NO_PROGRAM, runIn } from './commands.ts';
import type { Named } from './commands.ts';
import type { Applied, Listed, Migration, Preset, Query } from './preset.ts';

export type Parts = {
  settings: MigrationSettings;
  preset: Preset;
  host: Host;
  /** Asks the database; undefined where none is configured. */
  ask: ((query: Query) => Promise<(string | null)[][]>) | undefined;
  table: string;
  /** Where secrets are read from. */
  env: NodeJS.ProcessEnv;
  signal?: AbortSignal | undefined;
};

/** What a release has, and who says so. */
export type Has = { from: string } & ({ known: Migration[] } | { foreign: string[] });

/**
 * What is applied now.
 * @param release the one that serves, in whose folder a command may have to be run
 * @throws BackoutFailure MigrationsUnreadable, and what stands in the way of asking host or database
 */
export async function readApplied(parts: Parts, release: Named): Promise<Applied> {
  const { settings, preset, ask, table } = parts;
  if (settings.applied !== undefined) {
    const { command = preset.commands?.applied, folder } = settings.applied;
    const { listed, what } = await list(parts, { command, folder, release });
    if (listed.applied !== undefined) return { migrations: listed.applied, failed: listed.failed ?? [] };
    throw unreadable(`${what} did not say what is applied.`);
  }
  if (ask === undefined || preset.query === undefined || preset.fromRows === undefined)
    throw unreadable(`Nothing tells what is applied with ${settings.tool}: there is no \`database\` to ask.`);
  return preset.fromRows(await ask(preset.query(table)));
}

/**
 * What a release has, looked up where it lies; null where the configuration says nowhere.
 * @throws BackoutFailure as `readApplied`
 */
export async function readKnown(parts: Parts, release: Release): Promise<Has | null> {
  const { settings, preset } = parts;
  const { known } = settings;
  if (known === undefined) return null;
  if (known.files !== undefined) {
    const folder = placed(known.files, release);
    const found = preset.fromFiles?.(await filesIn(parts, folder)) ?? [];
    // Rather a wrong folder than a release that has none.
    if (found.length === 0) throw unreadable(`There are no migrations in ${where(parts, folder)}.`);
    return { known: found, from: `the files in ${where(parts, folder)}` };
  }
  const { command = preset.commands?.known, folder } = known;
  const { listed, what } = await list(parts, { command, folder, release });
  if (listed.foreign !== undefined && (listed.known === undefined || listed.foreign.length > 0))
    return { foreign: listed.foreign, from: what };
  if (listed.known !== undefined && listed.known.length > 0) return { known: listed.known, from: what };
  throw unreadable(`${what} named no migration.`);
}

async function filesIn(parts: Parts, folder: string): Promise<string[]> {
  const what = where(parts, folder);
  const result = await inTime(what, parts, () => run(parts, { argv: listFiles(folder), stdin: '' }));
  if (result.exitCode === 0) return result.stdout.split('\n').filter((name) => name !== '');
  throw unreadable(`${what} can't be listed: ${said(result)}`);
}

type Listing = {
  command: readonly string[] | undefined;
  folder: string | undefined;
  release: Named;
};

async function list(
  parts: Parts,
  { command, folder, release }: Listing,
): Promise<{ listed: Listed; what: string }> {
  const { settings, preset } = parts;
  if (command === undefined || preset.parse === undefined)
    throw unreadable(`${settings.tool} has no command that lists migrations.`);
  const argv = command.map((word) => placed(word, release));
  const place = folder === undefined ? undefined : placed(folder, release);
  const environment = await readEnvironment(parts);
  const what = `\`${shorten(argv.map(shellWord).join(' '), 120)}\` ${place === undefined ? `on ${parts.host.name}` : `in ${where(parts, place)}`}`;
  const result = await inTime(what, parts, () => run(parts, runIn({ argv, folder: place, environment })));
  if (result.exitCode === NO_FOLDER)
    throw unreadable(`${what} could not be run: the folder can't be entered: ${said(result)}`);
  if (result.exitCode === NO_PROGRAM)
    throw unreadable(`${what} could not be run: there is no such program, or it is not on the PATH there.`);
  const output = {
    exitCode: result.exitCode,
    stdout: clean(result.stdout),
    stderr: clean(result.stderr),
  };
  const listed = result.truncated === true ? null : preset.parse(output);
  if (listed === null)
    throw unreadable(`${what} could not be understood (exit code ${result.exitCode}): ${said(result)}`);
  return { listed, what };
}

async function run(
  { host, settings, signal }: Parts,
  { argv, stdin }: { argv: string[]; stdin: string },
): Promise<CommandResult> {
  return await host.run(argv, {
    stdin,
    timeoutMs: settings.timeoutSeconds * 1000,
    // A host's `sudo` is for driving the service; the team's own command says itself where it needs it.
    sudo: false,
    ...(signal === undefined ? {} : { signal }),
  });
}

/** In the words of what was asked: the host only knows that a `sh` took too long. */
async function inTime(
  what: string,
  { settings }: Parts,
  ask: () => Promise<CommandResult>,
): Promise<CommandResult> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof BackoutFailure) || error.type !== 'CommandTimedOut') throw error;
    throw unreadable(`${what} gave no answer within ${settings.timeoutSeconds} s, and was ended.`);
  }
}

async function readEnvironment({ settings, env }: Parts): Promise<Record<string, string>> {
  const entries = Object.entries(settings.environment).map(async ([name, ref]) => {
    const value = await readSecret(ref, env);
    if (/[\r\n]/.test(value)) throw unreadable(`The secret for ${name} has several lines.`);
    return [name, value] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

function placed(text: string, release: Named): string {
  const result = forRelease(text, release);
  if ('why' in result) throw unreadable(`${result.why}.`);
  return result.text;
}

const where = ({ host }: Parts, folder: string) => `${folder} on ${host.name}`;

/** A tool's last words. It may print secrets in what comes before. */
function said({ stdout, stderr }: CommandResult): string {
  const lines = (text: string) => clean(text).trim().split('\n');
  const last = lines(stderr).at(-1) || lines(stdout).at(-1) || 'it said nothing';
  return shorten(oneLine(withoutPasswords(last)), 300);
}

/** `postgres://user:secret@host` */
function withoutPasswords(text: string): string {
  return text.replace(/(\w+:\/\/[^\s:/@]*):[^\s@]*@/g, '$1:…@');
}

export function unreadable(what: string): BackoutFailure {
  return new BackoutFailure('MigrationsUnreadable', {
    what,
    changed: NOTHING_CHANGED,
    next: 'Correct that, or say under `migrations` how else it can be known: see docs/migrations.md.',
  });
}
