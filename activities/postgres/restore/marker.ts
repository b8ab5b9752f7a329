/**
 * What a restore notes about itself, in the databases themselves: as the setting `backout.restore`, which belongs to a
 * database and not to its name, changes in a transaction with everything else, and shows to whoever looks. Pure.
 */
import * as z from 'zod';
import type { Database } from './facts.ts';
import { ident, literal } from './sql.ts';

export const MARKER = 'backout.restore';
const HELD = 'default_transaction_read_only';

const shared = {
  /** The rollback: its workflow ID. */
  run: z.string(),
  /** SHA-256 of the backup. */
  backup: z.string(),
};

/** What a restore was for: a later rollback of the same fault need not do it again. */
export const purposeSchema = z.strictObject({
  service: z.string(),
  faulty: z.strictObject({ name: z.string(), version: z.string().nullable() }),
});
export type Purpose = z.infer<typeof purposeSchema>;

/** How long restoring it took, and of how large a backup: the next one of this database will take about as long. */
const tookSchema = z.strictObject({ bytes: z.number(), seconds: z.number() });

/** The restored database, whatever it is called by now, and when it became the live one (UTC). */
const restoredSchema = z.strictObject({ oid: z.int(), at: z.string() });

/** What the setting was before a freeze. Only its own lift ends that: a restore that is given up leaves it held. */
const heldSchema = z.strictObject({ before: z.string().nullable() });

export const markerSchema = z.discriminatedUnion('is', [
  /** On the live database: a restore goes on beside it. Written first, removed by the swap. */
  z.strictObject({
    is: z.literal('live'),
    ...shared,
    /** Of the attempt that wrote it: earlier ones are fenced off. */
    token: z.int(),
    /** The database that is restored into. */
    database: z.string(),
    /** Its writes are held by a freeze. Null: they are not. */
    held: heldSchema.nullable(),
  }),
  /** On the new database. */
  z.strictObject({
    is: z.literal('new'),
    ...shared,
    live: z.string(),
    ready: z.boolean(),
    took: tookSchema.optional(),
  }),
  /** On the replaced database. */
  z.strictObject({
    is: z.literal('kept'),
    ...shared,
    live: z.string(),
    /** When it may be dropped, in UTC. */
    until: z.string(),
    purpose: purposeSchema.optional(),
    took: tookSchema.optional(),
    /** What took its place. Missing on one that a restore in place has taken away. */
    restored: restoredSchema.optional(),
  }),
  /** On an empty database that stands beside while, in place, there may be neither the old nor the restored one. */
  z.strictObject({
    is: z.literal('ledger'),
    ...shared,
    live: z.string(),
    token: z.int(),
    /** The live database as it was, before anything was changed. */
    like: z.custom<Omit<Database, 'marker' | 'markerText'>>((value) => typeof value === 'object'),
    /** The owners of its extensions. */
    owners: z.record(z.string(), z.string()),
    /** There is room for both: the one before is kept as it is, and not dropped for its room. */
    keepsOld: z.boolean(),
    /** A freeze held its writes: they are held again when it is put back. */
    held: heldSchema.optional(),
    /** Null while it goes on; then what is live now. */
    done: z.enum(['restored', 'put-back']).nullable(),
    purpose: purposeSchema.optional(),
    /** Once `done` is `restored`. */
    restored: restoredSchema.optional(),
  }),
]);
export type Marker = z.infer<typeof markerSchema>;
export type MarkerOf<Is extends Marker['is']> = Extract<Marker, { is: Is }>;

/** Null for what is none of ours, or can't be understood. */
export function readMarker(text: string | null): Marker | null {
  if (text === null) return null;
  try {
    return markerSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

export function setMarker(database: string, marker: Marker): string {
  return `ALTER DATABASE ${ident(database)} SET ${MARKER} TO ${literal(JSON.stringify(marker))}`;
}

export function resetMarker(database: string): string {
  return `ALTER DATABASE ${ident(database)} RESET ${MARKER}`;
}

/** New sessions can only read, unless they say otherwise. */
export function holdWrites(database: string): string {
  return `ALTER DATABASE ${ident(database)} SET ${HELD} TO on`;
}

/** The setting as it was. */
export function releaseWrites(database: string, before: string | null): string {
  const name = ident(database);
  return before === null
    ? `ALTER DATABASE ${name} RESET ${HELD}`
    : `ALTER DATABASE ${name} SET ${HELD} TO ${literal(before)}`;
}

/** The one before a restore in place is again as it was: with its writes held where a freeze holds them. */
export function frozenAgain(name: string, { held, run, backup, token }: MarkerOf<'ledger'>): string[] {
  if (held === undefined) return [resetMarker(name)];
  return [setMarker(name, { is: 'live', run, backup, token, database: name, held }), holdWrites(name)];
}

export const isMarker = (setting: string): boolean => setting === MARKER;
export const isHeld = (setting: string): boolean => setting === HELD;
