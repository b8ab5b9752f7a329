/** Runs the workflow `notifyCustomers`, once per rollback, and waits for what came of it. */
import { WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { ApplicationFailure, WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { NOTICE_UNPROVED, noticeIdOf } from '../../domain/customer-notice/sending.ts';
import type { NoticeRequest, NoticeSent } from '../../domain/customer-notice/sending.ts';
import { CliError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import type { Session } from './connect.ts';

/** Reading may take 20 s, sending two minutes. */
const ANSWER_WITHIN_MS = 150_000;

/**
 * @throws CliError where it was sent before or may have been (without `again`), could not be, or nobody answers
 */
export async function sendNotice(
  session: Session,
  request: NoticeRequest,
  { again, interrupt }: { again: boolean; interrupt: AbortSignal },
): Promise<NoticeSent> {
  const { client, settings, program } = session;
  const workflowId = noticeIdOf(request.rollback);
  if (!again) await refuseSent(client, workflowId);
  const signal = AbortSignal.any([interrupt, AbortSignal.timeout(ANSWER_WITHIN_MS)]);
  try {
    const handle = await client.workflow.start('notifyCustomers', {
      workflowId,
      taskQueue: settings.taskQueue,
      args: [request],
      workflowIdReusePolicy: again ? 'ALLOW_DUPLICATE' : 'ALLOW_DUPLICATE_FAILED_ONLY',
      workflowExecutionTimeout: ANSWER_WITHIN_MS,
      staticSummary: `Customer notice of ${request.service} in ${request.environment}, by ${request.by}`,
    });
    return (await client.connection.withAbortSignal(signal, () => handle.result())) as NoticeSent;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) throw alreadySent(workflowId);
    if (error instanceof WorkflowFailedError) throw new CliError(EXIT.failed, wordsOf(error));
    if (!signal.aborted) throw error;
    throw new CliError(
      interrupt.aborted ? EXIT.interrupted : EXIT.unreachable,
      `Not waited for any longer: it is sent if a worker takes it within ${ANSWER_WITHIN_MS / 1000} s of the start. ` +
        `See the workflow ${workflowId}, and \`${program} doctor\`.`,
    );
  }
}

/** @throws CliError where an earlier run has sent it, is about to, or may have */
async function refuseSent(client: Client, workflowId: string): Promise<void> {
  const handle = client.workflow.getHandle(workflowId);
  const state = await handle.describe().then(
    ({ status }) => status.name,
    (error: unknown) => {
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    },
  );
  if (state === null) return;
  if (state === 'RUNNING' || state === 'COMPLETED') throw alreadySent(workflowId);
  const error: unknown = await handle.result().catch((thrown: unknown) => thrown);
  const cause = error instanceof WorkflowFailedError ? error.cause : undefined;
  if (cause instanceof ApplicationFailure && cause.type !== NOTICE_UNPROVED) return;
  throw new CliError(
    EXIT.usage,
    `An earlier try may have sent this notice: ${cause?.message ?? `it was ${state.toLowerCase()}`} Nothing was sent now. See the workflow ${workflowId}.`,
  );
}

const alreadySent = (workflowId: string): CliError =>
  new CliError(
    EXIT.usage,
    `This notice was sent before, or is being sent: see the workflow ${workflowId}, which keeps by whom, when, to whom and what. Nothing was sent now. To send it once more: --again.`,
  );

/** Without words of a worker, none has come to the end of it. */
const wordsOf = ({ cause }: WorkflowFailedError): string =>
  cause instanceof ApplicationFailure
    ? cause.message
    : 'No worker came to the end of it in time: it is not known whether the notice was sent. Ask whoever runs the mail server. If it did not take it, run this again with --again.';
