import { describe, expect, it, test } from 'vitest';
import { renderMetrics } from '../../../src/cli/view/metrics.ts';
import { deadlineFor } from '../../../src/domain/deadline.ts';
import { measure, percentile } from '../../../src/domain/history/metrics.ts';
import { toPrometheus } from '../../../src/domain/history/prometheus.ts';
import {
  asProved,
  deadlineFare,
  newestFirst,
  outcomeOfFailure,
  timeToMitigate,
} from '../../../src/domain/history/rollback.ts';
import type { RememberedRollback } from '../../../src/domain/history/rollback.ts';
import { at } from '../../support/records.ts';

const fare = (kept: boolean | null) => ({ severity: 'P1', from: at(0), at: at(900), kept }) as const;
const rollback = (change: Partial<RememberedRollback> = {}): RememberedRollback => ({
  workflowId: 'rollback-1',
  kind: 'traffic-only',
  startedAt: at(0),
  endedAt: at(10),
  service: 'listings',
  environment: 'production',
  from: 'green',
  to: 'blue',
  outcome: 'rolled-back',
  failure: null,
  trafficSafeAt: at(1),
  deadline: fare(true),
  timeToMitigateMs: 1000,
  incidentFolder: null,
  ...change,
});

const MANY = [
  ...Array.from({ length: 9 }, (_, index) => rollback({ timeToMitigateMs: (index + 1) * 1000 })),
  rollback({ timeToMitigateMs: 1_000_000, deadline: fare(false) }),
  rollback({ outcome: 'failed', timeToMitigateMs: null, deadline: null }),
  rollback({ outcome: 'aborted', timeToMitigateMs: null, deadline: fare(null) }),
  rollback({ kind: 'full', outcome: 'unverified', timeToMitigateMs: 2500 }),
  rollback({ outcome: 'running' }),
  rollback({ outcome: 'dry-run' }),
  rollback({ service: null, outcome: 'failed' }),
];

describe('the numbers over rollbacks', () => {
  it('are counted by service and kind, without those that run, dry runs, and those of no service', () => {
    const { groups, all } = measure(MANY);
    expect(groups).toEqual([
      {
        service: 'listings',
        kind: 'full',
        rollbacks: 1,
        outcomes: { unverified: 1 },
        timeToMitigate: { count: 1, sumMs: 2500, p50: 2500, p90: 2500, p99: 2500 },
        deadline: { kept: 1, missed: 0, share: 1 },
      },
      {
        service: 'listings',
        kind: 'traffic-only',
        rollbacks: 12,
        outcomes: { 'rolled-back': 10, failed: 1, aborted: 1 },
        timeToMitigate: { count: 10, sumMs: 1_045_000, p50: 5000, p90: 9000, p99: 1_000_000 },
        deadline: { kept: 9, missed: 1, share: 0.9 },
      },
    ]);
    expect([all.service, all.rollbacks, all.timeToMitigate.count]).toEqual([null, 13, 11]);
  });

  it('are nothing rather than wrong where there is none', () => {
    const { groups, all } = measure([]);
    expect(groups).toEqual([]);
    expect(all.timeToMitigate).toEqual({ count: 0, sumMs: 0, p50: null, p90: null, p99: null });
    expect(all.deadline.share).toBeNull();
    expect(renderMetrics({ groups, all })).toBe(
      'No rollback has ended here, as far as Temporal remembers.\n',
    );
  });

  it('do not hold what was refused before it changed anything against the service', () => {
    const refused = rollback({ outcome: 'refused', timeToMitigateMs: null, deadline: null });
    const measured = measure([rollback(), refused, { ...refused, service: 'listnigs' }]);
    expect(measured.all).toMatchObject({ rollbacks: 1, outcomes: { 'rolled-back': 1, refused: 2 } });
    const rows = renderMetrics(measured).split('\n').slice(1, 4);
    expect(rows.map((row) => row.split(/ {2,}/).slice(0, 5))).toEqual([
      ['listings', 'traffic-only', '1', '100 %', '1 rolled-back, 1 refused'],
      ['listnigs', 'traffic-only', '0', '-', '1 refused'],
      ['all', '1', '100 %', '1 rolled-back, 2 refused', '1.0 s'],
    ]);
  });

  it('count nothing as mitigated, nor in time, where the release is not proved good', () => {
    const unproved = asProved(rollback({ outcome: 'unverified' }));
    expect([unproved.timeToMitigateMs, unproved.deadline]).toEqual([null, fare(null)]);
    expect(asProved(rollback({ outcome: 'unverified', deadline: fare(false) })).deadline).toEqual(
      fare(false),
    );
    expect(asProved(rollback())).toEqual(rollback());
  });

  it.each([
    [[1], 50, 1],
    [[1, 2], 50, 1],
    [[1, 2, 3], 50, 2],
    [[1, 2, 3, 4], 90, 4],
    [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 90, 9],
    [[], 99, null],
  ])('of %j, the %i. percentile is %j', (sorted, percent, expected) => {
    expect(percentile(sorted, percent)).toBe(expected);
  });
});

describe('as text', () => {
  it('a table has a line for each, and one over all', () => {
    expect(renderMetrics(measure(MANY)).replace(/ {2,}/g, '  ')).toBe(
      [
        'SERVICE   KIND          ROLLBACKS  GOOD    OUTCOMES                                        P50    P90    P99           IN TIME',
        'listings  full          1          0 %     1 unverified                                    2.5 s  2.5 s  2.5 s         100 % of 1',
        'listings  traffic-only  12         83.3 %  10 rolled-back, 1 failed, 1 aborted             5.0 s  9.0 s  16 min 40 s   90 % of 10',
        'all                     13         76.9 %  10 rolled-back, 1 failed, 1 aborted, 1 unverified  5.0 s  9.0 s  16 min 40 s  90.9 % of 11',
        '',
      ]
        .map((line) => line.replace(/ {2,}/g, '  '))
        .join('\n'),
    );
  });

  it('Prometheus gets gauges and a summary, in seconds', () => {
    expect(toPrometheus(measure([rollback({ service: 'a"b\\c' })]))).toBe(
      [
        '# HELP backout_history_rollbacks Rollbacks that Temporal remembers, by outcome.',
        '# TYPE backout_history_rollbacks gauge',
        'backout_history_rollbacks{service="a\\"b\\\\c",kind="traffic-only",outcome="rolled-back"} 1',
        '# HELP backout_history_time_to_mitigate_seconds From detection until traffic was proved to be off the faulty release.',
        '# TYPE backout_history_time_to_mitigate_seconds summary',
        'backout_history_time_to_mitigate_seconds{service="a\\"b\\\\c",kind="traffic-only",quantile="0.5"} 1',
        'backout_history_time_to_mitigate_seconds{service="a\\"b\\\\c",kind="traffic-only",quantile="0.9"} 1',
        'backout_history_time_to_mitigate_seconds{service="a\\"b\\\\c",kind="traffic-only",quantile="0.99"} 1',
        'backout_history_time_to_mitigate_seconds_sum{service="a\\"b\\\\c",kind="traffic-only"} 1',
        'backout_history_time_to_mitigate_seconds_count{service="a\\"b\\\\c",kind="traffic-only"} 1',
        '# HELP backout_history_deadline_kept_ratio Share of rollbacks that made traffic safe within the time that their severity allows.',
        '# TYPE backout_history_deadline_kept_ratio gauge',
        'backout_history_deadline_kept_ratio{service="a\\"b\\\\c",kind="traffic-only"} 1',
        '',
      ].join('\n'),
    );
  });
});

test('what could not begin was refused; what broke down has failed', () => {
  const types = ['AlreadyRunning', 'InvalidRequest', 'UnknownService', 'CommandFailed', 'Unexpected'];
  expect(types.map(outcomeOfFailure)).toEqual(['refused', 'refused', 'refused', 'failed', 'failed']);
});

test('the newest is first, however long each took', () => {
  const [early, late] = [rollback({ startedAt: at(0), endedAt: at(99) }), rollback({ startedAt: at(11) })];
  expect(newestFirst([early, late])).toEqual([late, early]);
});

describe('the time to mitigate', () => {
  it('counts from detection, and is never negative where clocks differ', () => {
    expect(timeToMitigate(at(-60), at(2))).toBe(62_000);
    expect(timeToMitigate(at(1), at(0.5))).toBe(0);
    expect(timeToMitigate(at(0), null)).toBeNull();
  });

  it('keeps its deadline, misses it, or is not judged where it ended before without an end to the trouble', () => {
    const deadline = deadlineFor('P1', at(0));
    const kept = (safeAt: string | null, endedAt: string) => deadlineFare(deadline, { safeAt, endedAt }).kept;
    expect(kept(at(900), at(2000))).toBe(true);
    expect(kept(at(901), at(2000))).toBe(false);
    expect(kept(null, at(901))).toBe(false);
    expect(kept(null, at(10))).toBeNull();
  });
});
