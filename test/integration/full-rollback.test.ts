/** The full rollback on a real Temporal server, nginx and PostgreSQL: traffic back, RESTORE typed, data back. */
import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { confirmRestoreUpdate, rejectUpdate } from '../../workflows/messages.ts';
import type { StartedRollback } from '../support/follow.ts';
import { checkManifest, openLab } from '../support/lab.ts';
import type { Lab } from '../support/lab.ts';
import { fingerprint } from '../support/postgres-fingerprint.ts';
import {
  backUp,
  createSampleRoles,
  createSmallSample,
  dropSample,
  migrateSmallSample,
  SAMPLE,
} from '../support/postgres-sample.ts';
import { startPostgres } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres.ts';
import { until } from '../support/until.ts';

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
  await createSampleRoles(server);
});
afterAll(() => server.stop());

let lab: Lab;
let folder: string;
let count = 0;
/** The database as it was before the release. */
let good: string;
/** When the release went live. */
let releasedAt: string;

beforeEach(async () => {
  folder = join(server.folder, `backups-${++count}`);
  mkdirSync(folder);
  await createSmallSample(server);
  good = await fingerprint(server, SAMPLE);
  await backUp(server, { database: SAMPLE, path: join(folder, 'listings-1.dump'), format: 'custom' });
  // A dump notes whole seconds: what is made in the same second may be of after the release.
  const second = Math.floor(Date.now() / 1000);
  await until('the second of the dump is over', () => Date.now() >= (second + 1) * 1000);
  releasedAt = new Date().toISOString();
  await migrateSmallSample(server);
});
afterEach(async () => {
  await lab.close();
  await dropAll();
});

const open = async (options: Parameters<typeof openLab>[0] = {}) => {
  lab = await openLab({
    ...options,
    environment: {
      ...options.environment,
      database: {
        name: SAMPLE,
        programs: server.bin,
        connection: { socket: server.socketFolder, port: server.port },
        backups: { folder },
        restore: { jobs: 2 },
      },
    },
  });
};

const start = (request: Record<string, unknown> = {}) =>
  lab.start({ releasedAt, ...request }, { workflow: 'fullRollback' });

const asked = (rollback: StartedRollback) =>
  rollback.until('RESTORE is awaited', ({ awaiting }) => awaiting?.step === 'confirm-restore');

const databases = async () =>
  (
    await server.sql(
      "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres' ORDER BY 1",
    )
  )
    .split('\n')
    .filter((name) => name !== '');

async function dropAll(): Promise<void> {
  for (const name of await databases()) await dropSample(server, name);
}

describe('a full rollback', () => {
  it('moves traffic first, waits for RESTORE, and leaves the database as it was before the release', async () => {
    await open();
    const bad = await fingerprint(server, SAMPLE);
    expect(bad).not.toBe(good);
    const rollback = await start();
    const waiting = await asked(rollback);
    expect(waiting.traffic).toContain('All traffic is on blue (1.4.0)');
    expect(waiting.plan?.database).toMatchObject({ backup: 'listings-1.dump', madeAtSource: 'dump' });
    await rollback.until('the restore is prepared', ({ steps }) =>
      steps.some(({ name, state }) => name === 'prepare-restore' && state === 'done'),
    );
    expect(await fingerprint(server, SAMPLE)).toContain('backout.restore');
    expect(new Set(await lab.nextAnswers())).toEqual(new Set(['blue']));

    await rollback.handle.executeUpdate(confirmRestoreUpdate, {
      args: [{ phrase: 'RESTORE', by: 'anna', backup: 'listings-1.dump' }],
    });
    const { result, failure } = await rollback.ended();
    expect(failure).toBeNull();
    expect(result?.outcome).toBe('rolled-back');
    expect(result?.summary).toMatch(
      /All traffic is on blue \(1\.4\.0\)\. PostgreSQL .* is restored from listings-1\.dump: what was written after .* UTC is not in it/,
    );
    expect(await fingerprint(server, SAMPLE)).toBe(good);
    // The one before is kept, whole, and can be read.
    const [kept = ''] = (await databases()).filter((name) => name.includes('_old_'));
    expect(await databases()).toEqual([SAMPLE, kept]);

    const report = await readFile(join(result?.incidentFolder ?? '', 'INCIDENT_REPORT.md'), 'utf8');
    expect(report).toContain('RESTORE typed, for backup listings-1.dump, by anna');
    expect(report).toContain(`the one before is kept as "`);
    expect(kept).toMatch(/_old_\d{8}_\d{6}$/);
    expect(report).toContain('- [x] RESTORE typed by a person');
    expect(
      (await checkManifest(result?.incidentFolder ?? '')).filter((line) => !line.endsWith(': OK')),
    ).toEqual([]);
    expect(lab.slack.messages.map(({ text }) => text.split(':')[0])).toEqual([
      '🔄 Rolling back',
      '➡️ Traffic has moved',
      expect.stringContaining('RESTORE IS NEEDED'),
      '➡️ The database is restored',
      '✅ Rolled back',
    ]);
    await lab.expectFree();

    const wanted = { dryRun: true, faulty: 'green', backup: 'listings-1.dump' };
    const again = await (await start(wanted)).ended();
    expect(again.failure).toBeNull();
    expect(again.result?.plan?.warnings).toEqual([
      expect.stringContaining('it is not restored again, and what was written since is kept'),
    ]);
    const insisting = await (await start({ ...wanted, restoreAgain: true })).ended();
    expect(insisting.result?.plan?.warnings).toEqual([
      expect.stringContaining(`listings-1.dump was restored already at 20`),
    ]);
    expect(insisting.result?.plan?.database?.lastRestore).toEqual({
      bytes: insisting.result?.plan?.database?.sizeBytes,
      seconds: expect.any(Number),
    });
    expect(insisting.result?.plan?.warnings[0]).toContain(`are in the database "${kept}"`);
  });

  it('leaves the database alone when a person rejects the restore, and nothing beside it', async () => {
    await open();
    const bad = await fingerprint(server, SAMPLE);
    const rollback = await start();
    await asked(rollback);
    await rollback.handle.executeUpdate(rejectUpdate, { args: [{ by: 'bob', reason: 'fix forward' }] });
    const { failure } = await rollback.ended();
    expect(failure?.type).toBe('Aborted');
    expect(failure?.message).toContain('ended because bob rejected the restore ("fix forward")');
    expect(failure?.message).toContain('All traffic is on blue (1.4.0). No data was changed.');
    expect(await fingerprint(server, SAMPLE)).toBe(bad);
    expect(await databases()).toEqual([SAMPLE]);
  });

  it('of which the workflow is terminated while it waits is cleared away by the next one', async () => {
    await open();
    const first = await start();
    await asked(first);
    await first.until('the restore is prepared', ({ steps }) =>
      steps.some(({ name, state }) => name === 'prepare-restore' && state === 'done'),
    );
    await first.handle.terminate('by a person');
    const second = await start();
    const { approvals } = await asked(second);
    expect(approvals.restoreAsked?.backup).toBe('listings-1.dump');
    await second.handle.signal('confirmRestore', 'RESTORE');
    const { result } = await second.ended();
    expect(result?.outcome).toBe('rolled-back');
    expect(await fingerprint(server, SAMPLE)).toBe(good);
    expect((await databases()).filter((name) => name.includes('_new_'))).toEqual([]);
  });

  it('that was terminated after the swap and is started again keeps what was written since', async () => {
    await open();
    const first = await start();
    await asked(first);
    await first.handle.signal('confirmRestore', 'RESTORE');
    await first.until('the databases are swapped', ({ steps }) =>
      steps.some(
        ({ name, state }) => name === 'restore-database' && (state === 'done' || state === 'already'),
      ),
    );
    await first.handle.terminate('by a person');
    await server.sql('CREATE TABLE written_since (id int); INSERT INTO written_since VALUES (42)', {
      database: SAMPLE,
    });
    const since = await fingerprint(server, SAMPLE);
    const before = await databases();

    const second = await start();
    const { result, failure } = await second.ended();
    expect(failure).toBeNull();
    expect(result?.outcome).toBe('rolled-back');
    expect(result?.summary).toContain(`${first.handle.workflowId} restored PostgreSQL`);
    expect(result?.summary).toContain('and what was written since is kept.');
    expect(await fingerprint(server, SAMPLE)).toBe(since);
    expect(await server.sql('SELECT id FROM written_since', { database: SAMPLE })).toContain('42');
    expect(await databases()).toEqual(before);
    const report = await readFile(join(result?.incidentFolder ?? '', 'INCIDENT_REPORT.md'), 'utf8');
    expect(report).toContain('nothing is restored, and what was written since is kept');
  });
});

describe('a full rollback is refused with nothing changed', () => {
  const refusals: [string, Record<string, unknown>, string, RegExp][] = [
    [
      'without a word on when the release went live',
      { releasedAt: undefined },
      'InvalidRequest',
      /the request does not say when that went live\. Nothing was changed.* has run since (\S+)\. If that is when .*: `--released-at \1`\.$/,
    ],
    [
      'without a backup from before',
      { releasedAt: '2026-01-01T00:00:00Z' },
      'NoUsableBackup',
      /listings-1\.dump was made at .* not before the faulty release went live at 2026-01-01T00:00:00\.000Z/,
    ],
    [
      'for a backup that is not there',
      { releasedAt: undefined, backup: 'other.dump' },
      'NoUsableBackup',
      /There is no backup "other\.dump" of /,
    ],
  ];
  it.each(refusals)('%s', async (_why, request, type, message) => {
    await open();
    const bad = await fingerprint(server, SAMPLE);
    const { failure } = await (await start(request)).ended();
    expect(failure?.type).toBe(type);
    expect(failure?.message).toMatch(message);
    expect(await fingerprint(server, SAMPLE)).toBe(bad);
    expect(lab.slack.messages).toEqual([]);
  });
});
