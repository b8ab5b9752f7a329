/** Why a restore can't be done as things are. All reasons at once, so that a person mends them in one go. Pure. */
import type { Facts } from './facts.ts';
import { find } from './facts.ts';
import type { Needs } from './needs.ts';
import { ident } from './sql.ts';

export type Asked = {
  live: string;
  maintenanceDatabase: string;
  run: string;
  needs: Needs;
  /** Free where the database's files are; null when that can't be known. */
  freeBytes: number | null;
  strategy: 'swap' | 'in-place';
  /** Null: our role may set markers; else its name. */
  unfitRole: string | null;
};

/** The first with DROP DATABASE … WITH (FORCE). */
const OLDEST = 130000;

/** A copy takes as much as the original, and the log that is written meanwhile a part of it. */
const ROOM = 1.2;

export function refusals(facts: Facts, asked: Asked): string[] {
  const { needs } = asked;
  const roles = missing(needs.roles, facts.roles);
  const extensions = missing(needs.extensions, facts.extensions);
  return [
    ...refusalsOfLive(facts, asked),
    ...when(roles.length > 0, `The backup needs roles that are not there: ${list(roles)}.`),
    ...when(
      extensions.length > 0,
      `The backup needs extensions that are not installed on the server: ${list(extensions)}.`,
    ),
    ...when(
      needs.commands.length > 0,
      `The backup reaches beyond one database: ${needs.commands.join(', ')}. It must be of one database, made by pg_dump without --create.`,
    ),
    ...when(!needs.complete, 'The backup is not complete: its last line is missing.'),
    ...roomRefusal(facts, asked),
    ...(asked.unfitRole === null ? [] : [unfit(asked.unfitRole)]),
  ];
}

export function unfit(role: string): string {
  return `The role "${role}" may not note in the databases how far it is. It must be a superuser or, from PostgreSQL 15 on, be given that by one: GRANT SET ON PARAMETER backout.restore TO ${ident(role)}.`;
}

/** What can also come up between the restore and the swap. */
export function refusalsOfLive(
  facts: Facts,
  { live: name, run, maintenanceDatabase }: Pick<Asked, 'live' | 'run' | 'maintenanceDatabase'>,
): string[] {
  const live = find(facts, name);
  if (live === null) return [`There is no database "${name}".`];
  const { slots, prepared, subscriptions } = facts.live;
  const other = live.marker?.is === 'live' && live.marker.run !== run ? live.marker.run : null;
  return [
    ...when(
      facts.version < OLDEST,
      'The server is older than PostgreSQL 13, which could not end what an interrupted restore left running.',
    ),
    ...when(other !== null, `Another restore of it is unfinished: that of rollback ${other ?? ''}.`),
    ...when(
      live.markerText !== null && live.marker?.is !== 'live',
      'Its setting backout.restore is none that a restore leaves on a live database.',
    ),
    ...when(
      maintenanceDatabase === name,
      '`connection.maintenanceDatabase` is the database itself: sessions in it could not be ended.',
    ),
    ...when(!live.allowsConnections, 'It does not allow connections, and that was not our doing.'),
    ...when(
      prepared.length > 0,
      `It has prepared transactions: ${list(prepared)}. Commit them or roll them back.`,
    ),
    ...when(
      slots.length > 0,
      `It has replication slots: ${list(slots)}. Whoever reads them would go on with the replaced database: drop them, and set them up again afterwards.`,
    ),
    ...when(
      subscriptions.length > 0,
      `It has subscriptions: ${list(subscriptions)}. They would stay with the replaced database: drop them, and create them again afterwards.`,
    ),
  ];
}

/** In bytes, for a second copy; null when that can't be known. */
export function roomNeeded({ live: { bytes } }: Facts): number | null {
  return bytes === null ? null : bytes * ROOM;
}

/** Whether a second copy fits; null when that can't be known. */
export function isRoomy(facts: Facts, freeBytes: number | null): boolean | null {
  const needed = roomNeeded(facts);
  return needed === null || freeBytes === null ? null : freeBytes >= needed;
}

function roomRefusal(facts: Facts, { freeBytes, strategy }: Asked): string[] {
  const wanted = roomNeeded(facts);
  if (strategy === 'in-place' || wanted === null || freeBytes === null) return [];
  return when(
    isRoomy(facts, freeBytes) === false,
    `There is no room for a second copy: ${inMegabytes(freeBytes)} are free, ${inMegabytes(wanted)} are needed. Make room, or set \`restore.strategy: in-place\`.`,
  );
}

const inMegabytes = (bytes: number) => `${Math.ceil(bytes / 1_000_000)} MB`;
const when = (isSo: boolean, reason: string): string[] => (isSo ? [reason] : []);

const list = (names: string[]) => names.map((name) => `"${name}"`).join(', ');
const missing = (wanted: string[], given: string[]) => wanted.filter((name) => !given.includes(name));
