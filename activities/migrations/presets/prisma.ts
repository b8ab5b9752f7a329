/**
 * Prisma Migrate. Its table: https://github.com/prisma/prisma-engines (schema connector, flavour postgres,
 * create_migrations_table): migration_name, started_at, finished_at, rolled_back_at. A failed one has no finished_at;
 * one given up has rolled_back_at, and may stand there once more. `prisma migrate status` does not list what is applied; in
 * a release's folder it names what that release lacks: https://www.prisma.io/docs/cli/migrate/status. It exits with 1 then.
 */
import { linesOf, selectFrom } from '../preset.ts';
import type { Preset } from '../preset.ts';

export const prisma: Preset = {
  notesEach: true,
  query: (table) =>
    selectFrom(
      table,
      'SELECT migration_name, finished_at IS NOT NULL FROM %s WHERE rolled_back_at IS NULL ORDER BY started_at',
    ),
  fromRows: (rows) => {
    const done = new Set(rows.flatMap(([id, finished]) => (id != null && finished === 't' ? [id] : [])));
    const all = [...new Set(rows.flatMap(([id]) => (id == null ? [] : [id])))];
    return { migrations: all.map((id) => ({ id })), failed: all.filter((id) => !done.has(id)) };
  },
  commands: { known: ['npx', 'prisma', 'migrate', 'status'] },
  parse: ({ stdout, stderr }) => {
    const lines = linesOf(`${stdout}\n${stderr}`);
    // Without this line it did not get as far as to look.
    if (!lines.some((line) => /^(No migration|\d+ migrations?) found in /.test(line))) return null;
    const from = lines.findIndex((line) =>
      /^The migrations? from the database are not found locally/.test(line),
    );
    if (from < 0) return { foreign: [] };
    const rest = lines.slice(from + 1);
    const end = rest.findIndex((line) => /\s/.test(line));
    return { foreign: end < 0 ? rest : rest.slice(0, end) };
  },
  // A folder each, beside migration_lock.toml.
  fromFiles: (names) =>
    names
      .filter((name) => /^[^.][^.]*$/.test(name))
      .toSorted()
      .map((id) => ({ id })),
  down: () => [],
};
