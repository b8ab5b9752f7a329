/** The watch of a follow-up (requirement J3): check after check, and what each of them changes. */
import { isCancellation } from '@temporalio/workflow';
import { checkAfter } from '../../src/domain/follow-up/state.ts';
import { judgeLook, openTroubles, TROUBLE_NAMES } from '../../src/domain/follow-up/watch.ts';
import type { Seen } from '../../src/domain/follow-up/watch.ts';
import type { RollbackRef } from '../../src/domain/rollback.ts';
import { afterwards } from './activities.ts';
import { describeFailure } from './failures.ts';
import { now } from './follow-up-logbook.ts';
import type { Logbook } from './follow-up-logbook.ts';
import { lockWorkflowId } from './lock.ts';

/** A check may try this long; one that takes longer than the time between two of them would never catch up. */
const CHECK_SECONDS = 300;
const LEAST_SECONDS = 60;

/** The check that was due at `due`, ISO 8601. */
export async function check(log: Logbook, due: string): Promise<void> {
  const seen = await look(log);
  const { watch, changes } = judgeLook(log.state.watch, { ...seen, at: now() });
  log.change({ watch });
  for (const { what, trouble } of changes) {
    const name = TROUBLE_NAMES[trouble.kind];
    log.note(what === 'began' ? `Trouble: ${name}: ${trouble.detail}` : `Over: ${name}`);
    log.tell({ is: what === 'began' ? 'trouble' : 'trouble-over', trouble });
    log.write({ is: what, kind: trouble.kind, times: trouble.times });
  }
  const next = checkAfter(due, log.state.startedAt, log.settings);
  if (seen.is === 'superseded') {
    // Whoever is to be called of what is wrong now is called by that one.
    log.change({ paged: log.state.paged.map((one) => ({ ...one, againAt: null })) });
    endWatch(log, `rollback ${seen.by} came later, and watches on`);
  } else if (next === null) endWatch(log, null);
  // After a worker was away for hours, one check says what many would.
  else log.change({ nextCheckAt: notBefore(log, next) });
}

export function endWatch(log: Logbook, note: string | null): void {
  log.change({ nextCheckAt: null });
  for (const trouble of openTroubles(log.state.watch))
    log.write({ is: 'unwatched', kind: trouble.kind, times: trouble.times });
  log.tick('watched', note);
  log.note(note === null ? 'The watch is over' : `The watch is over: ${note}`);
  if (log.settings.watchHours > 0) log.tell({ is: 'watch-over' });
}

function notBefore({ state, settings }: Logbook, next: string): string | null {
  let at: string | null = next;
  while (at !== null && at <= now()) at = checkAfter(at, state.startedAt, settings);
  return at;
}

async function look({ record, settings, taskQueue, state }: Logbook): Promise<Seen> {
  const { plan, status } = record;
  const rollback: RollbackRef = {
    workflowId: status.workflowId,
    runId: status.runId,
    startedAt: status.startedAt,
    requestedBy: plan.request.requestedBy ?? 'somebody who gave no name',
  };
  const { watch } = state;
  try {
    return await afterwards({
      taskQueue,
      budgetSeconds: Math.min(CHECK_SECONDS, Math.max(LEAST_SECONDS, settings.everyMinutes * 60)),
      summary: `Check ${plan.service}`,
    }).watchService({
      plan,
      rollback,
      lockWorkflowId: lockWorkflowId(plan),
      marks: watch.marks,
      release: watch.release,
      since: watch.last?.at ?? status.trafficSafeAt ?? status.startedAt,
    });
  } catch (error) {
    if (isCancellation(error)) throw error;
    return { is: 'failed', why: describeFailure(error).message };
  }
}
