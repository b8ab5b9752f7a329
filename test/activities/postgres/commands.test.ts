import { describe, expect, it } from 'vitest';
import {
  connectionEnvironment,
  connectionString,
  findPods,
  inside,
  psql,
  WITH_CONNECTION,
  withConnection,
} from '../../../activities/postgres/commands.ts';
import { databaseSchema } from '../../../src/domain/database.ts';
import type { DatabaseSettingsInput } from '../../../src/domain/database.ts';

const settings = (more: Partial<DatabaseSettingsInput> = {}) =>
  databaseSchema.parse({ name: 'shop', backups: { folder: '/backups' }, ...more });
const CONNECTION = { database: 'shop', applicationName: 'backout', settings: {}, command: 'c-1' };

describe('the environment of a command', () => {
  it('names the server, the role and the database', () => {
    expect(connectionEnvironment(settings(), CONNECTION)).toEqual([
      'PGPORT=5432',
      'PGUSER=postgres',
      'PGDATABASE=shop',
      'PGAPPNAME=backout',
      'PGCONNECT_TIMEOUT=10',
      'PGCLIENTENCODING=UTF8',
      'LC_ALL=C',
      'LANGUAGE=en',
      'BACKOUT_COMMAND=c-1',
    ]);
  });

  it('has what the settings add', () => {
    const connection = {
      address: 'db.example.net',
      port: 6432,
      user: 'backout',
      sslMode: 'verify-full' as const,
      sslRootCertificate: '/etc/ssl/ca.pem',
    };
    expect(
      connectionEnvironment(settings({ connection }), {
        ...CONNECTION,
        settings: { statement_timeout: '500', synchronous_commit: 'off' },
      }),
    ).toEqual(
      expect.arrayContaining([
        'PGHOST=db.example.net',
        'PGPORT=6432',
        'PGUSER=backout',
        'PGOPTIONS=-c statement_timeout=500 -c synchronous_commit=off',
        'PGSSLMODE=verify-full',
        'PGSSLROOTCERT=/etc/ssl/ca.pem',
      ]),
    );
    expect(connectionEnvironment(settings({ connection: { socket: '/run/pg' } }), CONNECTION)[0]).toBe(
      'PGHOST=/run/pg',
    );
  });

  it('is set by a script before the command is run', () => {
    expect(
      withConnection(['pg_dump'], {
        settings: settings({ programs: '/opt/pg' }),
        environment: ['A=1'],
        secret: true,
      }),
    ).toEqual(['sh', '-c', WITH_CONNECTION, 'backout', '1', '/opt/pg', 'A=1', '--', 'pg_dump']);
  });
});

describe('a command', () => {
  const pod = { namespace: 'prod', name: 'db-0', container: 'postgres', context: 'eu' };

  it.each([
    ['as it is', {}, ['true']],
    ['as a user of the system', { systemUser: 'postgres' }, ['sudo', '-n', '-u', 'postgres', '--', 'true']],
    ['in a container', { container: 'db' }, ['docker', 'exec', '-i', 'db', 'true']],
    [
      'in a container as a user',
      { container: 'db', systemUser: 'postgres' },
      ['docker', 'exec', '-i', '-u', 'postgres', 'db', 'true'],
    ],
    [
      'in a pod',
      { pod },
      ['kubectl', '--context', 'eu', '-n', 'prod', 'exec', '-i', 'db-0', '-c', 'postgres', '--', 'true'],
    ],
  ])('runs %s', (_how, more, argv) => {
    expect(inside(['true'], settings(more))).toEqual(argv);
  });

  it('runs in the pod that a selector was found to mean', () => {
    const bySelector = settings({ pod: { selector: 'app=db' } });
    expect(findPods(bySelector.pod!)).toEqual(
      'kubectl -n default get pods -l app=db --field-selector=status.phase=Running -o name'.split(' '),
    );
    expect(inside(['true'], bySelector, 'pod/db-7')).toEqual(
      'kubectl -n default exec -i pod/db-7 -- true'.split(' '),
    );
  });

  it('of psql takes data as variables and the statement on standard input', () => {
    expect(psql({ name: "it's" }, ['--csv'])).toEqual([
      ...['psql', '-X', '-q', '-w', '-v', 'ON_ERROR_STOP=1', '-v', 'VERBOSITY=verbose'],
      ...['-v', 'SHOW_CONTEXT=never', '--csv', '-v', "name=it's", '-f', '-'],
    ]);
  });
});

it('quotes an odd name for programs that would take it apart', () => {
  expect(connectionString("a=b's \\")).toBe("dbname='a=b\\'s \\\\'");
});

describe('settings that contradict each other', () => {
  it.each([
    [
      'container and pod',
      { container: 'db', pod: { name: 'db-0' } },
      'is either in a `container` or in a `pod`',
    ],
    ['no pod named', { pod: {} }, 'name the pod either by `name` or by `selector`'],
    [
      'a user in a pod',
      { pod: { name: 'a' }, systemUser: 'b' },
      'can not be chosen in a pod: kubectl exec runs everything as the user of its container',
    ],
    [
      'backups inside nothing',
      { backups: { folder: '/b', where: 'database' as const } },
      'can be `database` only with a `container` or `pod`',
    ],
    [
      'socket and address',
      { connection: { socket: '/run', address: 'db' } },
      'is reached either by `socket` or by `address`',
    ],
    ['a name that PostgreSQL would cut', { name: 'ä'.repeat(32) }, 'must have at most 63 bytes'],
  ])('are refused: %s', (_what, more, message) => {
    const parsed = databaseSchema.safeParse({ name: 'shop', backups: { folder: '/b' }, ...more });
    expect(parsed.error?.issues.map((issue) => issue.message)).toEqual([message]);
  });
});
