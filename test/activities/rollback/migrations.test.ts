/** A plan with its migrations: what they do to its hash and its warnings, and that it is refused as a failure. */
import { expect, test } from 'vitest';
import { withMigrations } from '../../../activities/rollback/migrations.ts';
import { BackoutFailure } from '../../../src/domain/failure.ts';
import type { MigrationsPlan } from '../../../src/domain/migrations/plan.ts';
import { makePlan } from '../../support/records.ts';

const MIGRATIONS: MigrationsPlan = {
  tool: 'knex',
  since: [{ name: '0042_add_price', word: 'additive' }],
  mayBeMore: false,
  knownFrom: 'the files in /srv/blue',
  problem: null,
  down: [],
};
const unknown: MigrationsPlan = { ...MIGRATIONS, since: [{ name: '0043_x', word: 'unknown' }] };

test('a plan is as it was where no migrations are configured', () => {
  const plan = makePlan();
  expect(withMigrations(plan, undefined)).toBe(plan);
});

test('whoever agrees to a plan agrees to the migrations that it goes back across, and to why', () => {
  const plan = makePlan();
  const { hash, migrations, warnings } = withMigrations(plan, MIGRATIONS);
  expect(hash).toMatch(/^[0-9a-f]{12}$/);
  expect([migrations, warnings]).toEqual([MIGRATIONS, []]);
  expect(withMigrations(plan, { ...MIGRATIONS, knownFrom: 'another' }).hash).toBe(hash);
  const hashes = [
    plan.hash,
    hash,
    withMigrations(plan, { ...MIGRATIONS, since: [] }).hash,
    withMigrations(plan, { ...MIGRATIONS, notInBackup: ['0042_add_price'] }).hash,
    withMigrations(makePlan({ ignoreMigrations: 'it ran' }), unknown).hash,
    withMigrations(makePlan({ ignoreMigrations: 'I think' }), unknown).hash,
  ];
  expect(new Set(hashes).size).toBe(hashes.length);
});

test('what a person vouches for is a warning of the plan, after those that it has', () => {
  const plan = makePlan({ ignoreMigrations: 'it ran' }, { warnings: ['green answers no request'] });
  expect(withMigrations(plan, unknown).warnings).toEqual([
    'green answers no request',
    'Migrations are IGNORED, as anna says (“it ran”): 0043_x (nobody has said). Nobody has checked that blue (1.4.0) runs on the database.',
  ]);
});

test('a refusal is a failure that no retry mends', () => {
  const refused = (() => {
    try {
      return withMigrations(makePlan(), unknown);
    } catch (error) {
      return error;
    }
  })();
  expect(refused).toBeInstanceOf(BackoutFailure);
  expect(refused).toMatchObject({ type: 'MigrationsInTheWay', retryable: false });
  // The plan's service has no database that could be restored.
  expect((refused as BackoutFailure).parts.next).toContain('(it needs `database` in the configuration)');
});
