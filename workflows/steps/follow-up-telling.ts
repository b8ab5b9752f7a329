/** The messages of a follow-up, and its record. What can't be sent or written is noted, and holds nothing up. */
import { isCancellation, workflowInfo } from '@temporalio/workflow';
import type { FollowUpMoment } from '../../src/domain/follow-up/announcement.ts';
import { openItems } from '../../src/domain/follow-up/items.ts';
import { afterwards } from './activities.ts';
import { describeFailure } from './failures.ts';
import type { Logbook } from './follow-up-logbook.ts';

const MESSAGE_SECONDS = 3600;
const RECORD_SECONDS = 600;

/** The message that waits for longest. */
export async function tellNext(log: Logbook): Promise<void> {
  const [moment] = log.state.messages;
  if (moment === undefined) return;
  const current = stillTrue(log, moment);
  if (current !== null) await tellAll(log, current);
  log.change({ messages: log.state.messages.slice(1) });
  if (moment.is === 'watch-over') await writeRecord(log);
}

/** A reminder that has waited speaks of what is open by now; null where nothing is. */
function stillTrue({ state }: Logbook, moment: FollowUpMoment): FollowUpMoment | null {
  if (moment.is !== 'reminder') return moment;
  const open = openItems(state.items).map(({ name }) => name);
  const items = moment.items.filter(({ name }) => open.includes(name));
  return items.length === 0 ? null : { ...moment, items };
}

/** To everybody who is to hear it. */
export async function tellAll(log: Logbook, moment: FollowUpMoment): Promise<void> {
  const message = log.nextMessage(moment);
  const sent = await Promise.allSettled(
    log.waysOf(moment).recipients.map((channel) =>
      afterwards({
        taskQueue: workflowInfo().taskQueue,
        budgetSeconds: MESSAGE_SECONDS,
        summary: `Tell people: ${moment.is}`,
      }).announceFollowUp({ channel, message }),
    ),
  );
  for (const attempt of sent) {
    if (attempt.status === 'fulfilled') continue;
    if (isCancellation(attempt.reason)) throw attempt.reason;
    log.note(`Not everybody was told (${moment.is}): ${describeFailure(attempt.reason).message}`);
  }
}

/** FOLLOW_UP.md, beside the report. */
export async function writeRecord(log: Logbook): Promise<void> {
  const { record, status, taskQueue } = log;
  try {
    await afterwards({
      taskQueue,
      budgetSeconds: RECORD_SECONDS,
      summary: 'Write FOLLOW_UP.md',
    }).writeFollowUp({ record, status });
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.problem(`FOLLOW_UP.md could not be written. ${describeFailure(error).message}`);
  }
}
