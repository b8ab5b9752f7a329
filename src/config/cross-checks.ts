/** What no single setting can tell: whether the settings fit together. */
import { LOCAL_HOST } from './schema.ts';
import type { BackoutFile } from './schema.ts';
import { emptyLevels } from './escalation-checks.ts';
import { suggest } from './nearest.ts';
import { sharedIntegrations } from './paging-checks.ts';
import { valueAt } from './schema-lookup.ts';
import { longestVerificationSeconds } from '../domain/verification.ts';
import type { ServiceEnvironment } from '../domain/service.ts';
import type { Problem } from './problems.ts';

/** Targets, databases and migrations that name a host which isn't there. Works on a file that has other problems too. */
export function unknownHosts(file: unknown): Problem[] {
  const hosts = [LOCAL_HOST, ...keysOf(valueAt(file, ['hosts']))];
  const paths = placesOf(file).flatMap((place) =>
    ['target', 'database', 'migrations'].map((part) => [...place, part, 'host']),
  );
  return paths.flatMap((path) => {
    const host = valueAt(file, path);
    if (typeof host !== 'string' || hosts.includes(host)) return [];
    return [{ path, message: `there is no host "${host}" under hosts; ${suggest(host, hosts)}` }];
  });
}

/** Two services on one upstream would each shift traffic without knowing of the other's lock. */
export function sharedTargets(file: BackoutFile): Problem[] {
  const seen = new Map<string, string>();
  return environmentsOf(file).flatMap(({ path, settings: { target } }) => {
    const identity = JSON.stringify([target.host, target.site, target.upstream]);
    const other = seen.get(identity);
    const name = `${String(path[1])} in ${String(path[3])}`;
    seen.set(identity, other ?? name);
    if (other === undefined) return [];
    return [
      {
        path: [...path, 'target', 'upstream'],
        message: `upstream ${target.upstream} already belongs to ${other}; one upstream can only be rolled back as one service`,
      },
    ];
  });
}

/** One database restored for one service would take the other's data back with it, unasked. */
export function sharedDatabases(file: BackoutFile): Problem[] {
  const seen = new Map<string, string>();
  return environmentsOf(file).flatMap(({ path, settings: { database } }) => {
    if (database === undefined) return [];
    const { name, host, container, pod, connection } = database;
    const identity = JSON.stringify([name, host, container, pod, connection.address, connection.port]);
    const other = seen.get(identity);
    const own = `${String(path[1])} in ${String(path[3])}`;
    seen.set(identity, other ?? own);
    if (other === undefined) return [];
    return [
      {
        path: [...path, 'database', 'name'],
        message: `database ${name} already belongs to ${other}; a restore would take both services' data back`,
      },
    ];
  });
}

/** A step whose own settings let it take longer than its budget would always end with a person being asked. */
export function tightBudgets(file: BackoutFile): Problem[] {
  return environmentsOf(file).flatMap(({ path, settings }) => {
    const { verifySeconds, stopFaultySeconds, restartApplicationSeconds } = settings.budgets;
    const longest = Math.ceil(longestVerificationSeconds(settings.verify));
    const stopping = Math.max(
      ...Object.values(settings.target.colours).map(({ process }) => process.stopTimeoutSeconds),
    );
    const problems: Problem[] = [];
    if (verifySeconds < longest) {
      problems.push({
        path: [...path, 'budgets', 'verifySeconds'],
        message: `is ${verifySeconds} s, but the settings under verify may take ${longest} s; set it to ${longest} or more`,
      });
    }
    if (stopFaultySeconds <= stopping) {
      problems.push({
        path: [...path, 'budgets', 'stopFaultySeconds'],
        message: `is ${stopFaultySeconds} s, but a process may take ${stopping} s to stop (stopTimeoutSeconds); set it to more than that`,
      });
    }
    const restarting = stopping + settings.verify.health.withinSeconds;
    if (mayRestart(settings) && restartApplicationSeconds <= restarting) {
      problems.push({
        path: [...path, 'budgets', 'restartApplicationSeconds'],
        message: `is ${restartApplicationSeconds} s, but a process may take ${stopping} s to stop (stopTimeoutSeconds) and ${settings.verify.health.withinSeconds} s to be healthy (verify.health.withinSeconds); set it to more than ${restarting}`,
      });
    }
    return problems;
  });
}

/** Steps of full and partial rollbacks restart a release. */
function mayRestart({ database, flags = {}, configFiles = {} }: ServiceEnvironment): boolean {
  const inFiles = Object.values(flags).filter((flag) => 'file' in flag);
  return database !== undefined || [...inFiles, ...Object.values(configFiles)].some(({ restart }) => restart);
}

/** A flag or configuration file that is read by a release which isn't there. */
export function unknownReaders(file: BackoutFile): Problem[] {
  return environmentsOf(file).flatMap(({ path, settings }) => {
    const colours = Object.keys(settings.target.colours);
    const { flags = {}, configFiles = {} } = settings;
    const readers = [
      ...Object.entries(flags).map(([name, flag]) => ({
        at: ['flags', name],
        release: 'file' in flag ? flag.release : undefined,
      })),
      ...Object.entries(configFiles).map(([name, { release }]) => ({ at: ['configFiles', name], release })),
    ];
    return readers.flatMap(({ at, release }) =>
      release === undefined || colours.includes(release)
        ? []
        : [
            {
              path: [...path, ...at, 'release'],
              message: `there is no colour "${release}" in the target; ${suggest(release, colours)}`,
            },
          ],
    );
  });
}

/** Odd, but nothing that hinders a rollback. */
export function oddities(file: BackoutFile): Problem[] {
  return [...unusedHosts(file), ...unknownVersions(file), ...emptyLevels(file), ...sharedIntegrations(file)];
}

function unusedHosts(file: BackoutFile): Problem[] {
  const used = new Set(
    environmentsOf(file).flatMap(({ settings: { target, database, migrations } }) => [
      target.host,
      database?.host,
      migrations?.host,
    ]),
  );
  return Object.keys(file.hosts)
    .filter((name) => !used.has(name))
    .map((name) => ({ path: ['hosts', name], message: 'no service uses this host', atKey: true }));
}

/** Without a version, the mended release in a colour looks like the bad one that a rollback took out of it. */
function unknownVersions(file: BackoutFile): Problem[] {
  return environmentsOf(file).flatMap(({ path, settings }) => {
    const { colours } = settings.target;
    const untold = Object.keys(colours).filter((name) => colours[name]?.version === undefined);
    if (untold.length === 0) return [];
    return [
      {
        path: [...path, 'target', 'colours'],
        message:
          `nothing tells the version of ${untold.join(' and ')}, so a mended release can't be told from the bad one that was ` +
          'rolled back, and the next rollback may be refused; set `version` of each colour',
        atKey: true,
      },
    ];
  });
}

function environmentsOf(file: BackoutFile): { path: string[]; settings: ServiceEnvironment }[] {
  return Object.entries(file.services).flatMap(([service, { environments }]) =>
    Object.entries(environments).map(([environment, settings]) => ({
      path: ['services', service, 'environments', environment],
      settings,
    })),
  );
}

function placesOf(file: unknown): string[][] {
  return keysOf(valueAt(file, ['services'])).flatMap((service) =>
    keysOf(valueAt(file, ['services', service, 'environments'])).map((environment) => [
      'services',
      service,
      'environments',
      environment,
    ]),
  );
}

function keysOf(value: unknown): string[] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
}
