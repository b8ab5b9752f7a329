/** Counts and times over rollbacks that have ended: by service and kind, and over all. Pure. */
import type { PastOutcome, RememberedRollback } from './rollback.ts';

export const PERCENTILES = [50, 90, 99] as const;

export type RollbackGroup = {
  /** Null: over all. */
  service: string | null;
  kind: string | null;
  /** Without those that were refused before they changed anything. */
  rollbacks: number;
  outcomes: Partial<Record<PastOutcome, number>>;
  timeToMitigate: {
    /** Of how many it is known: those that made traffic safe. */
    count: number;
    sumMs: number;
    /** Milliseconds; null where there is none. */
    p50: number | null;
    p90: number | null;
    p99: number | null;
  };
  deadline: {
    kept: number;
    missed: number;
    /** 0 to 1; null where no deadline came into question. */
    share: number | null;
  };
};

export type RollbackMetricsReport = { groups: RollbackGroup[]; all: RollbackGroup };

/** Those that run, dry runs, and those that nobody can assign to a service are not counted. */
export function measure(rollbacks: RememberedRollback[]): RollbackMetricsReport {
  const counted = rollbacks.filter(
    ({ outcome, service }) => outcome !== 'running' && outcome !== 'dry-run' && service !== null,
  );
  const groups = new Map<string, RememberedRollback[]>();
  for (const rollback of counted) {
    const key = JSON.stringify([rollback.service, rollback.kind]);
    groups.set(key, [...(groups.get(key) ?? []), rollback]);
  }
  return {
    groups: [...groups]
      .map(([key, members]) => {
        const [service, kind] = JSON.parse(key) as [string, string];
        return group(service, kind, members);
      })
      .toSorted((a, b) => `${a.service}/${a.kind}`.localeCompare(`${b.service}/${b.kind}`)),
    all: group(null, null, counted),
  };
}

function group(service: string | null, kind: string | null, members: RememberedRollback[]): RollbackGroup {
  const times = members.flatMap(({ timeToMitigateMs }) => timeToMitigateMs ?? []).toSorted((a, b) => a - b);
  const fares = members.flatMap(({ deadline }) => deadline?.kept ?? []);
  const kept = fares.filter((isKept) => isKept).length;
  const outcomes: RollbackGroup['outcomes'] = {};
  for (const { outcome } of members)
    if (outcome !== 'running') outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  return {
    service,
    kind,
    rollbacks: members.length - (outcomes.refused ?? 0),
    outcomes,
    timeToMitigate: {
      count: times.length,
      sumMs: times.reduce((sum, time) => sum + time, 0),
      p50: percentile(times, 50),
      p90: percentile(times, 90),
      p99: percentile(times, 99),
    },
    deadline: { kept, missed: fares.length - kept, share: fares.length === 0 ? null : kept / fares.length },
  };
}

/** By nearest rank: always a time that was really measured. `sorted` ascending; null where there is none. */
export function percentile(sorted: number[], percent: number): number | null {
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? null;
}
