/**
 * Django. `manage.py showmigrations --list`, seen with 5.2: apps, and below each its migrations as ` [X] 0001_initial`. `[-]` is a
 * squashed one whose parts are applied: https://docs.djangoproject.com/en/5.2/ref/django-admin/#showmigrations
 */
import { selectFrom } from '../preset.ts';
import type { Listed, Migration, Preset } from '../preset.ts';

const LIST = ['python', 'manage.py', 'showmigrations', '--list'];

export const django: Preset = {
  notesEach: true,
  query: (table) => selectFrom(table, "SELECT app || '.' || name FROM %s ORDER BY id"),
  fromRows: (rows) => ({ migrations: rows.flatMap(([id]) => (id == null ? [] : [{ id }])), failed: [] }),
  commands: { applied: LIST, known: LIST },
  parse: ({ exitCode, stdout }) => (exitCode === 0 ? parseList(stdout) : null),
  down: ({ undo, last }) => backTo(undo, last),
};

function parseList(text: string): Listed | null {
  const applied: Migration[] = [];
  const known: Migration[] = [];
  let app: string | null = null;
  for (const line of text.split(/\r?\n/)) {
    const [, mark, name] = /^ \[([ X-])\] +(\S+)/.exec(line) ?? [];
    if (name === undefined) app = /^(\w+)$/.exec(line)?.[1] ?? app;
    else if (app !== null) {
      const migration = { id: `${app}.${name}` };
      known.push(migration);
      if (mark === 'X') applied.push(migration);
    }
  }
  return app === null ? null : { applied, known };
}

/** Each app goes back to the one before the oldest that goes; names within an app are in order. */
function backTo(undo: Migration[], last: Migration): string[][] {
  const oldest = new Map<string, string>();
  for (const { id } of undo) {
    const [app = '', name = ''] = splitAt(id);
    oldest.set(app, name);
  }
  const [lastApp, lastName] = splitAt(last.id);
  return [...oldest].map(([app, name]) => {
    const number = Number(/^\d+/.exec(name)?.[0]);
    const target = app === lastApp ? lastName : number === 1 ? 'zero' : beforeIt(number);
    return ['python', 'manage.py', 'migrate', app, target];
  });
}

/** Django takes the beginning of a name, too. */
function beforeIt(number: number): string {
  return Number.isNaN(number) ? 'THE-ONE-BEFORE' : String(number - 1).padStart(4, '0');
}

function splitAt(id: string): [string, string] {
  const dot = id.indexOf('.');
  return [id.slice(0, dot), id.slice(dot + 1)];
}
