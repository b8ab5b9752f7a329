/**
 * golang-migrate. Its table `schema_migrations` has one row: the latest version, and whether it is dirty (failed midway). `migrate version`
 * says the same on standard error, seen with 4.18: `2`, `3 (dirty)`, `error: no migration`. It wants the database's URL, with
 * its password, among its arguments: so a command must be one of your own. Files: https://github.com/golang-migrate/migrate/blob/master/MIGRATIONS.md
 */
import { linesOf, selectFrom } from '../preset.ts';
import type { Applied, Migration, Preset } from '../preset.ts';

const FILE = /^(\d+)_(.*)\.up\.[^.]+$/;

export const golangMigrate: Preset = {
  notesEach: false,
  query: (table) => selectFrom(table, 'SELECT version, dirty FROM %s'),
  fromRows: (rows) =>
    rows.reduce<Applied>(
      (applied, [version, dirty]) => (version == null ? applied : at(version, dirty === 't')),
      { migrations: [], failed: [] },
    ),
  parse: ({ stdout, stderr }) => {
    const lines = linesOf(`${stdout}\n${stderr}`);
    if (lines.some((line) => /^error: no migration$/.test(line))) return { applied: [], failed: [] };
    const [, version, dirty] = /^(\d+)( \(dirty\))?$/.exec(lines.at(-1) ?? '') ?? [];
    if (version === undefined) return null;
    const { migrations, failed } = at(version, dirty !== undefined);
    return { applied: migrations, failed };
  },
  fromFiles: (names) => {
    const found = names.flatMap((name) => {
      const [, version, title] = FILE.exec(name) ?? [];
      return version === undefined ? [] : [{ id: plain(version), title: `${version}_${title ?? ''}` }];
    });
    found.sort((one, other) => (BigInt(one.id) < BigInt(other.id) ? -1 : 1));
    return found.map((migration, index): Migration => {
      const before = found[index - 1];
      return { ...migration, after: before === undefined ? [] : [before.id] };
    });
  },
  down: ({ last }) => [['migrate', '-path', 'FILES', '-database', 'URL', 'goto', last.id]],
};

/** `000002` in a file's name is 2 in the table. */
const plain = (version: string) => BigInt(version).toString();

function at(version: string, dirty: boolean): Applied {
  const id = plain(version);
  return { migrations: [{ id }], failed: dirty ? [id] : [] };
}
