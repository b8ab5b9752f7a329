/** Retention (requirement I1): removes records that are kept for long enough. Run daily by a schedule of Temporal's. */
import { ApplicationFailure, isCancellation, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/types.ts';
import { problemsOf, removalRequestSchema } from '../src/domain/records/removal.ts';
import type { Removal } from '../src/domain/records/removal.ts';
import { listProblems } from '../src/domain/request.ts';
import { describeFailure } from './steps/failures.ts';

const records = proxyActivities<Pick<Activities, 'removeOldRecords'>>({
  startToCloseTimeout: '1 hour',
  heartbeatTimeout: '10 seconds',
  // What hinders it now may be over in a while; tomorrow it is tried again anyway.
  retry: {
    initialInterval: '10 seconds',
    backoffCoefficient: 3,
    maximumInterval: '1 hour',
    maximumAttempts: 8,
  },
  summary: 'Remove old records',
});

/**
 * Says of each folder why it went or stays. Fails when one could not be removed that should have been: the others are.
 *
 * Input: nothing, or `{"dryRun": true}`.
 */
export async function removeOldRecords(...input: unknown[]): Promise<Removal> {
  const parsed = removalRequestSchema.safeParse(input[0] ?? {});
  if (input.length > 1 || !parsed.success)
    throw invalid(
      parsed.success ? [`expected one JSON object, got ${input.length}`] : listProblems(parsed.error),
    );
  const removal = await records.removeOldRecords(parsed.data).catch((error: unknown) => {
    throw isCancellation(error)
      ? error
      : ApplicationFailure.create({ ...describeFailure(error, 'records'), nonRetryable: true });
  });
  const problems = problemsOf(removal);
  if (problems === null) return removal;
  const { type, message } = problems;
  throw ApplicationFailure.create({ type, message, nonRetryable: true, details: [removal] });
}

function invalid(problems: string[]): ApplicationFailure {
  return ApplicationFailure.create({
    type: 'InvalidRequest',
    nonRetryable: true,
    message: `Nothing was removed: ${problems.join('; ')}. It takes no input, or {"dryRun": true}.`,
    details: [{ problems }],
  });
}
