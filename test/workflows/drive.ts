/** Driving one kind of rollback with fake activities, as a person does: start, look, answer. */
import {
  ApplicationFailure,
  Client,
  WorkflowClient,
  WorkflowFailedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import type { Activities } from '../../activities/types.ts';
import type { RollbackStatus, TimelineEntry } from '../../src/domain/rollback.ts';
import type { WorkflowLab } from '../support/time-skipping.ts';
import { fakeActivities, REQUEST } from './support.ts';

export type Driven = { calls: string[]; start: (input?: unknown, id?: string) => Promise<WorkflowHandle> };

type Fakes = { lab: WorkflowLab; workflow: string; leavesBlocks?: boolean; keepsTime?: boolean };

/** A client that skips no time, whatever it waits for. */
export const clientKeepingTime = ({ environment: { connection } }: WorkflowLab): Client =>
  new Client({ connection });

let count = 0;

/**
 * Runs a worker with the fakes, some of them replaced, while `drive` works. `leavesBlocks`: a rollback blocks the version that it
 * leaves, as it does in production. `keepsTime`: none is skipped while the result is awaited. Where something outlives the rollback,
 * the clock would else be at that one's next timer before the test looks; beside a block, ten years ahead, when this server,
 * unlike a real one, ends every run.
 */
export async function withFakes<Result>(
  { lab, workflow, leavesBlocks = false, keepsTime = leavesBlocks }: Fakes,
  replaced: Partial<Activities>,
  drive: (driven: Driven & { taskQueue: string }) => Promise<Result>,
): Promise<Result> {
  const calls: string[] = [];
  const client = keepsTime ? clientKeepingTime(lab) : lab.environment.client;
  return await lab.withWorker(
    (taskQueue) => {
      const activities = fakeActivities(taskQueue, { replaced, calls });
      return leavesBlocks || replaced.resolveService ? activities : leavingNothing(activities);
    },
    (taskQueue) =>
      drive({
        calls,
        taskQueue,
        start: (input = REQUEST, id = `rollback-${++count}`) =>
          client.workflow.start(workflow, { taskQueue, workflowId: id, args: [input] }),
      }),
  );
}

/** As in a command that does without Temporal's server: nothing outlives it. */
function leavingNothing({ resolveService, ...others }: Activities): Activities {
  return {
    ...others,
    resolveService: async (request) => ({ ...(await resolveService(request)), isEphemeral: true }),
  };
}

export const fails = (type: string, message: string) => async (): Promise<never> => {
  throw ApplicationFailure.create({ type, message, nonRetryable: true });
};

export const failureOf = async (handle: WorkflowHandle): Promise<ApplicationFailure> => {
  const error: unknown = await handle.result().then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof WorkflowFailedError))
    throw new Error(`expected a failed workflow, got ${String(error)}`);
  return error.cause as ApplicationFailure;
};

/** The failure of one that ends while another still waits: no time is skipped for it, which would be the other's as well. */
export const refusalOf = async ({ client, workflowId }: WorkflowHandle): Promise<ApplicationFailure> =>
  await failureOf(new WorkflowClient({ connection: client.connection }).getHandle(workflowId));

export const status = (handle: WorkflowHandle) => handle.query<RollbackStatus>('status');
export const timeline = async (handle: WorkflowHandle) =>
  (await handle.query<TimelineEntry[]>('timeline')).map(({ what }) => what);

export async function untilWaiting(handle: WorkflowHandle): Promise<RollbackStatus> {
  for (;;) {
    const now = await status(handle);
    if (now.phase === 'waiting') return now;
    // Without a pause the queries leave the test server no time for the workflow.
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export async function decide(
  handle: WorkflowHandle,
  decision: string,
  step = 'stop-faulty',
): Promise<unknown> {
  try {
    return await handle.executeUpdate('decideStep', {
      args: [{ step, decision, by: 'anna', note: 'because' }],
    });
  } catch (error) {
    // The time-skipping server forgets an update when its workflow ends, also before it has told its outcome.
    if (
      error instanceof WorkflowNotFoundError &&
      /^update .* not found|^Completed workflow$/.test(error.message)
    )
      return 'recorded';
    throw error;
  }
}
