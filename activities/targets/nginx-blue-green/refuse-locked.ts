/** Planning against a target that another rollback is at work on would plan from a state that won't last. */
import { BackoutFailure, NOTHING_CHANGED } from '../../../src/domain/failure.ts';
import { isDeadProcess, thisProcess } from '../../lock/holder.ts';
import type { LockRecord } from '../../lock/lock.ts';
import type { StepContext } from '../driver.ts';
import type { Ports } from './ports.ts';

/** @throws BackoutFailure AlreadyRunning when another rollback holds the target and has not ended */
export async function refuseLocked(
  { host, lock: { directory } }: Ports,
  lock: LockRecord | null,
  { rollback, isEnded }: Pick<StepContext, 'rollback' | 'isEnded'>,
): Promise<void> {
  if (lock === null || lock.owner === rollback.workflowId) return;
  if (isDeadProcess(lock, thisProcess()) || (await isEnded(lock.owner))) return;
  throw new BackoutFailure('AlreadyRunning', {
    what:
      `${lock.owner} is at work on this target (${lock.step}, asked for by ${lock.by}, from ${lock.host}). ` +
      `It holds ${directory}/lock on ${host.name} until ${new Date(lock.expires * 1000).toISOString()}.`,
    changed: NOTHING_CHANGED,
    next: `Let it finish or end it. If you know that it is dead, start again with \`--take-over ${lock.owner} --take-over-note 'how you know'\`.`,
  });
}
