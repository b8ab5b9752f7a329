import { describe, expect, it } from 'vitest';
import type { Postgres } from '../../../activities/postgres/client.ts';
import { describeStart, startCommand, startServer, stateOf } from '../../../activities/postgres/server.ts';
import type { Host } from '../../../activities/commands/host.ts';
import { databaseSchema, serverOf } from '../../../src/domain/database.ts';
import type { DatabaseSettingsInput } from '../../../src/domain/database.ts';
import { BackoutFailure } from '../../../src/domain/failure.ts';
import type { FailureType } from '../../../src/domain/failure.ts';

const settingsOf = (change: Partial<DatabaseSettingsInput> = {}) =>
  databaseSchema.parse({ name: 'shop', backups: { folder: '/backups' }, ...change });

const SYSTEMD = { server: { systemd: 'postgresql-15.service', readyWithinSeconds: 0.01 } };

/** A server that answers `answers[n]` to the n-th question, and its last answer to all further ones. */
function fake(answers: (FailureType | null)[], settings = settingsOf(SYSTEMD), exitCode = 0) {
  const ran: string[][] = [];
  let asked = 0;
  const query = async () => {
    const type = answers[Math.min(asked++, answers.length - 1)] ?? null;
    if (type !== null) throw new BackoutFailure(type, { what: `It said ${type}.`, changed: '', next: '' });
    return [['1']];
  };
  const host = {
    name: 'db-1',
    run: async (argv: string[]) => {
      ran.push(argv);
      return { exitCode, stdout: '', stderr: exitCode === 0 ? '' : 'Unit not found.' };
    },
  } as unknown as Host;
  const postgres = {
    settings,
    describe: () => 'database "shop" on db-1',
    query,
  } as unknown as Postgres;
  return { server: { host, postgres }, ran };
}

const STARTING = { signal: new AbortController().signal, heartbeat: () => undefined };

describe('the command that starts PostgreSQL', () => {
  it.each([
    [{ systemd: 'pg.service' }, ['systemctl', 'start', '--', 'pg.service']],
    [{ systemd: 'pg.service', user: true }, ['systemctl', '--user', 'start', '--', 'pg.service']],
    [{ container: 'shop-db' }, ['docker', 'start', 'shop-db']],
    [{ start: ['pg_ctlcluster', '15', 'main', 'start'] }, ['pg_ctlcluster', '15', 'main', 'start']],
  ])('of %j is %j', (server, argv) => {
    expect(startCommand(serverOf(settingsOf({ server })))).toEqual(argv);
  });

  it('is `docker start` for a database in a container that says nothing else', () => {
    expect(startCommand(serverOf(settingsOf({ container: 'shop-db' })))).toEqual([
      'docker',
      'start',
      'shop-db',
    ]);
  });

  it('is none where nothing says how', () => {
    expect(startCommand(serverOf(settingsOf()))).toBeNull();
    expect(describeStart(fake([null], settingsOf()).server)).toEqual([
      'SELECT 1 in database "shop" on db-1 until it answers',
    ]);
  });
});

describe('what the database says', () => {
  it.each([
    ['DatabaseUnreachable', 'lost', 'It said DatabaseUnreachable.'],
    ['HostUnreachable', 'lost', 'It said HostUnreachable.'],
    ['DatabaseBusy', 'answers', 'The database "shop" on db-1 is there, and busy.'],
    ['CredentialsRejected', 'unknown', 'It said CredentialsRejected.'],
    ['DatabaseMissing', 'unknown', 'It said DatabaseMissing.'],
    [null, 'answers', 'The database "shop" on db-1 answers.'],
  ] as const)('%s: %s', async (type, state, detail) => {
    expect(await stateOf(fake([type]).server)).toEqual({ state, detail });
  });
});

describe('starting it', () => {
  it('starts nothing where it answers', async () => {
    const { server, ran } = fake([null]);
    expect(await startServer(server, STARTING)).toMatchObject({ already: true });
    expect(ran).toEqual([]);
  });

  it('starts it and waits until it answers', async () => {
    const { server, ran } = fake(['DatabaseUnreachable', null]);
    expect(await startServer(server, STARTING)).toEqual({
      already: false,
      details: ['started by `systemctl start -- postgresql-15.service` on db-1'],
    });
    expect(ran).toEqual([['systemctl', 'start', '--', 'postgresql-15.service']]);
  });

  it('takes a start that was refused for good where the server answers after all', async () => {
    const { server } = fake(['DatabaseUnreachable', null], settingsOf(SYSTEMD), 1);
    expect(await startServer(server, STARTING)).toMatchObject({ already: false });
  });

  it('says what the command said when it fails', async () => {
    const { server } = fake(['DatabaseUnreachable'], settingsOf(SYSTEMD), 5);
    await expect(startServer(server, STARTING)).rejects.toMatchObject({
      type: 'DidNotStart',
      message:
        '`systemctl start -- postgresql-15.service` on db-1 ended with exit code 5: Unit not found. ' +
        'PostgreSQL was not started. No data was changed. Traffic was not changed by this step. ' +
        'See the log of PostgreSQL. Mend it and decide `retry`, or start it by hand and decide `retry`.',
    });
  });

  it('says when it does not answer in its time', async () => {
    const { server } = fake(['DatabaseUnreachable']);
    await expect(startServer(server, STARTING)).rejects.toMatchObject({
      type: 'DatabaseUnreachable',
      parts: {
        what: 'PostgreSQL was started, but database "shop" on db-1 gives no answer after 0.01 s: It said DatabaseUnreachable.',
      },
    });
  });

  it('asks a person where nothing says how it is started', async () => {
    const { server, ran } = fake(['DatabaseUnreachable'], settingsOf());
    await expect(startServer(server, STARTING)).rejects.toMatchObject({
      type: 'DatabaseLost',
      retryable: false,
    });
    expect(ran).toEqual([]);
  });
});
