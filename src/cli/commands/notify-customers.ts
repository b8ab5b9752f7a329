/** `backout notify-customers`: a person says that customers are told of what was lost. */
import { noticeIdOf } from '../../domain/customer-notice/sending.ts';
import { FILES } from '../../domain/report/files.ts';
import { CliError, refusedMessage, usageError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { whoAmI } from '../identity.ts';
import type { Io } from '../io.ts';
import type { GlobalOptions } from '../program.ts';
import { requireYes } from '../require-yes.ts';
import { askStatus } from '../temporal/ask-status.ts';
import { withTemporal } from '../temporal/connect.ts';
import { onRollback } from '../temporal/not-found.ts';
import { sendNotice } from '../temporal/send-notice.ts';

export type NotifyOptions = GlobalOptions & {
  workflowId: string;
  by?: string;
  again?: boolean;
  yes?: boolean;
};

const ANSWER_WITHIN_MS = 5000;

export async function notifyCustomers(
  { workflowId, again = false, yes = false, ...options }: NotifyOptions,
  io: Io,
): Promise<number> {
  if (!yes && io.ask === undefined)
    throw usageError('There is nobody to ask: add --yes to tell customers without a question.');
  const by = whoAmI(options.by, io.env);
  return await withTemporal({ ...options, workflowId }, io, (session) =>
    onRollback(session, workflowId, async () => {
      const status = await askStatus(session.client, { workflowId }, ANSWER_WITHIN_MS);
      if (status === null)
        throw new CliError(
          EXIT.unreachable,
          `No worker answered for ${workflowId} within ${ANSWER_WITHIN_MS / 1000} s. Nothing was sent. Start a worker with \`${session.program} worker\`.`,
        );
      const { plan, incidentFolder, startedAt, outcome } = status;
      if (plan === null || incidentFolder === null || outcome === null)
        throw refusedMessage(
          `The rollback ${workflowId} has no report yet: the notice is drafted with it. Nothing was sent.`,
        );
      const { service, environment } = plan;
      if (!yes) {
        io.out(
          `This tells customers of ${service} in ${environment}: ${incidentFolder}/${FILES.customerNotice} on the worker, as it is now, goes to the addresses under \`customerNotice\`.\n`,
        );
        await requireYes(io);
      }
      const request = { rollback: { workflowId, startedAt }, service, environment, incidentFolder, by };
      const sent = await sendNotice(session, request, { again, interrupt: io.signal });
      io.out(
        `Sent by ${sent.by} at ${sent.at} to ${sent.to.join(', ')}: “${sent.notice.subject}”.\n  The mail server said:  ${sent.receipt}\n  What was sent stands in the workflow ${noticeIdOf(request.rollback)}.\n`,
      );
      return EXIT.ok;
    }),
  );
}
