/** What people read of a restore before it happens. */
import { describe, expect, it } from 'vitest';
import { databaseSteps, databaseWarnings } from '../../../activities/rollback/database-steps.ts';
import type { DatabaseParts } from '../../../activities/rollback/database-steps.ts';
import { withDatabaseHealth } from '../../../activities/rollback/verify-step.ts';
import { databaseSchema } from '../../../src/domain/database.ts';
import type { DatabaseSettingsInput } from '../../../src/domain/database.ts';
import { DATABASE } from '../../support/full-records.ts';
import { CONFIG } from '../../support/records.ts';

const TO = { name: 'blue', version: '1.4.0' };
const APPLICATION = {
  stop: ['systemctl stop -- blue.service'],
  start: ['systemctl start -- blue.service'],
  whyNotStartable: null,
};

const configOf = (restore: DatabaseSettingsInput['restore'] = {}) => ({
  ...CONFIG,
  database: databaseSchema.parse({ name: 'listings', backups: { folder: '/var/backups/listings' }, restore }),
});

const partsOf = (change: Partial<DatabaseParts> = {}): DatabaseParts => ({
  database: DATABASE,
  config: configOf(),
  application: APPLICATION,
  ...change,
});

const stepsOf = (change: Partial<DatabaseParts> = {}) =>
  Object.fromEntries(databaseSteps(TO, partsOf(change)).map((step) => [step.name, step]));

describe('a restore by swap', () => {
  it('lets the release serve on until both databases are swapped, and restarts it then', () => {
    const steps = stepsOf();
    expect(Object.keys(steps)).toEqual([
      'check-release',
      'prepare-restore',
      'confirm-restore',
      'stop-application',
      'restore-database',
      'restart-application',
    ]);
    expect(steps['stop-application']?.notNeeded).toBe('it serves on until both databases are swapped');
    expect(steps['restart-application']).toEqual({
      name: 'restart-application',
      title: 'Restart blue (1.4.0) on the restored database',
      commands: [
        'systemctl stop -- blue.service',
        'systemctl start -- blue.service',
        'until it is healthy (/health) and answers; requests fail meanwhile',
      ],
      changes: 'processes',
      budgetSeconds: 180,
      expectedSeconds: 10,
    });
  });

  it('restarts nothing where the configuration says so', () => {
    const config = configOf({ restartApplication: false });
    expect(stepsOf({ config })['restart-application']?.notNeeded).toBe(
      '`restore.restartApplication` is false',
    );
    expect(databaseWarnings(TO, partsOf({ config }))).toEqual([]);
  });

  it('does not stop what it could not start again, and warns of that', () => {
    const application = { ...APPLICATION, whyNotStartable: 'no `start` command is configured' };
    expect(stepsOf({ application })['restart-application']?.notNeeded).toBe(
      'it could not be started again: no `start` command is configured',
    );
    expect(databaseWarnings(TO, partsOf({ application }))).toEqual([
      'blue (1.4.0) will not be restarted on the restored database, since it could not be started again: no `start` command is configured. What it remembers of the database before may be wrong: restart it by hand.',
    ]);
    expect(databaseWarnings(TO, partsOf())).toEqual([]);
  });
});

describe('the health path of the database', () => {
  const paths = (restore: DatabaseSettingsInput['restore']) =>
    withDatabaseHealth(configOf(restore)).verify.health.paths;

  it('is verified with the others, once', () => {
    expect(paths({ healthPath: '/health/db' })).toEqual(['/health', '/health/db']);
    expect(paths({ healthPath: '/health' })).toEqual(['/health']);
    expect(paths({})).toEqual(['/health']);
  });
});
