/** Finding a service and environment in the configuration. */
import { BackoutFailure, NOTHING_CHANGED } from '../../src/domain/failure.ts';
import { escalationPolicy, namedChannels } from '../../src/domain/escalation/policy.ts';
import type { EscalationPolicy } from '../../src/domain/escalation/policy.ts';
import type { PagingChannel } from '../../src/domain/paging/channel.ts';
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

/** The settings of one environment, with the file's Slack channels, stakeholders, follow-up and events where it has none of its own. */
export function environmentSettings(
  {
    services,
    slack,
    statusPage,
    stakeholders,
    customerNotice,
    followUp,
    events,
  }: Pick<Deps, 'services' | 'slack'> &
    Partial<Pick<Deps, 'statusPage' | 'stakeholders' | 'customerNotice' | 'followUp' | 'events'>>,
  wanted: Wanted,
): ServiceEnvironment {
  const environment = chooseEnvironment({ services }, wanted);
  const settings = services[wanted.service]?.environments[environment];
  if (!settings) throw new Error(`${wanted.service} lost its environment ${environment}`);
  const channels = settings.slack ?? slack;
  const told = settings.stakeholders ?? stakeholders;
  const publicPage = settings.statusPage ?? statusPage;
  const notice = settings.customerNotice ?? customerNotice;
  const after = settings.followUp ?? followUp;
  const heard = settings.events ?? events;
  return {
    ...settings,
    ...(channels === undefined ? {} : { slack: channels }),
    ...(told === undefined ? {} : { stakeholders: told }),
    ...(publicPage === undefined ? {} : { statusPage: publicPage }),
    ...(notice === undefined ? {} : { customerNotice: notice }),
    ...(after === undefined ? {} : { followUp: after }),
    ...(heard === undefined ? {} : { events: heard }),
  };
}

/** Who is paged, and when; null: nobody. */
export function escalationOf(
  { services, escalation, approvals }: Pick<Deps, 'services' | 'escalation' | 'approvals'>,
  wanted: Wanted,
): EscalationPolicy | null {
  const own = environmentSettings({ services, slack: undefined }, wanted).escalation;
  return escalationPolicy({ file: escalation, environment: own, people: approvals });
}

/** Every way to page that is configured, by its name. */
export function channelsOf(
  { services, escalation }: Pick<Deps, 'services' | 'escalation'>,
  wanted: Wanted,
): Record<string, PagingChannel> {
  return namedChannels(escalation, environmentSettings({ services, slack: undefined }, wanted).escalation);
}

function unknown(what: string, names: string[]): BackoutFailure {
  return new BackoutFailure('UnknownService', {
    what,
    changed: NOTHING_CHANGED,
    next: `Choose one of: ${names.join(', ') || '(none is configured)'}.`,
  });
}
