/** Runs the workflow `pageTest` and waits for what came of it. */
import { randomUUID } from 'node:crypto';
import type { FailureParts } from '../../domain/failure.ts';
import type { PageTest, PageTested } from '../../domain/paging/test-page.ts';
import { CliError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { NotBegun, awaited, hasTimedOut, rootOf } from './awaited.ts';
import type { Session } from './connect.ts';
import { noWorker } from './workers.ts';

/** The activity may take a minute. */
const ANSWER_WITHIN_MS = 90_000;

const PAGED_NOBODY = 'Nobody was paged.';

/** @throws CliError when no worker answers, or the worker can't do it */
export async function runPageTest(
  session: Session,
  test: PageTest,
  interrupt: AbortSignal,
): Promise<PageTested> {
  const { client, settings, program } = session;
  const handle = await client.workflow.start('pageTest', {
    workflowId: `backout-page-test-${randomUUID()}`,
    taskQueue: settings.taskQueue,
    args: [test],
    workflowExecutionTimeout: ANSWER_WITHIN_MS,
    staticSummary: `backout page-test ${test.service}`,
  });
  const signal = AbortSignal.any([interrupt, AbortSignal.timeout(ANSWER_WITHIN_MS)]);
  try {
    return (await awaited(client, handle, { interrupt: signal })) as PageTested;
  } catch (error) {
    if (error instanceof NotBegun) throw noWorker(session, PAGED_NOBODY);
    if (!signal.aborted && !hasTimedOut(error)) throw explained(error);
    // A worker that comes later must not call people for a test that nobody waits for.
    await handle.terminate('nobody waits for this test any longer').catch(() => undefined);
    if (interrupt.aborted) {
      throw new CliError(
        EXIT.interrupted,
        'Ended. Some people may have got the test; nothing else was done.',
      );
    }
    throw new CliError(
      EXIT.unreachable,
      `No worker on ${settings.taskQueue} has answered within ${ANSWER_WITHIN_MS / 1000} s. Whether anybody was paged is not known: ask them, or see the workflow ${handle.workflowId}. Look at \`${program} doctor\`.`,
    );
  }
}

function explained(error: unknown): unknown {
  const { details } = rootOf(error) as { details?: [FailureParts?] };
  const parts = details?.[0];
  if (parts === undefined) return error;
  return new CliError(EXIT.usage, `${parts.what} ${parts.changed} ${parts.next}`);
}
