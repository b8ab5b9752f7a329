/** One look at a service after its rollback (requirement J3): a quick verification of what serves. Changes nothing. */
import { followUpIdOf } from '../../src/domain/follow-up/id.ts';
import type { Seen } from '../../src/domain/follow-up/watch.ts';
import type { Observation, Plan, Release } from '../../src/domain/plan.ts';
import type { RollbackRef } from '../../src/domain/rollback.ts';
import type { LogMark, VerificationSettings } from '../../src/domain/verification.ts';
import type { Deps } from '../deps.ts';
import type { VerificationTargets } from '../targets/driver.ts';
import { markLogs } from '../verification/log-errors.ts';
import { createVerifier } from '../verification/verifier.ts';
import type { Running } from './activity.ts';
import { describeWorkflow } from '../temporal/describe.ts';
import { driverOf } from './steps.ts';

export type WatchInput = {
  plan: Plan;
  rollback: RollbackRef;
  /** Of the service's lock. */
  lockWorkflowId: string;
  /** Where the logs ended at the last look, and of which release; null at the first. */
  marks: LogMark[] | null;
  release: Release | null;
  /** ISO 8601: the last look, or else when traffic was switched. */
  since: string;
};

/** What does not pass within this time is trouble: a look is no wait for better times. */
const QUICK_SECONDS = 15;

/** @throws BackoutFailure HostUnreachable and its like, when nothing can be said now and trying again may help */
export async function watchService(deps: Deps, input: WatchInput, running: Running): Promise<Seen> {
  const other = await otherRollback(deps, input);
  if (other !== null) return other;
  const driver = driverOf(deps, input);
  const serving = servingOf(await driver.observe(running.signal), input.plan.to);
  const targets = await driver.verificationTargets(serving.release);
  // Before the errors are counted: what comes in between is counted twice rather than never.
  const marks = await markLogs(deps.hosts.get(targets.host), targets.logFiles, running.signal);
  const from = marksFor(targets, input, serving.release);
  const verdict = await createVerifier(deps)({
    settings: quick(input.plan.config.verify, from !== null),
    targets: { ...targets, ...(from === null ? {} : { logMarks: from }) },
    since: input.since,
    ...running,
  });
  const traffic = serving.isAlone
    ? [
        await driver.checkTraffic({
          to: serving.release,
          signal: running.signal,
          isFrozen: targets.passHeaders !== undefined,
        }),
      ]
    : [];
  return { is: 'checked', release: serving.release, checks: [...verdict.checks, ...traffic], marks };
}

/** A rollback that runs moves traffic about; one that came later has a follow-up of its own, which watches. */
async function otherRollback(
  { client }: Deps,
  { lockWorkflowId, rollback }: WatchInput,
): Promise<Seen | null> {
  const lock = await describeWorkflow(client, lockWorkflowId);
  const holder = (lock?.memo?.['holder'] ?? {}) as Partial<RollbackRef>;
  const { workflowId, startedAt } = holder;
  if (lock === null || workflowId === undefined || startedAt === undefined) return null;
  if (workflowId === rollback.workflowId && startedAt === rollback.startedAt) return null;
  if (lock.status.name === 'RUNNING')
    return { is: 'skipped', why: `not checked: rollback ${workflowId} runs` };
  const followUp = await describeWorkflow(client, followUpIdOf({ workflowId, startedAt }));
  return followUp === null || startedAt < rollback.startedAt ? null : { is: 'superseded', by: workflowId };
}

/** The release that serves now: a mended one may have been deployed since. While several do, the one returned to. */
export function servingOf({ releases }: Observation, to: Release): { release: Release; isAlone: boolean } {
  const active = releases.filter(({ configured }) => configured === 'active');
  const [only] = active;
  if (active.length > 1 && active.some(({ name }) => name === to.name))
    return { release: to, isAlone: false };
  if (only === undefined) return { release: to, isAlone: true };
  return { release: { name: only.name, version: only.version }, isAlone: active.length === 1 };
}

/**
 * From where log errors count: where the logs ended at the last look; at the first, where they ended before the switch.
 * Null where nothing tells, as at the first look at a release that was deployed since.
 */
function marksFor(
  { logFiles, logMarks }: VerificationTargets,
  { marks, release, plan }: WatchInput,
  serving: Release,
): LogMark[] | null {
  const known = release?.name === serving.name ? marks : serving.name === plan.to.name ? logMarks : null;
  const covers = logFiles.every((file) => known?.some((mark) => mark.file === file));
  return known === undefined || known === null || !covers ? null : known;
}

/** No steady window, and no long wait. Log errors only where it is known what is new. */
export function quick(
  { health, metrics, logErrors, ...rest }: VerificationSettings,
  countsLogErrors: boolean,
): VerificationSettings {
  const within = <Settings extends { withinSeconds: number }>(settings: Settings): Settings => ({
    ...settings,
    withinSeconds: Math.min(settings.withinSeconds, QUICK_SECONDS),
  });
  return {
    ...rest,
    health: { ...within(health), steadySeconds: 0 },
    ...(metrics === undefined ? {} : { metrics: { ...within(metrics), settleSeconds: 0 } }),
    ...(logErrors === undefined || !countsLogErrors ? {} : { logErrors }),
  };
}
