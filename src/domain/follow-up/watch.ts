/**
 * What the checks of a watched service have found (requirement J3). Pure: a kind of trouble begins once and ends once,
 * however many checks see it, so that it opens one ticket and not one per check.
 */
import type { Release } from '../plan.ts';
import { describeRelease } from '../plan.ts';
import type { Check, LogMark } from '../verification.ts';
import type { Ticket } from './tickets.ts';

/** `unwatched`: the check itself could not be made, which says nothing of the service. */
export const TROUBLE_KINDS = ['health', 'smoke', 'traffic', 'metrics', 'log-errors', 'unwatched'] as const;
export type TroubleKind = (typeof TROUBLE_KINDS)[number];

/** How people call each kind. */
export const TROUBLE_NAMES: Record<TroubleKind, string> = {
  health: 'health checks fail',
  smoke: 'smoke tests fail',
  traffic: 'traffic is not where it should be',
  metrics: 'metrics are not normal',
  'log-errors': 'errors in the logs',
  unwatched: 'the service can not be checked',
};

/** What one look at the service brought. */
export type Seen =
  | {
      is: 'checked';
      /** The release that serves, which was checked. */
      release: Release;
      checks: Check[];
      /** Where its logs end now: the next look counts from here. */
      marks: LogMark[];
    }
  /** Nothing was checked, and nothing is known to be wrong: another rollback runs. */
  | { is: 'skipped'; why: string }
  /** A later rollback has a follow-up of its own, which watches from now on. */
  | { is: 'superseded'; by: string }
  /** The look failed: a host can't be reached, or its time was up. */
  | { is: 'failed'; why: string };

/** With its time, ISO 8601. */
export type Look = Seen & { at: string };

/** One kind of trouble over the whole watch. */
export type Trouble = {
  kind: TroubleKind;
  /** When it last began, and when it was over; null while it lasts. */
  since: string;
  until: string | null;
  /** What the last check that saw it said. */
  detail: string;
  /** How many checks have seen it. */
  seen: number;
  /** How often it has begun. */
  times: number;
  ticket: Ticket | null;
};

export type Watch = {
  /** Checks that were made, also those that found trouble; and those that were left out or failed. */
  made: number;
  notMade: number;
  troubles: Trouble[];
  last: { at: string; said: string } | null;
  /** What serves, as last seen. */
  release: Release | null;
  marks: LogMark[] | null;
};

export type WatchChange = { what: 'began' | 'over'; trouble: Trouble };

export const emptyWatch = (): Watch => ({
  made: 0,
  notMade: 0,
  troubles: [],
  last: null,
  release: null,
  marks: null,
});

/** Which kind of trouble a check is about, by its name (see `Check`). */
export function kindOf({ name }: Pick<Check, 'name'>): TroubleKind {
  if (name.startsWith('health ')) return 'health';
  if (name.startsWith('smoke')) return 'smoke';
  if (name.startsWith('traffic ')) return 'traffic';
  return name === 'log errors' ? 'log-errors' : 'metrics';
}

/** The watch after one more look, and what has begun or is over by it. */
export function judgeLook(watch: Watch, look: Look): { watch: Watch; changes: WatchChange[] } {
  switch (look.is) {
    case 'checked': {
      const { release, checks, marks } = look;
      const failed = checks.filter(({ passed }) => !passed);
      const said =
        failed.length === 0
          ? `${describeRelease(release)} passed all ${checks.length} checks`
          : `${describeRelease(release)} failed ${failed.length} of ${checks.length} checks`;
      const seen = { ...watch, made: watch.made + 1, last: { at: look.at, said }, release, marks };
      const found = new Map<TroubleKind, string>();
      for (const check of failed) {
        const before = found.get(kindOf(check));
        const now = `${check.name}: ${check.detail}`;
        found.set(kindOf(check), before === undefined ? now : `${before}; ${now}`);
      }
      return withFound(seen, look.at, { found, known: TROUBLE_KINDS });
    }
    case 'failed': {
      const seen = { ...watch, notMade: watch.notMade + 1, last: { at: look.at, said: look.why } };
      // What was wrong before may be so still: nobody knows.
      return withFound(seen, look.at, { found: new Map([['unwatched', look.why]]), known: ['unwatched'] });
    }
    case 'skipped':
    case 'superseded': {
      const said = look.is === 'skipped' ? look.why : `rollback ${look.by} came later, and watches on`;
      return {
        watch: { ...watch, notMade: watch.notMade + 1, last: { at: look.at, said } },
        changes: [],
      };
    }
  }
}

type Found = { found: ReadonlyMap<TroubleKind, string>; known: readonly TroubleKind[] };

function withFound(
  watch: Watch,
  at: string,
  { found, known }: Found,
): { watch: Watch; changes: WatchChange[] } {
  const changes: WatchChange[] = [];
  const troubles = known.reduce((all, kind) => {
    const detail = found.get(kind);
    const before = all.find((trouble) => trouble.kind === kind);
    const after = next(before, { kind, at, detail });
    if (after === before || after === undefined) return all;
    if (after.until !== null) changes.push({ what: 'over', trouble: after });
    else if (before?.until !== null) changes.push({ what: 'began', trouble: after });
    return before === undefined
      ? [...all, after]
      : all.map((trouble) => (trouble.kind === kind ? after : trouble));
  }, watch.troubles);
  return { watch: { ...watch, troubles }, changes };
}

function next(
  before: Trouble | undefined,
  { kind, at, detail }: { kind: TroubleKind; at: string; detail: string | undefined },
): Trouble | undefined {
  if (detail === undefined) return before?.until === null ? { ...before, until: at } : before;
  if (before === undefined) return { kind, since: at, until: null, detail, seen: 1, times: 1, ticket: null };
  const isNew = before.until !== null;
  return {
    ...before,
    since: isNew ? at : before.since,
    until: null,
    detail,
    seen: before.seen + 1,
    times: before.times + (isNew ? 1 : 0),
  };
}

export const openTroubles = ({ troubles }: Pick<Watch, 'troubles'>): Trouble[] =>
  troubles.filter(({ until }) => until === null);
