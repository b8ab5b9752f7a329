/** A restore beside a database that is used: sessions that keep coming, writes that are held, other runs, leftovers. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { BackoutFailure } from '../../src/domain/failure.ts';
import { dropExpired } from '../../activities/postgres/restore/expired.ts';
import { readFacts } from '../../activities/postgres/restore/facts.ts';
import type { RestoreBackup } from '../../activities/postgres/restore/job.ts';
import { switchStatements } from '../../activities/postgres/restore/switch.ts';
import { transaction } from '../../activities/postgres/restore/sql.ts';
import { fingerprint } from '../support/postgres-fingerprint.ts';
import { clientOf, makeBackup, restoreOf, withoutOwn } from '../support/postgres-restore.ts';
import {
  createSampleRoles,
  createSmallSample,
  dropSample,
  migrateSmallSample,
  SAMPLE,
} from '../support/postgres-sample.ts';
import { connection, startPostgres } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres.ts';

let server: TestPostgres;
let backup: RestoreBackup;
const whole = { restored: '', migrated: '' };
beforeAll(async () => {
  server = await startPostgres();
  await createSampleRoles(server);
});
afterAll(async () => await server.stop());
beforeEach(async () => {
  await createSmallSample(server);
  whole.restored = await fingerprint(server, SAMPLE);
  backup = await makeBackup(server, 'custom');
  await migrateSmallSample(server);
  whole.migrated = await fingerprint(server, SAMPLE);
});
afterEach(async () => {
  for (const name of await databases()) if (name !== 'postgres') await dropSample(server, name);
});

const databases = async () =>
  (await server.sql(`SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1`)).split('\n');
const failure = async (work: Promise<unknown>): Promise<BackoutFailure> =>
  await work.then(
    () => {
      throw new Error('it succeeded');
    },
    (error: unknown) => error as BackoutFailure,
  );
const live = (sql: string) => server.sql(sql, { database: SAMPLE });

describe('while sessions keep coming', () => {
  test('the swap ends them all, and reading fails for less than a second', async () => {
    const restore = restoreOf(server, { backup });
    await restore.prepare();
    const readers = Array.from({ length: 6 }, () => new Reader(server));
    await Promise.all(readers.map((reader) => reader.answered));
    const swapped = await restore.swap();
    const results = await Promise.all(readers.map((reader) => reader.end()));
    expect(await fingerprint(server, SAMPLE)).toBe(whole.restored);
    expect(swapped.sessions.length).toBeGreaterThan(0);
    for (const { rows, longestGapMs } of results) {
      // Both databases were read, first the one and then the other, and nothing in between.
      expect(rows.join(' ')).toMatch(/^(134 )+(200 ?)+$/);
      expect(longestGapMs).toBeLessThan(1000);
    }
  });
});

/** Somebody who asks over and over, on a new connection each time it breaks. */
class Reader {
  readonly answered: Promise<void>;
  readonly #work: Promise<void>;
  readonly #rows: string[] = [];
  #last = 0;
  #longest = 0;
  #ending = false;

  constructor(postgres: TestPostgres) {
    let tell: () => void = () => undefined;
    this.answered = new Promise((resolve) => (tell = resolve));
    this.#work = this.#run(postgres, tell);
  }

  async end(): Promise<{ rows: string[]; longestGapMs: number }> {
    const seen = this.#rows.length;
    while (this.#rows.length < seen + 3) await wait(5);
    this.#ending = true;
    await this.#work;
    return { rows: this.#rows, longestGapMs: this.#longest };
  }

  async #run(postgres: TestPostgres, tell: () => void): Promise<void> {
    while (!this.#ending) {
      const psql = spawn(`${postgres.bin}/psql`, ['-X', '-q', '-A', '-t', connection({ dbname: SAMPLE })], {
        env: { PGHOST: postgres.socketFolder, PGPORT: String(postgres.port), PGUSER: 'reader' },
        stdio: ['pipe', 'pipe', 'ignore'],
      });
      psql.stdin.on('error', () => undefined);
      const ended = once(psql, 'exit');
      psql.stdout.on('data', (data: Buffer) => {
        for (const row of data.toString().trim().split('\n')) {
          const now = performance.now();
          if (this.#last > 0) this.#longest = Math.max(this.#longest, now - this.#last);
          this.#last = now;
          this.#rows.push(row);
          tell();
        }
        if (this.#ending) psql.stdin.end();
        else psql.stdin.write('SELECT count(*) FROM customers;\n');
      });
      psql.stdin.write('SELECT count(*) FROM customers;\n');
      await ended;
    }
  }
}

describe('a swap of which only a part arrives', () => {
  test('changes nothing, wherever it is cut', async () => {
    const restore = restoreOf(server, { backup });
    await restore.prepare();
    const { databases: found } = await readFacts(clientOf(server));
    const [shop, restored] = ['live', 'new'].map((is) => found.find(({ marker }) => marker?.is === is));
    if (!shop || !restored) throw new Error('nothing is prepared');
    const kept = { is: 'kept', run: 'r', backup: 'b', live: SAMPLE, until: '2026-11-28T00:00:00Z' } as const;
    const script = transaction(
      switchStatements({ live: shop, restored, oldName: 'old', kept, carried: [] }),
      { timeoutMs: 5000 },
    );
    const lines = script.split('\n').filter((line) => line !== '');
    const before = await databases();
    for (let count = 0; count < lines.length; count++) {
      const half = (lines[count] ?? '').slice(0, (lines[count] ?? '').length / 2);
      await server.sql([...lines.slice(0, count), half].join('\n')).catch(() => undefined);
      expect(await databases()).toEqual(before);
    }
    expect(lines.length).toBeGreaterThan(20);
    await restore.swap();
    expect(await fingerprint(server, SAMPLE)).toBe(whole.restored);
  });
});

describe('given up', () => {
  test('a restore leaves the live database as it was, and nothing beside it', async () => {
    const restore = restoreOf(server, { backup });
    const { database } = await restore.prepare();
    expect(await restore.abandon()).toEqual({ swapped: false, dropped: [database] });
    expect(await fingerprint(server, SAMPLE)).toBe(whole.migrated);
    expect(await databases()).toEqual([SAMPLE, 'postgres'].sort());
    expect(await restore.abandon()).toEqual({ swapped: false, dropped: [] });
  });
});

describe('other runs and other attempts', () => {
  test('another run is refused by name, until the first is abandoned in its name', async () => {
    await restoreOf(server, { backup, run: 'first' }).prepare();
    const second = restoreOf(server, { backup, run: 'second' });
    expect(await failure(second.prepare())).toMatchObject({
      type: 'RestoreRefused',
      message: expect.stringContaining('Another restore of it is unfinished: that of rollback first.'),
    });
    await second.abandon('first');
    await second.prepare();
    await second.swap();
    expect(await fingerprint(server, SAMPLE)).toBe(whole.restored);
  });

  test('an attempt that wakes after a later one may do nothing', async () => {
    await restoreOf(server, { backup, token: 5 }).prepare();
    const early = restoreOf(server, { backup, token: 4 });
    for (const phase of ['prepare', 'swap', 'abandon'] as const) {
      expect(await failure(early[phase]())).toMatchObject({ type: 'Fenced' });
    }
    expect(await restoreOf(server, { backup, token: 6 }).stage()).toBe('ready');
  });

  test('two attempts at once swap once', async () => {
    await restoreOf(server, { backup }).prepare();
    const both = [2, 3].map((token) => restoreOf(server, { backup, token }).swap());
    const ended = await Promise.allSettled(both);
    const kept = ended.flatMap((one) => (one.status === 'fulfilled' ? [one.value.kept.database] : []));
    expect(new Set(kept).size).toBe(1);
    expect(await fingerprint(server, SAMPLE)).toBe(whole.restored);
    expect(await databases()).toHaveLength(3);
  });

  test('a swap without a restored database is refused', async () => {
    expect(await failure(restoreOf(server, { backup }).swap())).toMatchObject({
      type: 'RestoreRefused',
      message: expect.stringContaining('The backup has not been restored beside it, or not wholly.'),
    });
  });

  test('running a swapped restore again says so and changes nothing', async () => {
    const restore = restoreOf(server, { backup });
    await restore.prepare();
    const { kept } = await restore.swap();
    expect(await restore.prepare()).toMatchObject({ already: true, database: SAMPLE });
    expect(await restore.swap()).toMatchObject({ already: true, kept });
    expect(await restore.abandon()).toEqual({ swapped: true, dropped: [] });
    expect(await fingerprint(server, SAMPLE)).toBe(whole.restored);
  });
});

describe('refused with nothing changed', () => {
  const refusal = async (given: { backup?: RestoreBackup } = {}) => {
    const error = await failure(restoreOf(server, { backup, ...given }).prepare());
    expect(error).toMatchObject({ type: 'RestoreRefused' });
    expect(error.message).toContain('No data was changed: the live database is untouched.');
    expect(await fingerprint(server, SAMPLE)).toBe(whole.migrated);
    expect(await databases()).toEqual([SAMPLE, 'postgres'].sort());
    return error.message;
  };

  test('prepared transactions', async () => {
    await live(`BEGIN; INSERT INTO loyalty VALUES (1); PREPARE TRANSACTION 'half done';`);
    const message = await refusal();
    await live(`ROLLBACK PREPARED 'half done'`);
    expect(message).toContain('It has prepared transactions: "half done".');
  });

  test('replication slots, also one that comes up before the swap', async () => {
    const restore = restoreOf(server, { backup });
    await restore.prepare();
    await live(`SELECT pg_create_logical_replication_slot('debezium', 'pgoutput')`);
    const late = await failure(restore.swap());
    expect(withoutOwn(await fingerprint(server, SAMPLE))).toBe(withoutOwn(whole.migrated));
    await restore.abandon();
    const message = await refusal();
    await live(`SELECT pg_drop_replication_slot('debezium')`);
    expect(late.message).toContain('It has replication slots: "debezium".');
    expect(message).toContain('It has replication slots: "debezium".');
  });

  test('subscriptions', async () => {
    await live(`CREATE SUBSCRIPTION from_erp CONNECTION 'dbname=x' PUBLICATION p WITH (connect = false)`);
    whole.migrated = await fingerprint(server, SAMPLE);
    expect(await refusal()).toContain('It has subscriptions: "from_erp".');
    await live(`ALTER SUBSCRIPTION from_erp SET (slot_name = NONE); DROP SUBSCRIPTION from_erp;`);
  });

  test('a role that is not there', async () => {
    await server.sql('CREATE ROLE "Gone o\'clock"');
    await live('CREATE TABLE its (); ALTER TABLE its OWNER TO "Gone o\'clock"');
    const needy = [await makeBackup(server, 'custom'), await makeBackup(server, 'plain-gz')];
    await live('DROP TABLE its');
    await server.sql('DROP ROLE "Gone o\'clock"');
    for (const one of needy) {
      expect(await refusal({ backup: one })).toContain(
        'The backup needs roles that are not there: "Gone o\'clock".',
      );
    }
  });

  test('a plain dump that would connect to the live database by itself', async () => {
    const path = `${server.folder}/created.sql`;
    await server.program('pg_dump', ['-C', '-f', path, '-d', connection({ dbname: SAMPLE })]);
    const message = await refusal({ backup: { path, format: 'plain', sha256: 'x' } });
    expect(message).toContain('The backup reaches beyond one database: ');
    expect(message).toContain('\\connect');
  });

  test('a backup that does not pass its checks, or does not fit, leaves the live database alone', async () => {
    const checks = [
      { name: 'customers', sql: 'SELECT count(*) FROM customers', expect: '201' },
      { name: 'a role', sql: 'SHOW search_path', expect: 'public, "x y"' },
    ];
    const error = await failure(restoreOf(server, { backup, restore: { checks } }).prepare());
    expect(error).toMatchObject({ type: 'RestoreFailed' });
    expect(error.message).toContain(
      '"customers" must be "201" and is "200". The live database is untouched.',
    );
    expect(withoutOwn(await fingerprint(server, SAMPLE))).toBe(withoutOwn(whole.migrated));
  });
});

describe('a role that is no superuser', () => {
  test('restores its own database when it may create one and note how far it is', async () => {
    await server.sql('ALTER ROLE app CREATEDB; REVOKE SET ON PARAMETER backout.restore FROM app');
    const restore = restoreOf(server, { backup, connection: { user: 'app' } });
    for (const phase of ['check', 'prepare'] as const) {
      expect((await failure(restore[phase]())).message).toContain(
        'GRANT SET ON PARAMETER backout.restore TO "app"',
      );
    }
    await server.sql('GRANT SET ON PARAMETER backout.restore TO app');
    expect(await restore.prepare()).toMatchObject({ warnings: [] });
    const { kept } = await restore.swap();
    expect(await fingerprint(server, SAMPLE)).toBe(whole.restored);
    expect(withoutOwn(await fingerprint(server, kept.database))).toBe(withoutOwn(whole.migrated));
  });

  test('can not end the sessions of a superuser: says whose they are, and the live database stays open', async () => {
    await server.sql('ALTER ROLE app CREATEDB; GRANT SET ON PARAMETER backout.restore TO app');
    const restore = restoreOf(server, { backup, connection: { user: 'app' } });
    await restore.prepare();
    const open = live('SELECT pg_sleep(60)').catch(String);
    await expect
      .poll(() => server.sql(`SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'`))
      .toBe('1');
    const error = await failure(restore.swap());
    expect(error).toMatchObject({ type: 'DatabaseBusy' });
    expect(error.message).toContain('could not be ended in time. There were 1 of postgres (psql).');
    expect(await server.sql('SELECT count(*) FROM customers', { database: SAMPLE, user: 'app' })).toBe('134');
    await server.sql(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'`,
    );
    await open;
    await restore.swap();
    expect(await fingerprint(server, SAMPLE)).toBe(whole.restored);
  });
});

describe('replaced databases', () => {
  test('can only be read, are dropped when their time is over, and not while somebody looks into them', async () => {
    const restore = restoreOf(server, { backup, restore: { keepOldDays: 0 } });
    await restore.prepare();
    const { kept } = await restore.swap();
    const old = { database: kept.database };
    await expect(server.sql('DELETE FROM customers', old)).rejects.toThrow('read-only transaction');
    const look = server.sql('SELECT pg_sleep(30)', old).catch(() => undefined);
    await expect
      .poll(() => server.sql(`SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'`))
      .toBe('1');
    const one = { kind: 'database', name: kept.database, until: kept.until, isOver: true };
    expect(await dropExpired(clientOf(server), 'shop')).toEqual({ dropped: [], inUse: [one], kept: [] });
    await server.sql(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'`,
    );
    await look;
    await expect.poll(() => dropExpired(clientOf(server), 'shop')).toMatchObject({ dropped: [one] });
    expect(await databases()).toEqual([SAMPLE, 'postgres'].sort());
    expect(await fingerprint(server, SAMPLE)).toBe(whole.restored);
  });

  test('are kept until their time is over', async () => {
    const restore = restoreOf(server, { backup });
    await restore.prepare();
    const { kept } = await restore.swap();
    expect(await dropExpired(clientOf(server), 'shop')).toMatchObject({
      dropped: [],
      kept: [{ name: kept.database, until: kept.until }],
    });
    expect(Date.parse(kept.until) - Date.now()).toBeGreaterThan(6.9 * 86_400_000);
    expect(withoutOwn(await fingerprint(server, kept.database))).toBe(withoutOwn(whole.migrated));
  });
});
