/** Driving one kind of rollback with fake activities, as a person does: start, look, answer. */
import { ApplicationFailure, WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import type { Activities } from '../../activities/types.ts';
import type { RollbackStatus, TimelineEntry } from '../../src/domain/rollback.ts';
import type { WorkflowLab } from '../support/time-skipping.ts';
import { fakeActivities, REQUEST } from './support.ts';

export type Driven = { calls: string[]; start: (input?: unknown, id?: string) => Promise<WorkflowHandle> };

let count = 0;

/** Runs a worker with the fakes, some of them replaced, while `drive` works. */
export async function withFakes<Result>(
  { lab, workflow }: { lab: WorkflowLab; workflow: string },
  replaced: Partial<Activities>,
  drive: (driven: Driven) => Promise<Result>,
): Promise<Result> {
  const calls: string[] = [];
  return await lab.withWorker(
    (taskQueue) => fakeActivities(taskQueue, { replaced, calls }),
    (taskQueue) =>
      drive({
        calls,
        start: (input = REQUEST, id = `rollback-${++count}`) =>
          lab.environment.client.workflow.start(workflow, { taskQueue, workflowId: id, args: [input] }),
      }),
  );
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
