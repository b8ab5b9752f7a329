/** Finding a service and its environment in the configuration. */
import { BackoutFailure, NOTHING_CHANGED } from '../domain/failure.ts';
import type { ServiceEnvironment } from '../domain/service.ts';
import type { BackoutConfig } from './load.ts';
import { nearest } from './nearest.ts';

export type Wanted = { service: string; environment?: string | undefined };

export type ResolvedService = {
  service: string;
  environment: string;
  /** With the file's Slack channels, stakeholders and follow-up where it has none of its own. */
  settings: ServiceEnvironment;
  /** Whose workers can reach the target. */
  taskQueue: string;
};

/**
 * The service in the environment asked for, else in its default one, else in its only one.
 * @throws BackoutFailure UnknownService that names what there is
 */
export function resolveService(
  {
    services,
    slack,
    stakeholders,
    followUp,
    temporal,
  }: Pick<BackoutConfig, 'services' | 'slack' | 'temporal'> &
    Partial<Pick<BackoutConfig, 'stakeholders' | 'followUp'>>,
  wanted: Wanted,
): ResolvedService {
  const service = Object.hasOwn(services, wanted.service) ? services[wanted.service] : undefined;
  if (!service) {
    throw unknown(
      `There is no service "${wanted.service}" in the configuration.`,
      wanted.service,
      Object.keys(services),
    );
  }
  const names = Object.keys(service.environments);
  const environment =
    wanted.environment ?? service.defaultEnvironment ?? (names.length === 1 ? names[0] : undefined);
  if (environment === undefined) {
    throw unknown(`${wanted.service} has several environments and no default.`, '', names);
  }
  const settings = Object.hasOwn(service.environments, environment)
    ? service.environments[environment]
    : undefined;
  if (!settings) throw unknown(`${wanted.service} has no environment "${environment}".`, environment, names);
  const channels = settings.slack ?? slack;
  const told = settings.stakeholders ?? stakeholders;
  const after = settings.followUp ?? followUp;
  return {
    service: wanted.service,
    environment,
    settings: {
      ...settings,
      ...(channels === undefined ? {} : { slack: channels }),
      ...(told === undefined ? {} : { stakeholders: told }),
      ...(after === undefined ? {} : { followUp: after }),
    },
    taskQueue: settings.taskQueue ?? temporal.taskQueue,
  };
}

function unknown(what: string, written: string, names: string[]): BackoutFailure {
  const meant = nearest(written, names);
  const choose = `Choose one of: ${names.join(', ') || '(none is configured)'}.`;
  return new BackoutFailure('UnknownService', {
    what,
    changed: NOTHING_CHANGED,
    next: meant === null ? choose : `Did you mean ${meant}? ${choose}`,
  });
}
