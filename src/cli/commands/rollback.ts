/** `backout rollback traffic-only`, `rollback full` and `recover`: show the plan, ask, start, watch. */
import type { PlanSummary, RunKind } from '../../domain/plan.ts';
import { leave } from '../detached.ts';
import { usageError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import type { GlobalOptions } from '../program.ts';
import { refuseIncomplete } from '../full.ts';
import { requireYes } from '../require-yes.ts';
import { toRequest } from '../request.ts';
import type { RequestOptions } from '../request.ts';
import { withTemporal } from '../temporal/connect.ts';
import type { Session } from '../temporal/connect.ts';
import { makePlan } from '../temporal/dry-run.ts';
import { startRollback } from '../temporal/start.ts';
import type { Wanted } from '../temporal/start.ts';
import { watchForWorker } from '../temporal/workers.ts';
import { renderPlan } from '../view/plan.ts';
import { showUntilEnd } from '../watching.ts';

export type RollbackOptions = GlobalOptions &
  RequestOptions & { yes?: boolean; detach?: boolean; local?: boolean; json?: boolean };

export async function rollBack(kind: RunKind, options: RollbackOptions, io: Io): Promise<number> {
  refuseContradictions(options, io);
  if (kind === 'full') refuseIncomplete(options);
  const wanted = { kind, request: toRequest(options, io.env) };
  // A full one was refused above: approvals and RESTORE could not reach it.
  if (options.local && kind !== 'full') {
    const { rollbackLocally } = await import('../local/rollback.ts');
    return await rollbackLocally({ ...options, kind, request: wanted.request }, io);
  }
  return await withTemporal(options, io, async (session) => {
    if (options.dryRun) {
      showPlan(await makePlan(session, wanted, io.signal), options, io);
      return EXIT.ok;
    }
    return await startAndWatch(
      session,
      { options, wanted: await agreed(session, { options, wanted }, io) },
      io,
    );
  });
}

function refuseContradictions({ yes, dryRun, detach, local, json }: RollbackOptions, io: Io): void {
  if (local && detach) throw usageError('--local does the work itself: it can not be detached.');
  if (detach && dryRun) throw usageError('--dry-run and --detach contradict each other.');
  if (yes || dryRun) return;
  if (json) throw usageError('--json asks nobody: add --yes to start, or --dry-run to see the plan.');
  if (io.ask === undefined) {
    throw usageError(
      'There is no terminal to ask at: add --yes to start without a question, or --dry-run to see the plan.',
    );
  }
}

/** The request as a person said yes to it: tied to the plan that was seen. */
async function agreed(
  session: Session,
  { options, wanted }: { options: RollbackOptions; wanted: Wanted },
  io: Io,
): Promise<Wanted> {
  if (options.yes) return wanted;
  const plan = await makePlan(session, wanted, io.signal);
  showPlan(plan, options, io);
  await requireYes(io);
  return { ...wanted, request: { ...wanted.request, planHash: plan.hash } };
}

function showPlan(plan: PlanSummary, { json, dryRun }: RollbackOptions, io: Io): void {
  if (json) io.out(`${JSON.stringify(plan, null, 2)}\n`);
  else io.out(renderPlan(plan, io.colours));
  if (dryRun && !json) io.out('\nDry run: nothing was changed.\n');
}

async function startAndWatch(
  session: Session,
  { options, wanted }: { options: RollbackOptions; wanted: Wanted },
  io: Io,
): Promise<number> {
  const started = await startRollback(session, wanted);
  const { workflowId } = started;
  if (options.detach) {
    const next = `It goes on by itself.\n  Watch it:  ${session.program} watch ${workflowId}`;
    return await leave(session, { ...started, json: options.json, next }, io);
  }
  if (!options.json) io.out(`Started ${workflowId}. Times are UTC.\n`);
  return await showUntilEnd(
    {
      session,
      ...started,
      json: options.json,
      onSilence: watchForWorker(session, workflowId),
    },
    io,
  );
}
