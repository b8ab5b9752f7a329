/** Levels that would call nobody, since the vendor counts their page as one that it has already. */
import { routesOf } from '../domain/escalation/policy.ts';
import type { EscalationSettings, LevelSettings } from '../domain/escalation/settings.ts';
import type { PagingChannel } from '../domain/paging/channel.ts';
import type { ConfigPath, Problem } from './problems.ts';
import type { BackoutFile } from './schema.ts';

type Channels = Record<string, PagingChannel>;

/** Two levels with one integration. All pages of an incident have one key, under which these vendors call people once. */
export function sharedIntegrations({ escalation, services }: BackoutFile): Problem[] {
  const shared = escalation?.channels ?? {};
  const own = Object.entries(services).flatMap(([service, { environments }]) =>
    Object.entries(environments).flatMap(([environment, settings]) =>
      sharedIn(settings.escalation, {
        path: ['services', service, 'environments', environment, 'escalation'],
        channels: { ...shared, ...settings.escalation?.channels },
      }),
    ),
  );
  return [...sharedIn(escalation, { path: ['escalation'], channels: shared }), ...own];
}

function sharedIn(
  settings: EscalationSettings | undefined,
  { path, channels }: { path: ConfigPath; channels: Channels },
): Problem[] {
  const levels = (settings?.levels ?? []).map((level) => integrationsOf(level, channels));
  return levels.flatMap((integrations, index) => {
    const before = levels.findIndex((others, other) => other < index && covers(others, integrations));
    if (before < 0) return [];
    return [
      {
        path: [...path, 'levels', index],
        message: `calls nobody: all it pages through is what level ${before + 1} has paged through, and PagerDuty and GoAlert call people once per incident and integration; give each level an integration of its own`,
      },
    ];
  });
}

/** Null stands for a channel that calls people each time. */
function integrationsOf(level: LevelSettings, channels: Channels): (string | null)[] {
  return routesOf(level)
    .flat()
    .map((name) => {
      const channel = channels[name];
      if (channel?.kind === 'pagerduty') return JSON.stringify([channel.baseUrl, channel.routingKey]);
      return channel?.kind === 'goalert' ? JSON.stringify([channel.baseUrl, channel.token]) : null;
    });
}

const covers = (others: (string | null)[], integrations: (string | null)[]): boolean =>
  integrations.length > 0 && integrations.every((one) => one !== null && others.includes(one));
