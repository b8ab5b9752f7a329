/** A full rollback that was started again after one that had restored the database: what that one did is not hidden. */
import { expect, test } from 'vitest';
import { checklists } from '../../../src/domain/report/checklist.ts';
import { renderReport } from '../../../src/domain/report/report.ts';
import { incidentSummarySchema, summarise } from '../../../src/domain/report/summary.ts';
import type { StepRecord } from '../../../src/domain/rollback.ts';
import { DATABASE, fullPlan } from '../../support/full-records.ts';
import { at, doneStep, makeRecord, proved, stepRecord } from '../../support/records.ts';

const EARLIER = { at: at(-900), run: 'rollback-41', kept: 'the database "listings_old"' };
const PROVED = doneStep('restore-database', 8, proved('it is the restored one', 9, { outcome: 'already' }));

function again(restore: StepRecord = PROVED) {
  const plan = fullPlan({}, { database: { ...DATABASE, alreadyRestored: EARLIER } });
  const notNeeded = (['prepare-restore', 'confirm-restore'] as const).map((name) =>
    stepRecord(name, { state: 'not-needed' }),
  );
  return makeRecord({ plan, status: { kind: 'full', steps: [...notNeeded, restore] } });
}

test('the data-loss window names the run, its time and its backup, and where what was lost stands', () => {
  expect(renderReport(again(), [])).toContain(
    '| Data-loss window | Restored already by rollback-41 at 2026-11-21 04:00:00 UTC from listings-0312.dump, made at ' +
      "2026-11-21 03:12:00 UTC; what was lost then, and who typed RESTORE, stands in that run's record. " +
      'Nothing more is lost by this rollback: what was written since is kept. |\n',
  );
});

test('the durations have its time, not that of this rollback', () => {
  const report = renderReport(again(), []);
  expect(report).toContain(
    '| Database restored | 2026-11-21 04:00:00 UTC | by rollback-41, before this rollback |\n',
  );
  expect(report).not.toContain('| RESTORE typed |');
});

test('the checklist ticks the restore with its time once that is proved to stand', () => {
  const boxes = (record = again()) =>
    checklists(record).during.filter(({ text }) => /restored|RESTORE/.test(text));
  const text = 'PostgreSQL database listings on db-1 restored';
  const [box, ...others] = boxes();
  expect(box).toEqual({
    text,
    ticked: { by: 'rollback-41, from listings-0312.dump, where RESTORE was typed', at: at(-900) },
  });
  expect(others.map(({ text: other }) => other)).toEqual([
    'blue (1.4.0) restarted on the restored database, and healthy',
  ]);
  expect(boxes(again(stepRecord('restore-database')))[0]).toEqual({
    text,
    ticked: null,
    open: 'still to come',
  });
});

test('summary.json names it, and counts no loss of its own', () => {
  const summary = summarise(again());
  expect(summary).toMatchObject({
    dataChanged: false,
    dataLoss: null,
    databaseRestoredAt: null,
    restoredEarlier: { run: 'rollback-41', at: at(-900), backup: 'listings-0312.dump' },
  });
  expect(incidentSummarySchema.parse(summary)).toEqual(summary);
});
