/**
 * `--local`: the same workflow and steps inside this command, for when Temporal is down. This command is the
 * worker, so ending it ends the rollback where it is; the next one reads what is there and goes on.
 */
import { NOTHING_CHANGED } from '../../domain/failure.ts';
import { asSentence, clean } from '../../domain/report/plain.ts';
import type { RunKind } from '../../domain/plan.ts';
import type { RollbackRequestInput } from '../../domain/request.ts';
import type { RollbackStatus } from '../../domain/rollback.ts';
import { startLocalRollback } from '../../local.ts';
import type { LocalRollback } from '../../local.ts';
import { CliError } from '../errors.ts';
import { EXIT, exitCodeOf } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import type { GlobalOptions } from '../program.ts';
import { requireYes } from '../require-yes.ts';
import { follow } from '../temporal/follow.ts';
import { WORKFLOW_TYPES } from '../temporal/start.ts';
import { exitCodeOfEnding, renderEnding } from '../view/ending.ts';
import { renderPlan } from '../view/plan.ts';
import { Progress } from '../view/progress.ts';
import { endingDocument } from '../watching.ts';
import { workflowIdFor } from '../workflow-id.ts';
import { answerApproval } from './approval.ts';
import { loadTolerantly } from './config.ts';
import { answerDecision } from './decision.ts';
import { answerFreeze } from './freeze.ts';

export type LocalOptions = GlobalOptions & {
  /** A full rollback waits for people whom it could not reach here. */
  kind: Exclude<RunKind, 'full'>;
  request: RollbackRequestInput;
  yes?: boolean;
  dryRun?: boolean;
  json?: boolean;
};

export async function rollbackLocally(options: LocalOptions, io: Io): Promise<number> {
  const { kind, request, yes = false, json = false } = options;
  const config = await loadTolerantly(options, io);
  if (!json) io.err('Starting a Temporal server and a worker inside this command …\n');
  const workflowId = workflowIdFor(request, new Date());
  const isPlanOnly = request.dryRun === true || !yes;
  const local = await start({
    config,
    workflow: WORKFLOW_TYPES[kind],
    workflowId: isPlanOnly ? `${workflowId}-plan` : workflowId,
    request: isPlanOnly ? { ...request, dryRun: true } : request,
  });
  try {
    if (!isPlanOnly) return await showUntilEnd(local, { workflowId, json }, io);
    const plan = await planOf(local, io);
    io.out(json ? `${JSON.stringify(plan, null, 2)}\n` : renderPlan(plan, io.colours));
    if (request.dryRun === true) {
      if (!json) io.out('\nDry run: nothing was changed.\n');
      return EXIT.ok;
    }
    await requireYes(io);
    await startAgreed(local, workflowId, { kind, request: { ...request, planHash: plan.hash } });
    return await showUntilEnd(local, { workflowId, json }, io);
  } finally {
    await local.close();
  }
}

/** @throws CliError `failed` when there can be no server or worker inside this command */
export async function start(options: Parameters<typeof startLocalRollback>[0]): Promise<LocalRollback> {
  try {
    const local = await startLocalRollback(options);
    // The ending is read by `follow`, which knows what a failure means.
    local.result.catch(() => undefined);
    return local;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CliError(
      EXIT.failed,
      `The rollback inside this command could not start. ${why} ${NOTHING_CHANGED}`,
      {
        cause: error,
      },
    );
  }
}

async function planOf(local: LocalRollback, io: Io) {
  const ending = await follow({
    client: local.client,
    workflowId: local.workflowId,
    signal: io.signal,
    onSilence: () => undefined,
  });
  if (ending === null)
    throw new CliError(EXIT.interrupted, `Ended before the plan was made. ${NOTHING_CHANGED}`);
  if (ending.kind === 'failed') throw new CliError(exitCodeOf(ending.type), ending.message);
  if (ending.kind === 'result' && ending.result.plan !== undefined) return ending.result.plan;
  throw new CliError(EXIT.failed, `The making of the plan was ended. ${NOTHING_CHANGED}`);
}

/** The rollback itself, on the server and worker that made the plan. */
async function startAgreed(
  { client, workflowId: planId }: LocalRollback,
  workflowId: string,
  { kind, request }: Pick<LocalOptions, 'kind' | 'request'>,
): Promise<void> {
  const { taskQueue } = await client.workflow.getHandle(planId).describe();
  await client.workflow.start(WORKFLOW_TYPES[kind], {
    workflowId,
    taskQueue,
    args: [request],
    requestEagerStart: true,
  });
}

export async function showUntilEnd(
  { client }: LocalRollback,
  { workflowId, json }: { workflowId: string; json: boolean },
  io: Io,
): Promise<number> {
  if (!json) {
    io.out(`Started ${workflowId} inside this command: do not end it before it is done. Times are UTC.\n`);
  }
  const progress = new Progress(io.colours);
  let last: RollbackStatus | null = null;
  const ending = await follow({
    client,
    workflowId,
    signal: io.signal,
    onStatus: async (status) => {
      last = status;
      // The commands that answer a rollback elsewhere don't reach into this one: the question is asked here.
      const shown = { ...status, awaiting: null };
      if (!json)
        io.out(
          progress
            .lines(shown, Date.now())
            .map((line) => `${line}\n`)
            .join(''),
        );
      await answerApproval({ client, workflowId, status }, io);
      await answerDecision({ client, workflowId, status }, io);
      await answerFreeze({ client, workflowId, status }, io);
    },
    onSilence: () => undefined,
  });
  if (ending === null) {
    io.err(`\n${stoppedMidway(last)}\n`);
    return EXIT.interrupted;
  }
  io.out(json ? endingDocument(workflowId, ending, last) : renderEnding(ending, last, io.colours));
  return exitCodeOfEnding(ending);
}

/** What to know about a rollback that ended with this command. */
export function stoppedMidway(status: RollbackStatus | null): string {
  const traffic =
    status === null || (status.plan === null && status.freeze === undefined)
      ? NOTHING_CHANGED
      : `${asSentence(clean(status.traffic))} Data was not changed.`;
  const step = status?.steps.find(({ state }) => state === 'running' || state === 'waiting-for-decision');
  const where = step === undefined ? '' : ` at “${step.title}”, which may be done in part`;
  return (
    `The rollback ran inside this command and STOPPED with it${where}. When last seen: ${traffic}\n` +
    `Start it again to finish it: it reads what is there and goes on.${takeOver(status)}`
  );
}

/** The lock on the target outlives a process that was ended in the middle of a step. */
function takeOver(status: RollbackStatus | null): string {
  if (status === null) return '';
  return (
    '\nIf it is refused because this one still holds the target, add: ' +
    `--take-over ${status.workflowId} --take-over-note "ended with Ctrl-C"`
  );
}
