/** `unfreeze --local`: with Temporal down, this command lifts what a freeze has left, by the same steps. */
import type { RollbackRequestInput } from '../../domain/request.ts';
import type { Io } from '../io.ts';
import type { GlobalOptions } from '../program.ts';
import { WORKFLOW_TYPES } from '../temporal/start.ts';
import { workflowIdFor } from '../workflow-id.ts';
import { loadTolerantly } from './config.ts';
import { showUntilEnd, start } from './rollback.ts';

export type LocalUnfreeze = GlobalOptions & { request: RollbackRequestInput; json?: boolean };

export async function unfreezeLocally(
  { request, json = false, ...options }: LocalUnfreeze,
  io: Io,
): Promise<number> {
  const config = await loadTolerantly(options, io);
  if (!json) {
    io.err(
      'Temporal is not told of this: when it is back, `backout unfreeze` without --local ends a freeze that waits there, and ' +
        'until then `backout status` calls it frozen.\n' +
        'Starting a Temporal server and a worker inside this command …\n',
    );
  }
  const workflowId = workflowIdFor(request, new Date(), 'unfreeze');
  const local = await start({ config, workflow: WORKFLOW_TYPES.unfreeze, workflowId, request });
  try {
    return await showUntilEnd(local, { workflowId, json }, io);
  } finally {
    await local.close();
  }
}
