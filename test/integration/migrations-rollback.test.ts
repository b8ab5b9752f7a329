/** A release that migrated, on a real Temporal server, nginx and PostgreSQL: traffic alone does not go back across it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { backUp } from '../../src/backups.ts';
import { loadConfig } from '../../src/config/load.ts';
import { confirmRestoreUpdate } from '../../workflows/messages.ts';
import { openLab } from '../support/lab.ts';
import type { Lab } from '../support/lab.ts';
import { startPostgres } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres.ts';

let server: TestPostgres;
let lab: Lab;
let count = 0;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());
beforeEach(() => (count += 1));
afterEach(() => lab.close());

const database = () => `shop_${count}`;
const folder = (...parts: string[]) => join(server.folder, `lab-${count}`, ...parts);
const sql = (script: string) => server.sql(script, { database: database() });

/** Blue has two migrations, green three; green's are applied. Before green was deployed, a backup was made. */
async function open(migrations: object = {}): Promise<{ backup: string }> {
  for (const release of ['blue', 'green']) {
    mkdirSync(folder(release), { recursive: true });
    for (const name of ['0001_create.sql', '0002_add_price.sql']) writeFileSync(folder(release, name), '');
  }
  writeFileSync(folder('green', '0003_drop_price.sql'), '');
  mkdirSync(folder('backups'));
  await server.sql(`CREATE DATABASE ${database()}`);
  await sql(`CREATE TABLE changes (id serial PRIMARY KEY, name text NOT NULL);
    CREATE TABLE listings (id int PRIMARY KEY, price int);
    INSERT INTO listings VALUES (1, 100);
    INSERT INTO changes (name) VALUES ('0001_create'), ('0002_add_price');`);
  lab = await openLab({
    environment: {
      database: {
        name: database(),
        programs: server.bin,
        connection: { socket: server.socketFolder, port: server.port },
        backups: { folder: folder('backups') },
      },
      migrations: {
        tool: 'table',
        table: 'changes',
        known: { files: folder('$release') },
        down: ['npm', 'run', 'db:down', '--', '$migration'],
        ...migrations,
      },
    },
  });
  const config = await loadConfig({ path: lab.sandbox.configFile, env: process.env });
  const around = { config, env: process.env, signal: new AbortController().signal };
  const { manifest } = await backUp({ service: lab.service, release: '1.4.0' }, around);
  expect(manifest.migrations).toEqual(['0001_create', '0002_add_price']);
  await sql(`ALTER TABLE listings DROP COLUMN price; INSERT INTO changes (name) VALUES ('0003_drop_price')`);
  return { backup: manifest.file };
}

it('refuses traffic alone with the choices, nothing changed, and takes the whole way back', async () => {
  const { backup } = await open();
  const before = await lab.site();
  const refused = await (await lab.start()).ended();
  expect(refused.failure?.type).toBe('MigrationsInTheWay');
  expect(refused.failure?.message).toContain(
    'A traffic-only rollback would put blue (1.4.0) onto a database that it is not known to run on: a migration applied since then ' +
      'stands in the way: 0003_drop_price (nobody has said). Nothing was changed: traffic and data are as they were. ' +
      `Choose: a full rollback, which takes the database back, too: \`backout rollback full ${lab.service} --env production --reason WHY --released-at TIME\`; ` +
      'or go down by your own command, then start again: `npm run db:down -- 0002_add_price`; or fix forward.',
  );
  expect(await lab.site()).toBe(before);
  expect(new Set(await lab.nextAnswers())).toEqual(new Set(['green']));
  expect(lab.slack.messages).toEqual([]);
  await lab.expectFree();

  const full = await lab.start({ backup }, { workflow: 'fullRollback' });
  const { plan } = await full.until(
    'RESTORE is awaited',
    ({ awaiting }) => awaiting?.step === 'confirm-restore',
  );
  expect(plan?.migrations).toMatchObject({
    since: [{ name: '0003_drop_price', word: 'unknown' }],
    notInBackup: ['0003_drop_price'],
    knownFrom: `the files in ${folder('blue')} on local`,
  });
  expect(plan?.warnings).toContain(
    'Until the database is restored, blue (1.4.0) meets migrations that it is not known to run on: 0003_drop_price (nobody has said).',
  );
  await full.handle.executeUpdate(confirmRestoreUpdate, {
    args: [{ phrase: 'RESTORE', by: 'anna', backup }],
  });
  const { result, failure } = await full.ended();
  expect(failure).toBeNull();
  expect(await sql('SELECT price FROM listings; SELECT name FROM changes ORDER BY id DESC LIMIT 1')).toBe(
    '100\n0002_add_price',
  );
  const report = await readFile(join(result?.incidentFolder ?? '', 'INCIDENT_REPORT.md'), 'utf8');
  expect(report).toMatch(
    /\| Migrations \| since blue \(1\.4\.0\): 0003_drop_price \(nobody has said\) \(by the files in .*; the backup is from before 0003_drop_price \|/,
  );
});

it('goes back across an additive one, and across one that a person vouches for, on the record', async () => {
  await open({ additive: ['*_drop_price'] });
  const dry = await (await lab.start({ dryRun: true })).ended();
  expect(dry.result?.plan?.migrations?.since).toEqual([{ name: '0003_drop_price', word: 'additive' }]);
  expect(dry.result?.plan?.warnings).toEqual([]);
  await sql("INSERT INTO changes (name) VALUES ('0004_rename')");
  const { result } = await (await lab.start({ ignoreMigrations: 'blue ran on it in staging' })).ended();
  expect(result?.outcome).toBe('rolled-back');
  const report = await readFile(join(result?.incidentFolder ?? '', 'INCIDENT_REPORT.md'), 'utf8');
  expect(report).toContain(
    '- Migrations are IGNORED, as anna says (“blue ran on it in staging”): 0004_rename (nobody has said). Nobody has checked that blue (1.4.0) runs on the database.',
  );
});

it('refuses when it can not be found out, or an author says no, whoever vouches', async () => {
  await open({ irreversible: ['0003*'] });
  const vouched = await (await lab.start({ ignoreMigrations: 'I am sure' })).ended();
  expect(vouched.failure?.message).toContain(
    '0003_drop_price (marked irreversible). --ignore-migrations does not reach over what its author marked irreversible. Nothing was changed',
  );
  await sql('ALTER TABLE changes RENAME TO gone');
  const { failure } = await (await lab.start()).ended();
  expect(failure?.type).toBe('MigrationsUnreadable');
  expect(failure?.message).toContain(
    `There is no table changes in database "${database()}" on local. Nothing was changed`,
  );
  expect(new Set(await lab.nextAnswers())).toEqual(new Set(['green']));
});
