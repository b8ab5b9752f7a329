/**
 * Knex. `knex migrate:list` and its table `knex_migrations` (id, name, batch, migration_time), seen with 3.3.0; names are the
 * files' with their ending. In the folder of a release that lacks files it lists nothing and names the missing ones:
 * https://github.com/knex/knex/blob/master/lib/migrations/migrate/Migrator.js (validateMigrationList)
 */
import { linesOf, namesOf, selectFrom } from '../preset.ts';
import type { Listed, Preset } from '../preset.ts';

const LIST = ['npx', 'knex', 'migrate:list'];
const FILE = /\.(js|mjs|cjs|ts|mts|cts|co|coffee|eg|iced|litcoffee|ls)$/;

export const knex: Preset = {
  notesEach: true,
  query: (table) => selectFrom(table, 'SELECT name FROM %s ORDER BY id'),
  fromRows: namesOf,
  commands: { applied: LIST, known: LIST },
  parse: ({ stdout, stderr }) => parseMissing(`${stdout}\n${stderr}`) ?? parseList(stdout),
  fromFiles: (names) =>
    names
      .filter((name) => FILE.test(name) && !/^\.|\.d\.[cm]?ts$/.test(name))
      .toSorted()
      .map((id) => ({ id })),
  // One at a time: `migrate:rollback` takes back a batch, which may hold older ones, too.
  down: ({ undo }) => undo.map(({ id }) => ['npx', 'knex', 'migrate:down', id]),
};

function parseMissing(text: string): Listed | null {
  const missing = /the following files are missing: (.+)/.exec(text)?.[1];
  return missing === undefined ? null : { foreign: missing.trim().split(/,\s*/) };
}

function parseList(text: string): Listed | null {
  const lists: Record<'applied' | 'pending', string[]> = { applied: [], pending: [] };
  let into: string[] | null = null;
  for (const line of linesOf(text)) {
    if (/^(Found \d+ Completed Migration|No Completed Migration files)/.test(line)) into = lists.applied;
    else if (/^(Found \d+ Pending Migration|No Pending Migration files)/.test(line)) into = lists.pending;
    else into?.push(line);
  }
  if (into === null) return null;
  const migrations = (names: string[]) => names.map((id) => ({ id }));
  return {
    applied: migrations(lists.applied),
    known: migrations([...lists.applied, ...lists.pending]),
  };
}
