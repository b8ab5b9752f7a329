/**
 * Alembic. Its table and `alembic current` tell the latest revisions only; `alembic history`, which needs no database, tells
 * what comes before which. Seen with 1.20: `1a2b -> 3c4d (head), title`, parents of a merge with commas, `<base>` for none.
 */
import { linesOf, namesOf, selectFrom } from '../preset.ts';
import type { Migration, Preset } from '../preset.ts';

const HISTORY = /^(.+?) -> (\w+)((?: \([^)]*\))*), ?(.*)$/;
const CURRENT = /^(\w+)(?: \([^)]*\))*$/;

export const alembic: Preset = {
  notesEach: false,
  query: (table) => selectFrom(table, 'SELECT version_num FROM %s ORDER BY 1'),
  fromRows: namesOf,
  commands: { applied: ['alembic', 'current'], known: ['alembic', 'history'] },
  parse: ({ exitCode, stdout }) => {
    if (exitCode !== 0) return null;
    const lines = linesOf(stdout);
    if (lines.length === 0) return { applied: [] };
    if (lines.every((line) => CURRENT.test(line)))
      return { applied: lines.map((line) => ({ id: CURRENT.exec(line)?.[1] ?? line })) };
    if (!lines.every((line) => HISTORY.test(line))) return null;
    return { known: lines.map(revision).reverse() };
  },
  down: ({ last }) => [['alembic', 'downgrade', last.id]],
};

function revision(line: string): Migration {
  const [, parents = '', id = '', , title = ''] = HISTORY.exec(line) ?? [];
  return {
    id,
    title: title === '' ? id : `${id} ${title}`,
    after: parents === '<base>' ? [] : parents.split(', '),
  };
}
