/** What `backout doctor` says of what was seen of a database and its backups. Pure. */
import type { BackupChoice } from '../../../src/domain/backup.ts';
import type { DatabaseSettings } from '../../../src/domain/database.ts';
import type { Finding } from '../../../src/domain/readiness.ts';
import { formatBytes, formatDuration, formatTime } from '../../../src/domain/report/format.ts';
import type { Kept } from '../restore/expired.ts';
import type { Facts } from '../restore/facts.ts';
import { find } from '../restore/facts.ts';
import { isRoomy, roomNeeded } from '../restore/refusals.ts';
import { ident } from '../restore/sql.ts';

/** What is good, or what is not and what to do. `optional`: a restore works without. */
export type Seen = string | Pick<Finding, 'detail' | 'fix' | 'optional'>;

/** The service and environment as options of a command: `listings --env production`. */
export type Named = { service: string; environment: string };
export const options = ({ service, environment }: Named): string => `${service} --env ${environment}`;

/** 150018 is 15.18. */
export const versionOf = ({ version }: Pick<Facts, 'version'>): string =>
  `${Math.floor(version / 10_000)}.${version % 10_000}`;

const PROGRAMS = ['psql', 'pg_dump', 'pg_restore'];

/** @param printed what each of them says to `--version`, a line each; nothing of one that is missing */
export function judgePrograms(printed: string, facts: Pick<Facts, 'version'>): Seen {
  const server = Math.floor(facts.version / 10_000);
  const majors = new Map(
    [...printed.matchAll(/^(\w+) \([^)]*\) (\d+)/gm)].map(([, name, major]) => [name, Number(major)]),
  );
  const missing = PROGRAMS.filter((name) => !majors.has(name));
  const older = PROGRAMS.filter((name) => (majors.get(name) ?? server) < server);
  if (missing.length === 0 && older.length === 0) {
    return PROGRAMS.map((name) => `${name} ${majors.get(name)}`).join(', ');
  }
  const wrong = [
    ...missing.map((name) => `there is no ${name}`),
    ...older.map((name) => `${name} is of PostgreSQL ${majors.get(name)}, and the server is ${server}`),
  ];
  return {
    detail: wrong.join('; '),
    fix: `Install the client programs of PostgreSQL ${server} or newer there, or set \`database.programs\` to their folder.`,
  };
}

export type Rights = { isOwner: boolean; mayCreate: boolean; maySignal: boolean; mayMark: boolean };

/** @param rights of a role that is no superuser; null for one that is */
export function judgeRole(
  { name, connection: { user } }: Pick<DatabaseSettings, 'name' | 'connection'>,
  rights: Rights | null,
  facts: Pick<Facts, 'databases' | 'version'>,
): Seen {
  if (rights === null) return 'is a superuser';
  const role = ident(user);
  const owner = facts.databases.find((database) => database.name === name)?.owner ?? '';
  const canBeGranted = facts.version >= 150_000;
  const lacking = [
    ...(rights.isOwner ? [] : [['does not own the database', `GRANT ${ident(owner)} TO ${role}`]]),
    ...(rights.mayCreate ? [] : [['has no CREATEDB', `ALTER ROLE ${role} CREATEDB`]]),
    ...(rights.maySignal ? [] : [['may not end sessions', `GRANT pg_signal_backend TO ${role}`]]),
    ...(rights.mayMark
      ? []
      : [
          [
            'may not note how far a restore is',
            canBeGranted
              ? `GRANT SET ON PARAMETER backout.restore TO ${role}`
              : `ALTER ROLE ${role} SUPERUSER (nothing less can before PostgreSQL 15)`,
          ],
        ]),
  ];
  if (lacking.length === 0) return 'is no superuser, and has what a restore needs';
  return {
    detail: `is no superuser, and ${lacking.map(([what]) => what).join(', ')}: a restore would fail`,
    fix: `As a superuser: ${lacking.map(([, statement]) => statement).join('; ')}.`,
  };
}

/** A day, and what a nightly backup may take longer today than it did yesterday. */
const OLD_AFTER_MS = 26 * 3_600_000;

/** So many are named with what is wrong with them. */
const NAMED = 3;

export type Looked = { named: Named; settings: Pick<DatabaseSettings, 'backups'>; now: number };

/** @param choice the newest good one, whenever it was made */
export function judgeBackups(
  { chosen, others }: BackupChoice,
  { named, settings: { backups }, now }: Looked,
): Seen {
  const make = `\`backout backup ${options(named)}\` makes one`;
  const bad = others.filter(({ reason }) => reason.kind !== 'older');
  const said = bad.slice(0, NAMED).map(({ backup, reason }) => `${backup.name} ${reason.text}`);
  const list = [...said, ...(bad.length > NAMED ? [`${bad.length - NAMED} more`] : [])].join('; ');
  if (chosen === null) {
    // No warning: a database with backups is configured to be restored, and now it could not be.
    return {
      detail: bad.length === 0 ? `no file matches ${backups.pattern}` : `none is good: ${list}`,
      fix: `Without one there is no full rollback. ${make}; see also \`database.backups\`.`,
    };
  }
  const age = now - Date.parse(chosen.moment.at);
  const seen =
    `the newest good one is ${chosen.name}, made ${formatTime(chosen.moment.at)}, ` +
    `${formatDuration(Math.max(0, age))} ago${list === '' ? '' : `; newer, and not good: ${list}`}`;
  if (age < OLD_AFTER_MS) return seen;
  return {
    optional: true,
    detail: seen,
    fix: `A restore would lose all that came since. See why none was made for more than a day; ${make}.`,
  };
}

/** Reading them to their end takes longer than the doctor waits. @param newest by its time alone */
export function judgeUnread(
  newest: { name: string; moment: { at: string } },
  { named, now, withinMs }: Omit<Looked, 'settings'> & { withinMs: number },
): Seen {
  const age = formatDuration(Math.max(0, now - Date.parse(newest.moment.at)));
  return {
    optional: true,
    detail: `the newest, ${newest.name}, was made ${age} ago; no good one was found within ${withinMs / 1000} s`,
    fix: `Run \`backout backups ${options(named)}\`: it reads them to their end, however long that takes.`,
  };
}

/** @param free in bytes, where the server's files are; null when that can't be known */
export function judgeRoom(facts: Facts, free: number | null): Seen {
  const needed = roomNeeded(facts);
  const fits = isRoomy(facts, free);
  if (fits === null || needed === null || free === null) {
    return 'not known: the server is on another machine than its programs, or hides where its files are';
  }
  const numbers = `${formatBytes(free)} are free, ${formatBytes(needed)} are needed`;
  if (fits) return numbers;
  return { detail: numbers, fix: 'Make room on its disk, or set `restore.strategy: in-place`.' };
}

export type Left = {
  facts: Facts;
  kept: Kept[];
  /** Rollbacks that are noted in the databases, and have ended. */
  ended: string[];
};

/** Whose notes are on the databases of this name: rollbacks that run, or that have left them. */
export function notedRuns(facts: Facts, live: string): string[] {
  return [...new Set(notes(facts, live).map(({ run }) => run))];
}

/** What earlier restores have left: half done, or kept for longer than they should be. */
export function judgeLeft({ facts, kept, ended }: Left, live: string, named: Named): Seen {
  const noted = notes(facts, live);
  const left = noted.filter(({ run }) => ended.includes(run));
  const marker = left.find(({ is }) => is === 'live');
  const held = find(facts, live)?.marker;
  const isHeld = marker !== undefined && held?.is === 'live' && held.held !== null;
  // The next rollback clears away what the live database tells of.
  const beside = left.filter(({ is, run }) => is !== 'live' && run !== marker?.run);
  const over = kept.filter(({ isOver }) => isOver);
  const working = noted.find(({ is, run }) => is === 'live' && !ended.includes(run));
  const wrong: [what: string, fix: string][] = [
    ...(marker === undefined
      ? []
      : [
          [
            `${marker.run} has ended and left ${isHeld ? 'the database read-only' : 'its restore half done'}`,
            isHeld
              ? `\`backout unfreeze ${options(named)} --reason WHY\` lets it be written again.`
              : 'The next full rollback clears it away.',
          ] satisfies [string, string],
        ]),
    ...beside.map(({ database, run }): [string, string] => [
      `"${database}" is left of ${run}, which has ended`,
      `Nobody needs it: DROP DATABASE ${ident(database)}.`,
    ]),
    ...(over.length === 0
      ? []
      : [
          [
            `kept for long enough: ${over.map(({ name }) => name).join(', ')}`,
            `\`backout backups ${options(named)} --drop-expired\` drops it; so does the next full rollback that succeeds.`,
          ] satisfies [string, string],
        ]),
  ];
  if (wrong.length > 0) {
    return {
      optional: true,
      detail: wrong.map(([what]) => what).join('; '),
      fix: wrong.map(([, fix]) => fix).join(' '),
    };
  }
  const good = [
    ...(working === undefined ? [] : [`${working.run} is at work on it`]),
    ...kept.map(({ name, until }) => `${name} is kept until ${formatTime(until)}`),
  ];
  return good.length === 0 ? 'nothing is left of any' : good.join('; ');
}

type Note = { database: string; is: 'live' | 'new' | 'ledger'; run: string };

function notes(facts: Facts, live: string): Note[] {
  return facts.databases.flatMap(({ name, marker }): Note[] => {
    if (marker === null || marker.is === 'kept') return [];
    if ((marker.is === 'live' ? name : marker.live) !== live) return [];
    return [{ database: name, is: marker.is, run: marker.run }];
  });
}
