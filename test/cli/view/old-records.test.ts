import { expect, test } from 'vitest';
import { renderOldRecords } from '../../../src/cli/view/old-records.ts';
import type { Removal } from '../../../src/domain/records/removal.ts';

const NOTHING: Removal = {
  dryRun: true,
  host: 'worker-1',
  directory: '/srv/incidents',
  retentionDays: 30,
  removed: [],
  kept: [],
  problems: [],
  young: 0,
};
const render = (change: Partial<Removal>) =>
  renderOldRecords({ ...NOTHING, ...change }, 'backout-removeOldRecords/main');

test('says of each folder what would become of it, and that nothing was done', () => {
  const ended = 'it ended at 2026-01-01 04:20:00 UTC, more than 30 days ago';
  const said = render({
    removed: [
      { name: 'rollback-20260101-041500', why: ended },
      { name: 'rollback-20260101-041500-2', why: ended },
    ],
    kept: [{ name: 'rollback-20260102-041500', why: 'rollback-2 still runs' }],
    problems: [{ name: 'rollback-20260103-041500', why: 'EACCES:\ndenied' }],
    young: 4,
  });
  expect(said)
    .toBe(`Incident folders in /srv/incidents on the worker worker-1, kept for 30 days after the end:
  would be removed: 2
    rollback-20260101-041500: ${ended}
    rollback-20260101-041500-2: ${ended}
  stay, although old: 1
    rollback-20260102-041500: rollback-2 still runs
  can't be judged, and stay: 1
    rollback-20260103-041500: EACCES: ⏎ denied
  not old enough yet: 4
Nothing was removed: Temporal has that done once a day, by the schedule backout-removeOldRecords/main.
`);
});

test('says as much where nothing is old', () => {
  expect(render({ young: 1, retentionDays: 1 })).toBe(
    `Incident folders in /srv/incidents on the worker worker-1, kept for a day after the end:
  not old enough yet: 1
Nothing was removed: Temporal has that done once a day, by the schedule backout-removeOldRecords/main.
`,
  );
});
