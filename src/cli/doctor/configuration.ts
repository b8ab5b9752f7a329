/** The configuration as the doctor sees it: good, wrong, or not here at all. */
import { checkConfig } from '../../config/load.ts';
import type { BackoutConfig } from '../../config/load.ts';
import { findConfigFile } from '../../config/find.ts';
import { ConfigurationError, formatPath, shortPath } from '../../config/problems.ts';
import type { PlacedProblem } from '../../config/problems.ts';
import { resolveService } from '../../config/services.ts';
import { BackoutFailure, NOTHING_CHANGED } from '../../domain/failure.ts';
import { escalationPolicy } from '../../domain/escalation/policy.ts';
import { enumerate } from '../../domain/report/plain.ts';
import type { GlobalOptions } from '../program.ts';
import type { Line, Mark, Section } from './diagnosis.ts';
import { unreminded } from './reminders.ts';

/** A service's environment, and whom to ask about it. Without a service: all that the worker knows. */
export type Place = { service?: string; environment?: string; taskQueue: string };

export type Configuration = { section: Section; config: BackoutConfig | null };

/** Never throws for what is wrong with the file: that is a finding. */
export async function lookAtConfiguration(
  { config: path, address, namespace }: GlobalOptions,
  env: NodeJS.ProcessEnv,
): Promise<Configuration> {
  const section = (...lines: Line[]): Section => ({ area: 'configuration', title: 'Configuration', lines });
  try {
    const file = findConfigFile({ path, env });
    if (file === null) return { config: null, section: section(NO_FILE) };
    const { config, warnings } = await checkConfig({
      path: file,
      env,
      flags: { address, namespace },
      secrets: false,
    });
    const odd = warnings.map((one) => placed('warning', one));
    return { config, section: section(good(config), ...odd, ...unpaged(config), ...unreminded(config)) };
  } catch (error) {
    return { config: null, section: section(...problemLines(error)) };
  }
}

/** The worker has a file of its own, and answers for what stands in it. */
const NO_FILE: Line = {
  mark: 'warning',
  name: 'backout.yaml',
  detail: 'not here, so only what workers know is looked at',
  fix: 'Name it with --config to have it checked. `--local` would need it.',
};

function good({ file, services }: BackoutConfig): Line {
  const names = Object.entries(services).map(
    ([name, { environments }]) => `${name} (${Object.keys(environments).join(', ')})`,
  );
  return { mark: 'ok', name: shortPath(file), detail: names.join(', ') };
}

/** Where a rollback that waits, or that fails, would wake nobody. */
function unpaged({ services, escalation, approvals }: BackoutConfig): Line[] {
  const places = Object.entries(services).flatMap(([service, { environments }]) =>
    Object.entries(environments).flatMap(([environment, { escalation: own }]) =>
      escalationPolicy({ file: escalation, environment: own, people: approvals }) === null
        ? [`${service} in ${environment}`]
        : [],
    ),
  );
  if (places.length === 0) return [];
  return [
    {
      mark: 'warning',
      name: 'escalation',
      detail: `nobody is paged about a rollback of ${enumerate(places)}`,
      fix: 'Say under `escalation` who is paged, and when: docs/escalation.md.',
    },
  ];
}

function problemLines(error: unknown): Line[] {
  if (error instanceof ConfigurationError) return error.problems.map((wrong) => placed('problem', wrong));
  if (!(error instanceof BackoutFailure)) throw error;
  return [{ mark: 'problem', name: 'backout.yaml', detail: error.parts.what, fix: error.parts.next }];
}

function placed(mark: Mark, { file, line, column, path, message }: PlacedProblem): Line {
  const [what = '', ...fix] = message.split('; ');
  return {
    mark,
    name: `${file}:${line}:${column}`,
    detail: path.length === 0 ? what : `${formatPath(path)} ${what}`,
    ...(fix.length === 0 ? {} : { fix: fix.join('; ') }),
  };
}

type Wanted = { service?: string | undefined; environment?: string | undefined };

/**
 * What to look at: one service, one environment, or all.
 * @throws BackoutFailure UnknownService when there is none of that name
 */
export function placesOf(config: BackoutConfig | null, wanted: Wanted, mainQueue: string): Place[] {
  const { service, environment } = wanted;
  if (config === null)
    return [
      {
        ...(service === undefined ? {} : { service }),
        ...(environment === undefined ? {} : { environment }),
        taskQueue: mainQueue,
      },
    ];
  const places = allPlaces(config).filter(
    (place) =>
      (service === undefined || place.service === service) &&
      (environment === undefined || place.environment === environment),
  );
  // Of what is not there, the error says what there is instead.
  if (places.length === 0 && service !== undefined) resolveService(config, { service, environment });
  if (places.length === 0) throw noEnvironment(config, environment ?? '');
  return places;
}

function allPlaces(config: BackoutConfig): (Place & { service: string; environment: string })[] {
  return Object.entries(config.services).flatMap(([service, { environments }]) =>
    Object.keys(environments).map((environment) => {
      const { taskQueue } = resolveService(config, { service, environment });
      return { service, environment, taskQueue };
    }),
  );
}

function noEnvironment(config: BackoutConfig, environment: string): BackoutFailure {
  const there = [...new Set(allPlaces(config).map((place) => place.environment))];
  return new BackoutFailure('UnknownService', {
    what: `No service has an environment "${environment}".`,
    changed: NOTHING_CHANGED,
    next: `Choose one of: ${there.join(', ')}.`,
  });
}
