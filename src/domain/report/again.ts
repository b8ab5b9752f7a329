/** How to go on with a rollback that has ended before it was done. */
import { shellWord } from '../approval/answers.ts';
import { isFrozen, unfreezeCommand } from '../freeze.ts';
import type { FreezeStatus } from '../freeze.ts';
import type { PlanSummary } from '../plan.ts';

type Ended = Pick<PlanSummary, 'kind' | 'service' | 'environment' | 'from' | 'database'>;

/**
 * One that works as things are then. A full rollback names the faulty release, which may have no traffic any more, and the
 * backup: without them there would be nothing to roll back.
 */
export function againCommand({ kind, service, environment, from, database }: Ended): string {
  const where = `${service} --env ${environment} --reason …`;
  if (kind === 'recover') return `backout recover ${where}`;
  if (database === undefined) return `backout rollback traffic-only ${where}`;
  return `backout rollback full ${where} --faulty ${shellWord(from.name)} --backup ${shellWord(database.backup)}`;
}

/** The ways on while it is still frozen, when every other rollback is refused. Null where nothing is held. */
export function frozenAgain(plan: Ended, freeze: FreezeStatus | undefined): string | null {
  if (freeze === undefined || !isFrozen(freeze)) return null;
  const { service, environment, from, database } = plan;
  const backup = database === undefined ? 'FILE' : shellWord(database.backup);
  return (
    `it is frozen, and other rollbacks are refused: \`backout freeze ${service} --env ${environment} --reason …\` goes on with ` +
    `what is held and asks; answer \`backout decide-freeze ID full --backup ${backup} --faulty ${shellWord(from.name)}\` ` +
    `with the ID that it prints. Or let everything through again: \`${unfreezeCommand({ service, environment })}\`.`
  );
}
