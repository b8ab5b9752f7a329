/** Follow-up (requirements J2 to J4): the service is watched, tickets are made, and people are reminded until all is done. */
import { ApplicationFailure } from '@temporalio/workflow';
import type { FollowUpResult } from '../src/domain/follow-up/status.ts';
import { FollowUp } from './steps/follow-up.ts';
import type { FollowUpInput } from './steps/follow-up-logbook.ts';

/**
 * Follows a rollback up. Started by each rollback that has changed something, and goes on when that has ended.
 *
 * Ends COMPLETED when the watch is over and everything is ticked, or when nobody is reminded any more.
 */
export async function followUp(...input: unknown[]): Promise<FollowUpResult> {
  const followUp = new FollowUp(requireInput(input));
  followUp.begin();
  for (;;) {
    followUp.checkWhenDue();
    followUp.remindWhenDue();
    followUp.pageAgainWhenDue();
    followUp.pageTellAndWrite();
    if (followUp.isOver) return await followUp.end();
    await followUp.restWhenLong();
    await followUp.untilSomethingIsDue();
  }
}

function requireInput([input]: unknown[]): FollowUpInput {
  const given = input as Partial<FollowUpInput> | undefined;
  if (given?.record !== undefined && given.settings !== undefined && given.taskQueue !== undefined)
    return given as FollowUpInput;
  throw ApplicationFailure.create({
    type: 'InvalidRequest',
    nonRetryable: true,
    message:
      'A follow-up is started by its rollback, and by nobody else. Nothing was changed: traffic and data are as they were.',
  });
}
