/** Sends the customer notice of a rollback, because a person says so, and once. Its history keeps what was sent, and to whom. */
import {
  ActivityFailure,
  ApplicationFailure,
  isCancellation,
  proxyActivities,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { Activities } from '../activities/types.ts';
import { NOTICE_UNPROVED } from '../src/domain/customer-notice/sending.ts';
import type { NoticeRequest, NoticeSent } from '../src/domain/customer-notice/sending.ts';
import type { FailureParts } from '../src/domain/failure.ts';
import { rollbackRequestSchema } from '../src/domain/request.ts';
import { configuration, onTarget } from './steps/activities.ts';
import { asWorkflowFailure, describeFailure } from './steps/failures.ts';

const READ_BUDGET_SECONDS = 20;

const { sendCustomerNotice } = proxyActivities<Pick<Activities, 'sendCustomerNotice'>>({
  scheduleToCloseTimeout: '2 minutes',
  heartbeatTimeout: '10 seconds',
  // Customers get it once: a worker that dies while it sends leaves the question to a person.
  retry: { maximumAttempts: 1 },
  summary: 'Send the customer notice',
});

/** Nothing was handed to a mail server: saying so again is safe. */
const SURELY_NOT_SENT = ['InvalidConfiguration', 'MessageRefused', 'UnknownService'];

export async function notifyCustomers(request: NoticeRequest): Promise<NoticeSent> {
  const { service, environment } = request;
  try {
    const { taskQueue } = await configuration.resolveService(
      rollbackRequestSchema.parse({ service, environment, reason: 'customer notice' }),
    );
    // The folder is on the worker that did the rollback.
    const { readCustomerNotice } = onTarget({
      taskQueue,
      budgetSeconds: READ_BUDGET_SECONDS,
      summary: 'Read the customer notice',
    });
    const notice = await readCustomerNotice(request);
    return await sendCustomerNotice({ ...request, notice }).catch((error: unknown) => {
      throw unproved(error);
    });
  } catch (error) {
    throw error instanceof ApplicationFailure || isCancellation(error) ? error : asWorkflowFailure(error);
  }
}

function unproved(error: unknown): unknown {
  if (SURELY_NOT_SENT.includes(describeFailure(error).type)) return error;
  return ApplicationFailure.create({
    type: NOTICE_UNPROVED,
    nonRetryable: true,
    message:
      `It is not known whether the notice was sent: ${whyUnproved(error)} Backout does not try again by itself, since customers would get it ` +
      'twice. Traffic and data were not changed by this. Ask whoever runs the mail server whether it took it. If it did not, say so again with --again.',
  });
}

/** What happened, without what failures of other messages say of trying again. */
function whyUnproved(error: unknown): string {
  if (error instanceof ActivityFailure) return whyUnproved(error.cause);
  if (error instanceof TimeoutFailure)
    return error.timeoutType === 'HEARTBEAT'
      ? 'the worker that was sending it stopped answering.'
      : 'no worker came to the end of it in time.';
  const [parts] = (error instanceof ApplicationFailure ? error.details : undefined) ?? [];
  return (parts as FailureParts | undefined)?.what ?? describeFailure(error).message;
}
