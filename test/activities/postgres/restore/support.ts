/** Databases as the server describes them, for pure tests. */
import type { Database, Facts } from '../../../../activities/postgres/restore/facts.ts';
import type { Marker } from '../../../../activities/postgres/restore/marker.ts';
import type { Needs } from '../../../../activities/postgres/restore/needs.ts';

export function database(name: string, given: Partial<Database> & { marker?: Marker | null } = {}): Database {
  const marker = given.marker ?? null;
  return {
    ...{ oid: 16400, name, owner: 'app', encoding: 'UTF8', provider: 'c', collate: 'C', ctype: 'C.UTF-8' },
    ...{ locale: null, icuRules: null, tablespace: 'pg_default', isTemplate: false, allowsConnections: true },
    ...{ connectionLimit: -1, comment: null, settings: [], grants: null, labels: [] },
    markerText: marker === null ? null : JSON.stringify(marker),
    ...given,
    marker,
  };
}

export function facts(databases: Database[], live: Partial<Facts['live']> = {}): Facts {
  return {
    ...{ now: '2026-11-21T09:38:00.123456', version: 150018, isSuperuser: true, databases },
    live: {
      ...{ bytes: 100_000_000, slots: [], prepared: [], subscriptions: [], sessions: [] },
      ...{ dataDirectory: '/data', ...live },
    },
    roles: ['app', 'postgres'],
    extensions: ['hstore', 'plpgsql'],
  };
}

export const needs = (given: Partial<Needs> = {}): Needs => ({
  ...{ roles: ['app'], extensions: ['hstore'], commands: [], complete: true, ...given },
});

export const RUN = 'rollback-shop-1';
export const SHA = 'a'.repeat(64);

export const liveMarker = (given: Partial<Extract<Marker, { is: 'live' }>> = {}): Marker => ({
  ...{ is: 'live', run: RUN, backup: SHA, token: 3, database: 'shop_new_x_3', held: null, ...given },
});
export const newMarker = (given: Partial<Extract<Marker, { is: 'new' }>> = {}): Marker => ({
  ...{ is: 'new', run: RUN, backup: SHA, live: 'shop', ready: true, ...given },
});
export const keptMarker = (given: Partial<Extract<Marker, { is: 'kept' }>> = {}): Marker => ({
  ...{ is: 'kept', run: RUN, backup: SHA, live: 'shop', until: '2026-11-28T09:38:00.000Z', ...given },
});
