/** Has a worker make the plan, and waits for it. */
import type { PlanSummary } from '../../domain/plan.ts';
import { NOTHING_CHANGED } from '../../domain/failure.ts';
import { CliError } from '../errors.ts';
import { EXIT, exitCodeOf } from '../exit-codes.ts';
import type { Session } from './connect.ts';
import { follow } from './follow.ts';
import { startRollback } from './start.ts';
import type { Wanted } from './start.ts';
import { watchForWorker } from './workers.ts';

/** @throws CliError with the worker's own words when there can be no plan, or `interrupted` */
export async function makePlan(
  session: Session,
  { kind, request }: Wanted,
  signal: AbortSignal,
): Promise<PlanSummary> {
  const { planHash: _judgedAtTheStart, ...asked } = request;
  const started = await startRollback(session, { kind, request: { ...asked, dryRun: true } });
  const ending = await follow({
    client: session.client,
    ...started,
    signal,
    onSilence: watchForWorker(session, started.workflowId),
  });
  if (ending === null)
    throw new CliError(EXIT.interrupted, `Ended before the plan was made. ${NOTHING_CHANGED}`);
  if (ending.kind === 'failed') throw new CliError(exitCodeOf(ending.type), ending.message);
  if (ending.kind === 'result' && ending.result.plan !== undefined) return ending.result.plan;
  throw new CliError(EXIT.failed, `The making of the plan was ended from outside. ${NOTHING_CHANGED}`);
}
