/**
 * What belongs to a database but is in no dump of it: settings, grants, connection limit, comment, labels. All of it
 * follows the database when that is renamed, so the new one must be given it. Pure.
 */
import type { Database, Grant, Setting } from './facts.ts';
import { isHeld } from './marker.ts';
import { ident, literal, settingName } from './sql.ts';

export type Wanted = Pick<
  Database,
  'owner' | 'settings' | 'grants' | 'connectionLimit' | 'isTemplate' | 'comment' | 'labels'
>;

/** What the live database is to be like again. While its writes are held, that setting is not its own. */
export function wantedOf(live: Database): Wanted {
  const held = live.marker?.is === 'live' ? live.marker.held : null;
  if (held === null) return live;
  const others = live.settings.filter(({ role, name }) => role !== null || !isHeld(name));
  const own = { role: null, name: 'default_transaction_read_only' };
  return { ...live, settings: held.before === null ? others : [...others, { ...own, value: held.before }] };
}

/** Only what differs: run again, there is nothing left to do. */
export function carryOver(wanted: Wanted, given: Database): string[] {
  const name = ident(given.name);
  return [
    ...(wanted.owner === given.owner ? [] : [`ALTER DATABASE ${name} OWNER TO ${ident(wanted.owner)}`]),
    ...carrySettings(wanted.settings, given),
    ...carryGrants(wanted, given),
    ...(wanted.comment === given.comment
      ? []
      : [`COMMENT ON DATABASE ${name} IS ${wanted.comment === null ? 'NULL' : literal(wanted.comment)}`]),
    ...wanted.labels
      .filter(
        ({ provider, label }) => !given.labels.some((l) => l.provider === provider && l.label === label),
      )
      .map(
        ({ provider, label }) =>
          `SECURITY LABEL FOR ${ident(provider)} ON DATABASE ${name} IS ${literal(label)}`,
      ),
    ...(wanted.connectionLimit === given.connectionLimit
      ? []
      : [`ALTER DATABASE ${name} CONNECTION LIMIT ${wanted.connectionLimit}`]),
    ...(wanted.isTemplate === given.isTemplate
      ? []
      : [`ALTER DATABASE ${name} IS_TEMPLATE ${wanted.isTemplate}`]),
  ];
}

function carrySettings(wanted: Setting[], given: Database): string[] {
  const same = (a: Setting) => (b: Setting) => a.role === b.role && a.name === b.name;
  const superfluous = given.settings.filter((setting) => !wanted.some(same(setting)));
  const missing = wanted.filter((setting) => given.settings.find(same(setting))?.value !== setting.value);
  return [
    ...superfluous.map((setting) => `${subject(setting, given.name)} RESET ${settingName(setting.name)}`),
    ...missing.map(
      (setting) =>
        `${subject(setting, given.name)} SET ${settingName(setting.name)} TO ${settingValue(setting)}`,
    ),
  ];
}

function subject({ role }: Setting, database: string): string {
  return role === null
    ? `ALTER DATABASE ${ident(database)}`
    : `ALTER ROLE ${ident(role)} IN DATABASE ${ident(database)}`;
}

/** Those that hold a list of names, each quoted by itself. The server keeps them as one text. As in pg_dump. */
const LISTS = [
  'local_preload_libraries',
  'search_path',
  'session_preload_libraries',
  'shared_preload_libraries',
  'temp_tablespaces',
  'unix_socket_directories',
];

function settingValue({ name, value }: Setting): string {
  if (!LISTS.includes(name.toLowerCase())) return literal(value);
  return splitList(value).map(literal).join(', ') || "''";
}

/** `"$user", public` as its names. An empty text is one empty name, which is how an empty search path is kept. */
export function splitList(text: string): string[] {
  const names: string[] = [];
  const one = /\s*(?:"((?:[^"]|"")*)"|([^",]*?))\s*(?:,|$)/gy;
  while (one.lastIndex < text.length) {
    const match = one.exec(text);
    // No list of names: as it is, the server will say what is wrong with it.
    if (match === null) return [text];
    names.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
  }
  return names;
}

function carryGrants(wanted: Wanted, given: Database): string[] {
  if (sameGrants(wanted, given)) return [];
  const name = ident(given.name);
  const everybody = [...new Set([null, wanted.owner, ...(given.grants ?? []).map(({ grantee }) => grantee)])];
  return [
    ...everybody.map((grantee) => `REVOKE ALL ON DATABASE ${name} FROM ${granteeName(grantee)} CASCADE`),
    ...byGrantor(wanted).flatMap((grant) => grantStatements(grant, name, wanted.owner)),
  ];
}

function sameGrants(wanted: Wanted, given: Database): boolean {
  const asText = (grants: Grant[] | null) => JSON.stringify(grants);
  return wanted.owner === given.owner && asText(wanted.grants) === asText(given.grants);
}

/** The owner's first: whoever hands a right on must have it before. */
function byGrantor({ grants, owner }: Wanted): Grant[] {
  const all = grants ?? [
    { grantor: owner, grantee: null, privilege: 'TEMPORARY', grantable: false },
    { grantor: owner, grantee: null, privilege: 'CONNECT', grantable: false },
    ...['CREATE', 'TEMPORARY', 'CONNECT'].map((privilege) => ({
      ...{ grantor: owner, grantee: owner, privilege, grantable: false },
    })),
  ];
  return [
    ...all.filter(({ grantor }) => grantor === owner),
    ...all.filter(({ grantor }) => grantor !== owner),
  ];
}

function grantStatements({ grantor, grantee, privilege, grantable }: Grant, name: string, owner: string) {
  const option = grantable ? ' WITH GRANT OPTION' : '';
  const statement = `GRANT ${privilege} ON DATABASE ${name} TO ${granteeName(grantee)}${option}`;
  // What a superuser grants counts as granted by the owner; anybody else must be it.
  return grantor === owner ? [statement] : [`SET LOCAL ROLE ${ident(grantor)}`, statement, 'RESET ROLE'];
}

const granteeName = (grantee: string | null): string => (grantee === null ? 'PUBLIC' : ident(grantee));

/** An empty database like the live one. The rest of what belongs to it comes when its content has come. */
export function createDatabase(name: string, like: Database, version: number): string {
  const { provider, locale, icuRules } = like;
  return [
    `CREATE DATABASE ${ident(name)} TEMPLATE template0`,
    `OWNER ${ident(like.owner)} ENCODING ${literal(like.encoding)}`,
    `LC_COLLATE ${literal(like.collate)} LC_CTYPE ${literal(like.ctype)}`,
    // Where the template is anyway; saying so would ask for a right.
    ...(like.tablespace === 'pg_default' ? [] : [`TABLESPACE ${ident(like.tablespace)}`]),
    ...(version < 150000 ? [] : [`LOCALE_PROVIDER ${PROVIDERS[provider] ?? 'libc'}`]),
    ...(provider === 'i' && locale !== null ? [`ICU_LOCALE ${literal(locale)}`] : []),
    ...(provider === 'i' && icuRules !== null ? [`ICU_RULES ${literal(icuRules)}`] : []),
    ...(provider === 'b' && locale !== null ? [`BUILTIN_LOCALE ${literal(locale)}`] : []),
  ].join(' ');
}

const PROVIDERS: Record<string, string> = { c: 'libc', i: 'icu', b: 'builtin' };
