/** Finding a service and environment in the configuration. */
import { BackoutFailure, NOTHING_CHANGED } from '../../src/domain/failure.ts';
import type { ServiceEnvironment } from '../../src/domain/service.ts';
import type { Deps } from '../deps.ts';

type Wanted = { service: string; environment?: string | undefined };

/** The environment's name: the one asked for, else the service's default, else its only one. */
export function chooseEnvironment({ services }: Pick<Deps, 'services'>, wanted: Wanted): string {
  const service = own(services, wanted.service);
  if (!service)
    throw unknown(`There is no service "${wanted.service}" in the configuration.`, Object.keys(services));
  const names = Object.keys(service.environments);
  const chosen =
    wanted.environment ?? service.defaultEnvironment ?? (names.length === 1 ? names[0] : undefined);
  if (chosen === undefined)
    throw unknown(`${wanted.service} has several environments and no default.`, names);
  if (!own(service.environments, chosen))
    throw unknown(`${wanted.service} has no environment "${chosen}".`, names);
  return chosen;
}

/** What was configured under a name. A name such as `constructor` is no setting that every object has. */
function own<Value>(record: Record<string, Value>, name: string): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** The settings of one environment, with the file's Slack channels where it has none of its own. */
export function environmentSettings(
  { services, slack }: Pick<Deps, 'services' | 'slack'>,
  wanted: Wanted,
): ServiceEnvironment {
  const environment = chooseEnvironment({ services }, wanted);
  const settings = services[wanted.service]?.environments[environment];
  if (!settings) throw new Error(`${wanted.service} lost its environment ${environment}`);
  const channels = settings.slack ?? slack;
  return channels === undefined ? settings : { ...settings, slack: channels };
}

function unknown(what: string, names: string[]): BackoutFailure {
  return new BackoutFailure('UnknownService', {
    what,
    changed: NOTHING_CHANGED,
    next: `Choose one of: ${names.join(', ') || '(none is configured)'}.`,
  });
}
