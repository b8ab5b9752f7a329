/** Plain words for a rollback that is not there. */
import { WorkflowNotFoundError } from '@temporalio/client';
import { CliError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';

/** Does the work; says so when there is no such rollback. */
export async function onRollback<Result>(workflowId: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw notFound(workflowId);
    throw error;
  }
}

export function notFound(workflowId: string): CliError {
  return new CliError(
    EXIT.notFound,
    `There is no rollback ${workflowId}, or Temporal has forgotten it. \`backout status\` lists those that run, ` +
      '`backout history` those that have ended.',
  );
}
