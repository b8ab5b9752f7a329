/** What is no known tool: any table with a row for each migration, and a command that prints one a line. */
import { linesOf, withoutEnding } from '../preset.ts';
import type { Migration, Preset, Query } from '../preset.ts';

/** The same whether the ending is noted or not. */
const named = (name: string): Migration => ({ id: withoutEnding(name), title: name });

const common: Pick<Preset, 'notesEach' | 'fromFiles' | 'parse' | 'down'> = {
  notesEach: true,
  fromFiles: (names) =>
    names
      .filter((name) => !name.startsWith('.'))
      .toSorted()
      .map(named),
  parse: ({ exitCode, stdout }) => {
    if (exitCode !== 0) return null;
    const migrations = linesOf(stdout).map(named);
    return { applied: migrations, known: migrations };
  },
  down: () => [],
};

export const lines: Preset = common;

export function table({ column = 'name', orderBy = 'id', query }: TableSettings): Preset {
  return {
    ...common,
    query: (name) =>
      query === undefined ? columnOf(name, { column, orderBy }) : { sql: query, variables: {} },
    fromRows: (rows) => ({
      migrations: rows.flatMap(([name]) => (name == null ? [] : [named(name)])),
      failed: [],
    }),
  };
}

type TableSettings = {
  column?: string | undefined;
  orderBy?: string | undefined;
  query?: string | undefined;
};

function columnOf(name: string, { column, orderBy }: { column: string; orderBy: string }): Query {
  return {
    sql: String.raw`SELECT format($$SELECT %1$I FROM %2$s ORDER BY %3$I$$, :'column', to_regclass(:'table'), :'orderBy') \gexec`,
    variables: { table: name, column, orderBy },
  };
}
