/** Which migrations came since a release. Pure. */
import type { Applied, Migration } from './preset.ts';

/** What a release knows, by whoever told. */
export type Known =
  /** Exactly these. */
  | { of: 'these'; ids: readonly string[] }
  /** Whatever is applied, but these. */
  | { of: 'all-but'; ids: readonly string[] }
  /** These, and what came before them. */
  | { of: 'up-to'; ids: readonly string[] };

export type Since = {
  /** The oldest first. */
  migrations: Migration[];
  /** The newest that the release knows, where that can be said. */
  last: Migration | null;
  /** Others may lie between, which nothing names. */
  mayBeMore: boolean;
};

type Situation = {
  applied: Applied;
  known: Known;
  /** Whether the tool notes each migration, or the latest only. */
  notesEach: boolean;
  /** What the release that serves now has, with what comes before what; null where that is not known. */
  history: readonly Migration[] | null;
};

/** @returns why not, where what is known does not fit what is applied */
export function migrationsSince(situation: Situation): Since | { why: string } {
  const since = situation.notesEach ? amongEach(situation) : amongLatest(situation);
  if ('why' in since) return since;
  const { applied, history } = situation;
  const failed = applied.failed.filter((id) => !since.migrations.some((migration) => migration.id === id));
  const names = new Map([...(history ?? []), ...applied.migrations].map((one) => [one.id, one]));
  // One that failed midway is in nobody's way back only when it is undone, whoever knows it.
  return { ...since, migrations: [...since.migrations, ...failed.map((id) => names.get(id) ?? { id })] };
}

function amongEach({ applied: { migrations }, known }: Situation): Since | { why: string } {
  const ids = new Set(known.ids);
  const isNew = (() => {
    switch (known.of) {
      case 'these':
        return ({ id }: Migration) => !ids.has(id);
      case 'all-but':
        return ({ id }: Migration) => ids.has(id);
      case 'up-to': {
        const missing = known.ids.find((id) => !migrations.some((migration) => migration.id === id));
        if (missing !== undefined) return { why: `${missing} is not among the applied ones` };
        const end = migrations.findLastIndex(({ id }) => ids.has(id));
        const after = new Set(migrations.slice(end + 1));
        return (migration: Migration) => after.has(migration);
      }
    }
  })();
  if (typeof isNew !== 'function') return isNew;
  const last = migrations.findLast((migration) => !isNew(migration)) ?? null;
  return { migrations: migrations.filter(isNew), last, mayBeMore: false };
}

/** From what the tool notes alone, only the latest can be named; the rest is in the files of the release that serves. */
function amongLatest({ applied, known, history }: Situation): Since | { why: string } {
  const byId = new Map((history ?? []).map((migration) => [migration.id, migration]));
  if (known.of === 'all-but') return { why: 'it only tells what it does not know' };
  const knownIds = known.of === 'these' ? new Set(known.ids) : upTo(known.ids, byId);
  const latest = applied.migrations.filter(({ id }) => !knownIds.has(id));
  const reached = upTo(idsOf(latest), byId);
  const named = (history ?? []).filter(({ id }) => reached.has(id) && !knownIds.has(id));
  const unnamed = [...reached].filter((id) => !byId.has(id) && !knownIds.has(id)).map((id) => ({ id }));
  const isApplied = upTo(idsOf(applied.migrations), byId);
  const told = known.of === 'up-to' && known.ids.length === 1 ? (known.ids[0] ?? null) : null;
  const last =
    (history ?? []).findLast(({ id }) => knownIds.has(id) && isApplied.has(id)) ??
    (told === null ? null : { id: told });
  return { migrations: [...named, ...unnamed], last, mayBeMore: unnamed.length > 0 };
}

const idsOf = (migrations: readonly Migration[]) => migrations.map(({ id }) => id);

/** These, and everything that comes before them. */
function upTo(ids: readonly string[], byId: ReadonlyMap<string, Migration>): Set<string> {
  const reached = new Set<string>();
  const open = [...ids];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (reached.has(id)) continue;
    reached.add(id);
    open.push(...(byId.get(id)?.after ?? []));
  }
  return reached;
}
