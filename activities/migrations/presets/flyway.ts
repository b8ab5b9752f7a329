/**
 * Flyway. `flyway info -outputType=json`, seen with 10.20; its table: version (none for a repeatable one), description, type, script,
 * success, installed_rank. States: https://documentation.red-gate.com/fd/flyway-schema-history-table-273973417.html. A row of a type
 * that begins with UNDO or DELETE takes back what an earlier row of its version did.
 */
import * as z from 'zod';
import { selectFrom } from '../preset.ts';
import type { Applied, Listed, Migration, Preset } from '../preset.ts';

const INFO = ['flyway', 'info', '-outputType=json'];

const infoSchema = z.object({
  migrations: z.array(
    z.object({
      version: z.string().nullish(),
      description: z.string().nullish(),
      state: z.string(),
      filepath: z.string().nullish(),
    }),
  ),
});

/** Of these there is no file, though they are applied: `Future`, `Missing`, `Missing (Failed)`, … */
const FOREIGN = /^(Future|Missing)/;
const NOT_APPLIED = /^(Pending|Above Target|Ignored|Below Baseline|Available|Undone|Deleted|Superseded)/;
const FAILED = /Failed/;

export const flyway: Preset = {
  notesEach: true,
  query: (table) =>
    selectFrom(table, 'SELECT version, description, type, script, success FROM %s ORDER BY installed_rank'),
  fromRows,
  commands: { applied: INFO, known: INFO },
  parse: ({ exitCode, stdout }) => (exitCode === 0 ? parseInfo(stdout) : null),
  fromFiles: (names) => names.flatMap(ofFile).toSorted(byVersion),
  // In its paid editions. It takes back the target itself, too: https://documentation.red-gate.com/fd/undo-277578892.html
  down: ({ undo }) => {
    const oldest = undo.findLast(({ id }) => !id.startsWith('R:'));
    return oldest === undefined ? [] : [['flyway', 'undo', `-target=${oldest.id}`]];
  },
};

const idOf = (version: string, description: string) => (version === '' ? `R:${description}` : version);

function fromRows(rows: (string | null)[][]): Applied {
  const applied = new Map<string, Migration>();
  const failed = new Set<string>();
  for (const [version, description, type, script, success] of rows) {
    if (type === 'SCHEMA') continue;
    const id = idOf(version ?? '', description ?? '');
    applied.delete(id);
    failed.delete(id);
    if (/^(UNDO|DELETE)/.test(type ?? '')) {
      if (success === 't') continue;
      failed.add(id);
    }
    applied.set(id, { id, title: script ?? id });
    if (success !== 't') failed.add(id);
  }
  return { migrations: [...applied.values()], failed: [...failed] };
}

function parseInfo(text: string): Listed | null {
  const listed = { applied: [] as Migration[], known: [] as Migration[], foreign: [] as string[] };
  const failed: string[] = [];
  const info = infoSchema.safeParse(fromJson(text));
  if (!info.success) return null;
  for (const { version, description, state, filepath } of info.data.migrations) {
    const id = idOf(version ?? '', description ?? '');
    const file = (filepath ?? '').split(/[\\/]/).at(-1) ?? '';
    const migration = { id, title: file === '' ? id : file };
    if (FOREIGN.test(state)) listed.foreign.push(id);
    else if (!listed.known.some((other) => other.id === id)) listed.known.push(migration);
    if (!NOT_APPLIED.test(state)) listed.applied.push(migration);
    if (FAILED.test(state)) failed.push(id);
  }
  return { ...listed, failed };
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function ofFile(name: string): Migration[] {
  const [, kind, version = '', description = ''] =
    /^(?:(V|B)([^_]+(?:_[^_]+)*)|R)__(.+)\.[^.]+$/.exec(name) ?? [];
  if (description === '') return [];
  const id = kind === undefined ? `R:${description.replaceAll('_', ' ')}` : version.replaceAll('_', '.');
  return [{ id, title: name }];
}

/** 1.9 before 1.10; repeatable ones last. */
function byVersion({ id: one }: Migration, { id: other }: Migration): number {
  const last = Number(one.startsWith('R:')) - Number(other.startsWith('R:'));
  return last === 0 ? one.localeCompare(other, 'en', { numeric: true }) : last;
}
