import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { problemsIn, SMALL, writeConfig } from './support.ts';

const DATABASE = `        database:
          name: listings
          backups: { folder: /backups }
`;
const WITH_DATABASE = SMALL + DATABASE;

/** The same service once more, in another environment. */
const staging = (text: string) =>
  text
    .slice(text.indexOf('      production:'))
    .replace('production', 'staging')
    .replace('/etc/nginx/listings', '/etc/nginx/staging');

describe('a database', () => {
  it('is reached on this machine, as the superuser, unless something else is said', async () => {
    const { services } = await loadConfig({ path: writeConfig(WITH_DATABASE), env: {} });
    expect(services['listings']?.environments['production']?.database).toEqual({
      name: 'listings',
      host: 'local',
      connection: { port: 5432, user: 'postgres', maintenanceDatabase: 'postgres' },
      backups: { folder: '/backups', pattern: '*', where: 'host' },
      restore: { strategy: 'swap', keepOldDays: 7, restartApplication: true, checks: [] },
      newerRows: [],
    });
  });

  it('must be on a host that is there', async () => {
    expect(
      await problemsIn(WITH_DATABASE.replace('name: listings', 'name: listings\n          host: db-1')),
    ).toEqual([
      'FILE:24:17: services.listings.environments.production.database.host: there is no host "db-1" under hosts; known here: local',
    ]);
  });

  it('belongs to one service in one environment', async () => {
    expect(await problemsIn(WITH_DATABASE + staging(WITH_DATABASE))).toEqual([
      "FILE:43:17: services.listings.environments.staging.database.name: database listings already belongs to listings in production; a restore would take both services' data back",
    ]);
    expect(
      await problemsIn(WITH_DATABASE + staging(WITH_DATABASE).replace('name: listings', 'name: staging')),
    ).toEqual([]);
  });

  it('needs its password where the worker runs', async () => {
    const text = WITH_DATABASE.replace(
      'backups:',
      'connection: { password: { env: DB_PASSWORD } }\n          backups:',
    );
    expect(await problemsIn(text)).toEqual([
      'FILE:24:35: services.listings.environments.production.database.connection.password: the environment variable DB_PASSWORD is not set here; set it where the worker is started',
    ]);
    expect(await problemsIn(text, { env: { DB_PASSWORD: 'x' } })).toEqual([]);
  });

  it('leaves a restart the time that its own settings can take', async () => {
    const text = `${WITH_DATABASE}        verify: { health: { withinSeconds: 155 } }\n`;
    expect(await problemsIn(`${text}        budgets: { restartApplicationSeconds: 186 }\n`)).toEqual([]);
    expect(await problemsIn(`${text}        budgets: { restartApplicationSeconds: 185 }\n`)).toEqual([
      'FILE:26:47: services.listings.environments.production.budgets.restartApplicationSeconds: is 185 s, but a process may take 30 s to stop (stopTimeoutSeconds) and 155 s to be healthy (verify.health.withinSeconds); set it to more than 185',
    ]);
  });
});
