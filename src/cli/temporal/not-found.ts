/** Plain words for a rollback that is not there. */
import { WorkflowNotFoundError } from '@temporalio/client';
import { CliError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import type { Session } from './connect.ts';

/** Does the work; says so when there is no such rollback. */
export async function onRollback<Result>(
  session: Session,
  workflowId: string,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw notFound(session, workflowId);
    throw error;
  }
}

function notFound({ program }: Session, workflowId: string): CliError {
  return new CliError(
    EXIT.notFound,
    `There is no rollback ${workflowId}, or Temporal has forgotten it. \`${program} status\` lists those that run, ` +
      `\`${program} history\` those that have ended.`,
  );
}
