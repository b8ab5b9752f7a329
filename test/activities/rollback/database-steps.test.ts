/** What people read of a restore before it happens. */
import { describe, expect, it } from 'vitest';
import {
  databaseSteps,
  databaseWarnings,
  refuseUnstartable,
} from '../../../activities/rollback/database-steps.ts';
import type { DatabaseParts } from '../../../activities/rollback/database-steps.ts';
import { withDatabaseHealth } from '../../../activities/rollback/verify-step.ts';
import { databaseSchema } from '../../../src/domain/database.ts';
import type { DatabaseSettingsInput } from '../../../src/domain/database.ts';
import { DATABASE } from '../../support/full-records.ts';
import { CONFIG } from '../../support/records.ts';

const TO = { name: 'blue', version: '1.4.0' };
const APPLICATION = {
  stop: ['systemctl stop -- blue.service'],
  stopAll: ['systemctl stop -- blue.service', 'systemctl stop -- green.service'],
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

describe('the expected time of a restore', () => {
  const prepare = (lastRestore?: { bytes: number; seconds: number }) =>
    stepsOf(lastRestore === undefined ? {} : { database: { ...DATABASE, lastRestore } })['prepare-restore'];

  it('comes from the size of the backup where nothing else is known', () => {
    expect(prepare()?.expectedSeconds).toBe(9);
  });

  it('comes from what the last restore of this database took, in proportion to the size', () => {
    const step = prepare({ bytes: DATABASE.sizeBytes / 2, seconds: 30.5 });
    expect(step?.expectedSeconds).toBe(61);
    expect(step?.commands).toContain('the last restore of this database took 30.5 s, of 36.5 MB');
  });

  it('is never nothing', () => {
    expect(prepare({ bytes: DATABASE.sizeBytes, seconds: 0.01 })?.expectedSeconds).toBe(1);
    expect(prepare({ bytes: 0, seconds: 3 })?.expectedSeconds).toBe(9);
  });
});

describe('a database that is restored already', () => {
  const alreadyRestored = {
    at: '2026-11-21T04:00:00.000Z',
    run: 'rollback-41',
    kept: 'the database "listings_old_20261121_040000"',
  };
  const database = { ...DATABASE, alreadyRestored };

  it('is only looked at, and the release restarted on it', () => {
    const steps = databaseSteps(TO, partsOf({ database }));
    expect(steps.filter(({ notNeeded }) => notNeeded === undefined).map(({ name }) => name)).toEqual([
      'check-release',
      'restore-database',
      'restart-application',
    ]);
    const {
      'prepare-restore': prepare,
      'restore-database': prove,
      'confirm-restore': confirm,
    } = stepsOf({ database });
    expect(prove).toMatchObject({
      title: 'See that PostgreSQL database listings on db-1 is the one that rollback-41 restored',
      changes: 'nothing',
      commands: [],
    });
    const restored = 'rollback-41 restored the database at 2026-11-21 04:00:00 UTC from listings-0312.dump';
    expect(prepare?.notNeeded).toBe(restored);
    expect(confirm?.notNeeded).toBe(`${restored}; who typed RESTORE stands in its record`);
  });

  it('is said in a warning, with how to restore it all the same', () => {
    expect(databaseWarnings(TO, partsOf({ database }))).toEqual([
      'PostgreSQL database listings on db-1 was restored from listings-0312.dump already at 2026-11-21 04:00:00 UTC, by rollback-41: it is not ' +
        'restored again, and what was written since is kept. The one before is the database "listings_old_20261121_040000". To restore it again ' +
        'all the same, and lose what was written since: `--restore-again` (`restoreAgain`).',
    ]);
  });
});

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

  it('warns of a backup that was restored already: whoever starts an ended rollback again may not know it', () => {
    const restoredBefore = {
      at: '2026-11-21T03:20:00.000Z',
      run: 'rollback-7',
      kept: 'listings_old_20261121_032000',
    };
    expect(databaseWarnings(TO, partsOf({ database: { ...DATABASE, restoredBefore } }))).toEqual([
      'listings-0312.dump was restored already at 2026-11-21 03:20:00 UTC, by rollback-7. Restoring it again also loses what was written since then. The rows from before 2026-11-21 03:20:00 UTC are in the database "listings_old_20261121_032000".',
    ]);
  });
});

describe('a restore in place', () => {
  const config = configOf({ strategy: 'in-place' });
  const inPlace = { config, database: { ...DATABASE, strategy: 'in-place' as const } };

  it('says step by step that the service is stopped, and what becomes of the database', () => {
    const steps = databaseSteps(TO, partsOf(inPlace));
    expect(
      steps.map(({ name, title, commands, changes }) => ({ name, title, commands, changes })).slice(1),
    ).toEqual([
      {
        name: 'prepare-restore',
        title: 'See that listings-0312.dump can be restored in place',
        commands: [
          'the backup, the server, and the room for a safety copy; the live database goes on serving',
        ],
        changes: 'nothing',
      },
      {
        name: 'confirm-restore',
        title: 'Wait until a person has typed RESTORE',
        commands: [],
        changes: 'nothing',
      },
      {
        name: 'stop-application',
        title: 'Stop every release of the service, for as long as the restore takes',
        commands: [...APPLICATION.stopAll, 'reads and writes fail from here on'],
        changes: 'processes',
      },
      {
        name: 'restore-database',
        title: 'Restore listings-0312.dump in the place of PostgreSQL database listings on db-1',
        commands: [
          'pg_dump of the database of now into /var/backups/listings, read to its end: the safety copy',
          'rename it, so that nobody can connect; drop it where there is no room for both',
          '/var/backups/listings/listings-0312.dump (73.0 MB) into a new database, the checks under `restore.checks`, ANALYZE',
          'give that the live name; where the backup does not fit, the database before is put back',
        ],
        changes: 'data',
      },
      {
        name: 'restart-application',
        title: 'Start blue (1.4.0) on the restored database',
        commands: ['systemctl start -- blue.service', 'until it is healthy (/health) and answers'],
        changes: 'processes',
      },
    ]);
    expect(steps.some(({ notNeeded }) => notNeeded !== undefined)).toBe(false);
  });

  it('may take as long as a restore takes, and warns for how long nothing answers', () => {
    const step = stepsOf(inPlace)['restore-database'];
    expect(step).toMatchObject({ budgetSeconds: 14_400, expectedSeconds: 18 });
    expect(databaseWarnings(TO, partsOf(inPlace))).toEqual([
      'In place, reads and writes fail from RESTORE until the database is restored: about 30.0 s, by the size of the backup. Nobody can connect to the database meanwhile, other services neither.',
    ]);
  });

  it('starts what it stops, also where a restart is not wanted', () => {
    const quiet = { ...inPlace, config: configOf({ strategy: 'in-place', restartApplication: false }) };
    expect(stepsOf(quiet)['restart-application']?.notNeeded).toBeUndefined();
  });

  it('is refused where the release could not be started again', () => {
    const application = { ...APPLICATION, whyNotStartable: 'no `start` command is configured' };
    expect(() => refuseUnstartable(TO, { config, application })).toThrow(
      'A restore in place stops blue (1.4.0), which could not be started again: no `start` command is configured. Nothing was changed: traffic and data are as they were. Correct how it is started, or make room for a second copy and set `restore.strategy: swap`.',
    );
    expect(() => refuseUnstartable(TO, { config, application: APPLICATION })).not.toThrow();
    expect(() => refuseUnstartable(TO, { config: configOf(), application })).not.toThrow();
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
