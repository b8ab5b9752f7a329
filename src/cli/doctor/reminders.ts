/** Where nobody would be reminded of what is to be done after a rollback. */
import type { BackoutConfig } from '../../config/load.ts';
import { resolveService } from '../../config/services.ts';
import { escalationPolicy } from '../../domain/escalation/policy.ts';
import { DEFAULT_FOLLOW_UP } from '../../domain/follow-up/settings.ts';
import { remindedBy } from '../../domain/follow-up/ways.ts';
import { enumerate } from '../../domain/report/plain.ts';
import type { Line } from './diagnosis.ts';

/** One remark, or none. */
export function unreminded(config: BackoutConfig): Line[] {
  const places = Object.entries(config.services).flatMap(([service, { environments }]) =>
    Object.keys(environments).flatMap((environment) =>
      isReminded(config, { service, environment }) ? [] : [`${service} in ${environment}`],
    ),
  );
  if (places.length === 0) return [];
  return [
    {
      mark: 'warning',
      name: 'reminders',
      detail: `nobody is reminded of what is to be done after a rollback of ${enumerate(places)}`,
      fix: 'Add `slack`, a level with an `email` channel under `escalation`, `followUp.tickets` or `stakeholders`: docs/follow-up.md.',
    },
  ];
}

/** Also where rollbacks are not followed up, which is what somebody wanted. */
function isReminded(config: BackoutConfig, place: { service: string; environment: string }): boolean {
  const { settings: environment } = resolveService(config, place);
  const settings = environment.followUp ?? DEFAULT_FOLLOW_UP;
  const policy = escalationPolicy({
    file: config.escalation,
    environment: environment.escalation,
    people: config.approvals,
  });
  const { first, ignored } = remindedBy({
    config: environment,
    settings,
    policy,
    customersAffected: false,
    hasTicket: settings.tickets !== undefined,
  });
  return !settings.enabled || first.length + ignored.length > 0;
}
