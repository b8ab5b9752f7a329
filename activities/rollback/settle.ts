/** The end of a restore that was done: what it needed to go on after a crash goes, and what is kept too long. */
import { databaseOf } from '../../src/domain/plan.ts';
import type { LossCount } from '../../src/domain/loss.ts';
import type { StepResult } from '../../src/domain/rollback.ts';
import type { Deps } from '../deps.ts';
import type { Postgres } from '../postgres/client.ts';
import { dropExpired, keptBy } from '../postgres/restore/expired.ts';
import type { Expired } from '../postgres/restore/expired.ts';
import { readFacts } from '../postgres/restore/facts.ts';
import type { StepInput } from '../types.ts';
import type { Running } from './activity.ts';
import { openPostgres, settingsOf } from './database-job.ts';
import { settleInPlace } from './in-place.ts';
import { countIn } from './loss.ts';

/** Only once it is recorded that the restore was done. Safe to run again. */
export async function settleRestore(
  deps: Deps,
  input: StepInput & { isSuccess: boolean },
  running: Running,
): Promise<StepResult> {
  const { plan, isSuccess } = input;
  if (databaseOf(plan).strategy === 'in-place') await settleInPlace(deps, input, running);
  const postgres = openPostgres(deps, settingsOf(plan));
  const loss = await countLost(postgres, input, running);
  // After a failure, whatever there is may still be wanted.
  const expired = isSuccess
    ? await dropExpired(postgres, plan.service, running.signal)
    : { dropped: [], inUse: [], kept: [] };
  return {
    outcome: expired.dropped.length === 0 ? 'already' : 'done',
    proof: whatWasDropped(expired),
    details: [],
    provedAt: new Date().toISOString(),
    ...(loss === null ? {} : { loss }),
  };
}

/** In the database that was replaced, where it is kept: nobody writes there any more. Else null. */
async function countLost(
  postgres: Postgres,
  { plan, rollback }: StepInput,
  { signal }: Running,
): Promise<LossCount | null> {
  const { madeAt, strategy, alreadyRestored } = databaseOf(plan);
  if (strategy === 'in-place' || alreadyRestored !== undefined) return null;
  const kept = keptBy(await readFacts(postgres, signal), {
    live: postgres.settings.name,
    run: rollback.workflowId,
  });
  if (kept === null) return null;
  return await countIn(postgres, { since: madeAt, isFinal: true, database: kept, signal });
}

/** One sentence. */
export function whatWasDropped({ dropped, inUse }: Pick<Expired, 'dropped' | 'inUse'>): string {
  const named = (all: Expired['dropped']) => all.map(({ kind, name }) => `${kind} ${name}`).join(', ');
  const gone =
    dropped.length === 0
      ? 'Nothing of earlier restores is kept longer than it should be'
      : `Dropped, since kept for long enough: ${named(dropped)}`;
  return inUse.length === 0 ? gone : `${gone}; still in use and therefore left: ${named(inUse)}`;
}
