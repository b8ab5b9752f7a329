/** Holding and freeing the writes of a real database: exactly, twice, by another run, and what goes on writing. */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Deps } from '../../activities/deps.ts';
import { freeze, thaw } from '../../activities/postgres/restore/freeze.ts';
import { createInPlace } from '../../activities/postgres/restore/in-place.ts';
import type { FreezeJob } from '../../activities/postgres/restore/freeze.ts';
import { leftBehind } from '../../activities/rollback/left-behind.ts';
import { fingerprint } from '../support/postgres-fingerprint.ts';
import { clientOf, makeBackup, restoreOf } from '../support/postgres-restore.ts';
import { createSampleRoles, createSmallSample, dropSample, SAMPLE } from '../support/postgres-sample.ts';
import { startPostgres } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres.ts';

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres({ max_prepared_transactions: '2' });
  await createSampleRoles(server);
});
afterAll(() => server.stop());

let before: string;
beforeEach(async () => {
  await createSmallSample(server);
  before = await fingerprint(server, SAMPLE);
});
afterEach(() => dropSample(server));

const job = (change: Partial<FreezeJob> = {}): FreezeJob => ({
  run: 'freeze-1',
  token: 1,
  isEnded: async () => false,
  ...change,
});
const name = `"${SAMPLE.replaceAll('"', '""')}"`;
const write = () => server.sql('CREATE TABLE written (); DROP TABLE written', { database: SAMPLE });
const ofApp = { connection: { user: 'app' } };

describe('freezing a database', () => {
  it('ends the sessions that could write, and freed it is as it was before, also the second time', async () => {
    const open = server.sql('SELECT pg_sleep(60)', { database: SAMPLE }).then(
      () => 'went on',
      (error: unknown) => String(error),
    );
    const isOpen = async () =>
      (
        await server.sql(
          "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid()",
        )
      ).trim() === '1';
    while (!(await isOpen())) await pause(20);
    const postgres = clientOf(server);
    expect(await freeze(postgres, job())).toEqual({ already: false, warnings: [] });
    expect(await open).toContain('terminating connection');
    await expect(write()).rejects.toThrow(/read-only transaction/);
    expect(await freeze(postgres, job({ token: 2 }))).toEqual({ already: true, warnings: [] });
    expect(await thaw(postgres, job({ token: 3 }))).toEqual({ held: true, warnings: [] });
    expect(await fingerprint(server, SAMPLE)).toBe(before);
    await write();
    expect(await thaw(postgres, job({ token: 4 }))).toEqual({ held: false, warnings: [] });
  });

  it('goes on with what another run has left, and keeps out of one that is at work', async () => {
    const postgres = clientOf(server);
    await freeze(postgres, job());
    const second = job({ run: 'freeze-2', token: 9 });
    await expect(freeze(postgres, second)).rejects.toThrow(
      `The writes of ${postgres.describe()} can't be held or freed as things are. The rollback freeze-1 is at work on it. ` +
        'No data was changed, and who may write was not changed. Mend that and try again.',
    );
    await expect(thaw(postgres, second)).rejects.toThrow(
      'The rollback freeze-1 is at work on it and holds its writes; if you know that it has ended, start again with `--take-over freeze-1 --take-over-note WHY`.',
    );
    const heir = { ...second, isEnded: async (run: string) => run === 'freeze-1' };
    expect(await freeze(postgres, heir)).toEqual({ already: true, warnings: [] });
    await expect(freeze(postgres, job({ token: 99 }))).rejects.toThrow(
      'The rollback freeze-2 is at work on it.',
    );
    await thaw(postgres, heir);
    expect(await fingerprint(server, SAMPLE)).toBe(before);
  });

  it('is kept when a restore within it is given up, and ended by one that is done', async () => {
    const postgres = clientOf(server);
    const backup = await makeBackup(server, 'custom');
    await freeze(postgres, job());
    const restore = restoreOf(server, { backup, run: 'freeze-1', token: 2 });
    await restore.prepare();
    const { dropped } = await restore.abandon();
    expect(dropped).toHaveLength(1);
    await expect(write()).rejects.toThrow(/read-only transaction/);

    const again = restoreOf(server, { backup, run: 'freeze-1', token: 3 });
    await again.prepare();
    const { kept } = await again.swap();
    await write();
    expect(await thaw(postgres, job({ token: 4 }))).toEqual({ held: false, warnings: [] });
    expect(await fingerprint(server, SAMPLE)).toBe(before);
    await dropSample(server, kept.database);
  });

  it('is lifted by no restore that is given up, nor by another run that clears up after the freeze has ended', async () => {
    const postgres = clientOf(server);
    const backup = await makeBackup(server, 'custom');
    await freeze(postgres, job());
    const restore = restoreOf(server, { backup, run: 'freeze-1', token: 2 });
    await restore.prepare();
    expect((await restore.abandon()).dropped).toHaveLength(1);
    expect(await restoreOf(server, { backup, run: 'rollback-2', token: 3 }).abandon('freeze-1')).toEqual({
      swapped: false,
      dropped: [],
    });
    await expect(write()).rejects.toThrow(/read-only transaction/);
    const looking = {
      postgres,
      run: 'rollback-2',
      takenOver: 'freeze-1',
      signal: new AbortController().signal,
    };
    await expect(leftBehind({} as Deps, looking)).rejects.toThrow(
      `It is frozen: the writes of ${postgres.describe()} are held by the freeze freeze-1, and are not proved to be lifted. ` +
        'No data was changed, and its writes stay held.',
    );
    const heir = job({ run: 'unfreeze-3', token: 4, isEnded: async () => true });
    expect(await thaw(postgres, heir)).toEqual({ held: true, warnings: [] });
    expect(await leftBehind({} as Deps, looking)).toBeNull();
    expect(await fingerprint(server, SAMPLE)).toBe(before);
  });

  it('is lifted by no restore in place that is given up before it has changed anything', async () => {
    const postgres = clientOf(server);
    await freeze(postgres, job());
    const none = { path: '', format: 'plain', sha256: '' } as const;
    const inPlace = createInPlace(postgres, { run: 'freeze-1', token: 2, backup: none, safety: none });
    expect(await inPlace.putBack()).toMatchObject({ is: 'put-back' });
    await inPlace.settle();
    await expect(write()).rejects.toThrow(/read-only transaction/);
    expect(await thaw(postgres, job({ token: 3 }))).toEqual({ held: true, warnings: [] });
    expect(await fingerprint(server, SAMPLE)).toBe(before);
  });

  it('names what goes on writing', async () => {
    await server.sql(`ALTER ROLE reader IN DATABASE ${name} SET default_transaction_read_only TO off`);
    await server.sql("BEGIN; INSERT INTO customers (name) VALUES ('late'); PREPARE TRANSACTION 'late one'", {
      database: SAMPLE,
    });
    expect((await freeze(clientOf(server), job())).warnings).toEqual([
      'Sessions of role "reader" can write: it has a setting of its own.',
      'Prepared transaction "late one" can still be committed.',
    ]);
    await server.sql("ROLLBACK PREPARED 'late one'", { database: SAMPLE });
  });

  it('by a role that may not note it is refused with nothing changed', async () => {
    await expect(freeze(clientOf(server, ofApp), job())).rejects.toThrow(
      'The role "app" may not note in the databases how far it is.',
    );
    expect(await fingerprint(server, SAMPLE)).toBe(before);
  });

  it('says whose sessions it may not end, and holds all others', async () => {
    await server.sql('GRANT SET ON PARAMETER backout.restore TO app');
    const open = server.sql('SELECT pg_sleep(60)', { database: SAMPLE }).then(
      () => 'went on',
      (error: unknown) => String(error),
    );
    const pids = async () =>
      (
        await server.sql(
          "SELECT pid FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid()",
        )
      ).trim();
    while ((await pids()) === '') await pause(20);
    await expect(freeze(clientOf(server, ofApp), job())).rejects.toThrow(
      'could not be ended: 1 of postgres.',
    );
    await expect(write()).rejects.toThrow(/read-only transaction/);
    await server.sql(`SELECT pg_terminate_backend(${await pids()})`);
    await open;
    expect(await freeze(clientOf(server, ofApp), job({ token: 2 }))).toMatchObject({ already: true });
    await thaw(clientOf(server, ofApp), job({ token: 3 }));
    expect(await fingerprint(server, SAMPLE)).toBe(before);
    await server.sql('REVOKE SET ON PARAMETER backout.restore FROM app');
  });
});
