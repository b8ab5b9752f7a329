/** Is there a worker? A rollback nobody takes up would start by itself whenever one comes: that must not surprise. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { CliError, THIS_CHANGED_NOTHING } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import type { Session } from './connect.ts';
import { noFile } from './connect.ts';
import { isPolling, readPollers } from './pollers.ts';

/** temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW */
const WORKFLOW_TASKS = 1;

/** How long a worker that is there may take for its first task before we believe that it is not. */
export const FIRST_TASK_WITHIN_MS = 8_000;

/** @throws CliError `unreachable` when no worker has asked the task queue for work lately */
export async function requireWorker(session: Session): Promise<void> {
  const { client, settings } = session;
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: settings.namespace,
    taskQueue: { name: settings.taskQueue },
    taskQueueType: WORKFLOW_TASKS,
  });
  if (!readPollers(pollers).some(isPolling)) throw noWorker(session);
}

const WITHOUT_A_WORKER =
  'With --local, `backout rollback traffic-only`, `backout recover` and `backout unfreeze` need no worker.';
/** What others do can't be known from here. */
const ROLLED_NOTHING_BACK = `${THIS_CHANGED_NOTHING}. ${WITHOUT_A_WORKER}`;

/** `outcome` says what did not happen for it. */
export function noWorker({ settings, program, file }: Session, outcome = ROLLED_NOTHING_BACK): CliError {
  return new CliError(
    EXIT.unreachable,
    `No worker polls task queue ${settings.taskQueue}: start one with \`${program} worker\`. ${outcome}` +
      (file === null ? ` ${noFile()}` : ''),
  );
}

/** For a rollback just started: takes it back when no worker takes it up. What is silent later on is only waited for. */
export function watchForWorker(
  session: Session,
  workflowId: string,
): (milliseconds: number) => Promise<void> {
  return async (milliseconds) => {
    if (milliseconds < FIRST_TASK_WITHIN_MS || (await isTakenUp(session.client, workflowId))) return;
    await withdraw(session, workflowId);
  };
}

/**
 * Waits until a worker has taken a rollback up that was just started, or until it is interrupted: then it goes on.
 * @throws CliError when none does in time: it is taken back then
 */
export async function untilTakenUp(session: Session, workflowId: string, signal: AbortSignal): Promise<void> {
  const startedAt = Date.now();
  while (!signal.aborted && !(await isTakenUp(session.client, workflowId))) {
    if (Date.now() - startedAt > FIRST_TASK_WITHIN_MS) await withdraw(session, workflowId);
    await wait(EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}

const EVERY_MS = 100;

/** Whether a worker has begun the first task of this workflow. */
export async function isTakenUp(client: Client, workflowId: string): Promise<boolean> {
  const { historyLength } = await client.workflow.getHandle(workflowId).describe();
  return historyLength > UNTOUCHED_HISTORY;
}

/** Started, and its first task scheduled. */
const UNTOUCHED_HISTORY = 2;

/**
 * Takes back a rollback that no worker has taken up, so that it doesn't begin by itself hours later.
 * @throws CliError always: that nothing was changed, or that a worker was quicker
 */
async function withdraw(session: Session, workflowId: string): Promise<never> {
  const { client, program } = session;
  const handle = client.workflow.getHandle(workflowId);
  const reason = 'no worker took it up, so `backout` took it back: nothing was changed';
  if (await wasTakenBack(handle, reason)) throw noWorker(session, takenBack(session, workflowId));
  throw new CliError(
    EXIT.failed,
    `A worker took ${workflowId} up at the very moment when it was taken back for lack of a worker, and was ended at ` +
      `its first step, which reads. See with \`${program} plan SERVICE\` where traffic is, and start again.`,
  );
}

/** Others of the same service may be in the middle of their work, which can't be known without a worker. */
export function takenBack({ program }: Pick<Session, 'program'>, workflowId: string): string {
  return (
    `${workflowId} was taken back, and has changed nothing. Another may be at work: \`${program} status\` lists those that run. ` +
    WITHOUT_A_WORKER
  );
}

/** Ends a run that no worker has taken up. False: one was quicker, and it may have done something. */
export async function wasTakenBack(handle: WorkflowHandle, reason: string): Promise<boolean> {
  await handle.terminate(reason);
  const { events } = await handle.fetchHistory();
  return !(events ?? []).some((event) => event.workflowTaskStartedEventAttributes);
}
