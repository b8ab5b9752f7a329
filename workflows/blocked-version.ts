/**
 * A version that must not be deployed (requirement J1). While this workflow runs, it is blocked.
 *
 * It does nothing else: whoever asks (`backout gate`, planning) asks the server whether it runs, which needs no worker.
 */
import {
  ApplicationFailure,
  CancellationScope,
  condition,
  setCurrentDetails,
  workflowInfo,
} from '@temporalio/workflow';
import { blockSchema, blockWorkflowId } from '../src/domain/blocks/block.ts';
import { describeBlock, unblockCommand } from '../src/domain/blocks/words.ts';
import { listProblems } from '../src/domain/request.ts';

/**
 * Runs until it is terminated: `backout unblock` does that, with a reason and a person. Cancelling it does nothing.
 *
 * Input: one JSON object, see `blockSchema`. Its ID must be the one that the input has, or nobody would find it.
 */
export async function blockedVersion(...input: unknown[]): Promise<void> {
  const parsed = blockSchema.safeParse(input[0]);
  if (input.length !== 1 || !parsed.success)
    throw invalid(
      parsed.success ? [`expected one JSON object, got ${input.length}`] : listProblems(parsed.error),
    );
  const place = { ...parsed.data, environment: parsed.data.environment ?? null };
  const wanted = blockWorkflowId(place);
  const { workflowId, startTime } = workflowInfo();
  if (workflowId !== wanted) throw invalid([`its workflow ID must be ${wanted}`]);
  const block = { ...place, rollback: place.rollback ?? null, since: startTime.toISOString() };
  setCurrentDetails(
    [
      `**BLOCKED.** ${describeBlock(block)}`,
      'It stays so until a person lets it go, with a reason:',
      `    ${unblockCommand(block)}`,
    ].join('\n\n'),
  );
  await CancellationScope.nonCancellable(() => condition(() => false));
}

function invalid(problems: string[]): ApplicationFailure {
  return ApplicationFailure.create({
    type: 'InvalidRequest',
    nonRetryable: true,
    message: `This blocks nothing: ${problems.join('; ')}. Use \`backout block SERVICE VERSION --reason WHY\`.`,
    details: [{ problems }],
  });
}
