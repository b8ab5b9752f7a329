import { expect, test } from 'vitest';
import { renderMade } from '../../../src/cli/commands/backup.ts';
import { renderBackups, renderExpired, renderKept } from '../../../src/cli/view/backups.ts';
import type { Backup, BackupManifest } from '../../../src/domain/backup.ts';

const MANIFEST: BackupManifest = {
  format: 'backout.backup/1',
  service: 'shop',
  environment: 'production',
  database: 'shop',
  release: '1.4.2',
  startedAt: '2026-03-01T10:00:00.250Z',
  endedAt: '2026-03-01T10:00:12.250Z',
  dump: 'custom',
  file: 'shop.dump',
  sizeBytes: 12_300_000,
  sha256: 'abc',
  serverVersion: '15.18',
  databaseBytes: 50_000_000,
};
const BACKUP: Backup = {
  name: 'shop.dump',
  path: '/backups/shop.dump',
  isDirectory: false,
  sizeBytes: 12_300_000,
  modifiedAt: '2026-03-01T10:00:12.000Z',
  format: 'custom',
  moment: { at: MANIFEST.startedAt, source: 'manifest' },
  manifest: MANIFEST,
};

test('a backup that was made is said with what it holds', () => {
  const made = {
    where: 'database "shop" on db-1',
    path: BACKUP.path,
    manifest: MANIFEST,
    noMigrations: null,
  };
  const text =
    'Backup of database "shop" on db-1, release 1.4.2:\n' +
    '  /backups/shop.dump\n' +
    '  as of 2026-03-01 10:00:00 UTC; 12.3 MB of 50.0 MB; made and read back in 12.0 s\n';
  expect(renderMade(made)).toBe(text);
  expect(renderMade({ ...made, manifest: { ...MANIFEST, migrations: ['0041', '0042'] } })).toBe(
    `${text}  with 2 migrations, the last 0042\n`,
  );
  expect(renderMade({ ...made, noMigrations: 'There is no table knex_migrations.' })).toBe(
    `${text}  its manifest does not list the migrations: There is no table knex_migrations.\n`,
  );
});

test('backups are listed with their verdicts', () => {
  const old: Backup = {
    ...BACKUP,
    ...{ name: 'old.sql', sizeBytes: 0, format: null, manifest: null },
    moment: { at: '2026-02-01T10:00:00.000Z', source: 'file time' },
  };
  expect(
    renderBackups([
      { backup: BACKUP, reason: null },
      { backup: old, reason: { kind: 'empty', text: 'is empty' } },
    ]),
  ).toBe(
    'MADE                     KNOWN BY   SIZE     FORMAT  RELEASE  BACKUP     VERDICT\n' +
      '2026-03-01 10:00:00 UTC  manifest   12.3 MB  custom  1.4.2    shop.dump  good\n' +
      '2026-02-01 10:00:00 UTC  file time  0 B      -       -        old.sql    is empty\n',
  );
  expect(renderBackups([])).toBe('No file in the folder of backups matches the pattern.\n');
});

const OLD = {
  kind: 'database',
  name: 'shop_old_20261114_093800',
  until: '2026-11-21T09:38:00.000Z',
  isOver: true,
};
const COPY = {
  kind: 'safety copy',
  name: '/b/.shop-1.dump',
  until: '2026-11-28T09:38:00.000Z',
  isOver: false,
};

test('what restores have kept is listed with its time, and how it goes', () => {
  expect(renderKept([])).toBe('');
  expect(renderKept([COPY])).toBe(
    '\nKept by restores, of the database before:\n  safety copy /b/.shop-1.dump, until 2026-11-28 09:38:00 UTC\n',
  );
  expect(renderKept([OLD])).toBe(
    '\nKept by restores, of the database before:\n' +
      '  database shop_old_20261114_093800, kept for long enough since 2026-11-21 09:38:00 UTC\n' +
      'What is kept for long enough is dropped by `--drop-expired`, and by the next full rollback that succeeds.\n',
  );
});

test('what was dropped is said by name, and what was not', () => {
  expect(renderExpired({ dropped: [OLD], inUse: [], kept: [COPY] })).toBe(
    'Dropped: database shop_old_20261114_093800\n' +
      'Kept until 2026-11-28 09:38:00 UTC: safety copy /b/.shop-1.dump\n' +
      'The live database was not touched.\n',
  );
  expect(renderExpired({ dropped: [], inUse: [OLD], kept: [] })).toBe(
    'Left, since somebody is in it: database shop_old_20261114_093800\n' +
      'Nothing was dropped. The live database was not touched.\n',
  );
});
