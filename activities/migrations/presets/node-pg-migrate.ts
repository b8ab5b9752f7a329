/**
 * node-pg-migrate. It has no command that lists; its table `pgmigrations` (id, name, run_on) does.
 * Seen with 1.0.0: names there are the files' without their ending.
 */
import { namesOf, selectFrom, withoutEnding } from '../preset.ts';
import type { Preset } from '../preset.ts';

const FILE = /\.(js|mjs|cjs|ts|mts|cts|sql)$/;

export const nodePgMigrate: Preset = {
  notesEach: true,
  query: (table) => selectFrom(table, 'SELECT name FROM %s ORDER BY run_on, id'),
  fromRows: namesOf,
  fromFiles: (names) =>
    names
      .filter((name) => FILE.test(name) && !/^\.|\.d\.[cm]?ts$/.test(name))
      .toSorted()
      .map((name) => ({ id: withoutEnding(name) })),
  down: ({ undo }) => [['npx', 'node-pg-migrate', 'down', String(undo.length)]],
};
