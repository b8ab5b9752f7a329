/** Migrations wherever people see them: plan, status, report, and before RESTORE is typed. */
import { expect, test } from 'vitest';
import { renderLoss } from '../../../src/cli/view/loss.ts';
import { renderPlan } from '../../../src/cli/view/plan.ts';
import { renderStatus } from '../../../src/cli/view/status.ts';
import type { MigrationsPlan } from '../../../src/domain/migrations/plan.ts';
import { summarySection } from '../../../src/domain/report/sections.ts';
import { fullPlan, waitingForRestore } from '../../support/full-records.ts';
import { makePlan, makeRecord } from '../../support/records.ts';
import { NO_COLOURS } from '../support/io.ts';

const MIGRATIONS: MigrationsPlan = {
  tool: 'knex',
  since: [{ name: '0042_add_price', word: 'additive' }],
  mayBeMore: false,
  knownFrom: 'the files in /srv/blue/migrations on web-1',
  problem: null,
  down: ['npx knex migrate:down 0042_add_price'],
};
const SINCE = 'since blue (1.4.0): 0042_add_price (additive) (by the files in /srv/blue/migrations on web-1)';

test('the plan, the status and the report say which came since', () => {
  const record = makeRecord({ plan: makePlan({}, { migrations: MIGRATIONS }) });
  expect(renderPlan(record.plan, NO_COLOURS)).toContain(`\n  Migrated  ${SINCE}\n`);
  expect(renderStatus(record.status, NO_COLOURS)).toContain(`\nMigrations: ${SINCE}\n`);
  expect(summarySection(record)).toContainEqual(
    '| Migrations | since blue (1.4.0): 0042_add_price (additive) (by the files in /srv/blue/migrations on web-1) |',
  );
});

test('what a restore takes back is read before RESTORE is typed', () => {
  const { status } = waitingForRestore();
  const plan = fullPlan({}, { migrations: { ...MIGRATIONS, notInBackup: ['0042_add_price', '0043_drop'] } });
  expect(renderLoss({ ...status, plan }, NO_COLOURS)).toContain(
    `\n  Migrated  ${SINCE}\n            the backup is from before 0042_add_price and 0043_drop\n`,
  );
});

test('nothing is said of migrations where none are configured', () => {
  const record = makeRecord();
  expect(renderPlan(record.plan, NO_COLOURS)).not.toContain('Migrat');
  expect(renderStatus(record.status, NO_COLOURS)).not.toContain('Migrat');
  expect(summarySection(record).join('\n')).not.toContain('Migrat');
});
