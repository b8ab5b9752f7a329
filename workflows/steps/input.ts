/** Validation of what a person, a pipeline or an alert sent. */
import { ApplicationFailure } from '@temporalio/workflow';
import { parseRequest, whyFuture } from '../../src/domain/request.ts';
import type { RollbackRequest } from '../../src/domain/request.ts';

const EXAMPLE = '{"service": "listings", "reason": "5xx since 2.4.1"}';

/** The validated request, or a failure that ends the workflow at once and lists every problem. */
export function requireRequest(input: unknown[]): RollbackRequest {
  if (input.length !== 1) throw invalid([`expected exactly one JSON object, got ${input.length} arguments`]);
  const parsed = parseRequest(input[0]);
  if ('problems' in parsed) throw invalid(parsed.problems);
  const why = whyFuture('releasedAt', parsed.request.releasedAt, Date.now());
  if (why !== null) throw invalid([why]);
  return parsed.request;
}

function invalid(problems: string[]): ApplicationFailure {
  return ApplicationFailure.create({
    type: 'InvalidRequest',
    nonRetryable: true,
    message:
      `The input is not a valid rollback request: ${problems.join('; ')}. ` +
      `Nothing was changed: traffic and data are as they were. Correct it and start again, for example with ${EXAMPLE}`,
    details: [{ problems }],
  });
}
