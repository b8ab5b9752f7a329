/** The activities that perform a rollback's steps: they find the driver and the incident folder, and call them. */
import { parsePartial } from '../../src/domain/partial/record.ts';
import { describeRelease } from '../../src/domain/plan.ts';
import type { StepResult } from '../../src/domain/rollback.ts';
import type { Verdict } from '../../src/domain/verification.ts';
import type { Deps } from '../deps.ts';
import { openIncident } from '../incident/open.ts';
import type { EvidenceSink } from '../incident/folder.ts';
import { createDriver } from '../targets/index.ts';
import type { DriverProof, StepContext, TargetDriver, VerificationTargets } from '../targets/driver.ts';
import type { StepInput } from '../types.ts';
import { createVerifier } from '../verification/verifier.ts';
import type { Running } from './activity.ts';
import { heirOf } from './good-enough.ts';
import { endedOwners } from './lock.ts';

/** The driver that a plan is for, with the plan's own frozen configuration. */
export function driverOf(deps: Deps, { plan }: Pick<StepInput, 'plan'>): TargetDriver {
  return createDriver(deps, plan);
}

/** The incident folder of a rollback; made by whichever step comes first. */
export async function sinkOf(deps: Deps, { rollback }: Pick<StepInput, 'rollback'>): Promise<EvidenceSink> {
  return await openIncident(deps.incidents.directory, rollback);
}

/** What a driver's step is given. */
export function contextOf(deps: Deps, { plan, rollback }: StepInput, running: Running): StepContext {
  return {
    from: plan.from,
    to: plan.to,
    observed: plan.observed,
    rollback,
    ...heirOf(plan),
    ...running,
    isEnded: isEnded(deps, plan.request.takeOver?.owner),
    lives: deps.lives,
    isFrozen: plan.request.dataCorruption,
  };
}

/** Has another rollback ended? A person's word counts as much as Temporal's. */
export function isEnded(deps: Deps, takenOver: string | undefined): (owner: string) => Promise<boolean> {
  return async (owner) => owner === takenOver || (await endedOwners(deps.client, [owner])).length > 0;
}

/** A driver's proof, with the time and the evidence. */
export function asResult(
  proof: DriverProof,
  sink?: EvidenceSink & { files: StepResult['evidence'] },
): StepResult {
  return {
    ...proof,
    provedAt: new Date().toISOString(),
    ...(sink === undefined ? {} : { incidentFolder: sink.folder, evidence: sink.files ?? [] }),
  };
}

/** A sink that remembers what was written to it. */
export function remembering(
  sink: EvidenceSink,
): EvidenceSink & { files: NonNullable<StepResult['evidence']> } {
  const files: NonNullable<StepResult['evidence']> = [];
  const kept = async (file: ReturnType<EvidenceSink['add']>) => {
    const written = await file;
    files.push(written);
    return written;
  };
  return {
    folder: sink.folder,
    path: (name) => sink.path(name),
    write: (name, content) => kept(sink.write(name, content)),
    add: (name, options) => kept(sink.add(name, options)),
    files,
  };
}

/** Is the release healthy, and do its pages answer? What takes long or needs traffic is left to `verify`. */
export async function checkRelease(
  deps: Deps,
  input: StepInput & { since: string },
  running: Running,
): Promise<StepResult> {
  const { metrics: _metrics, logErrors: _logErrors, ...settings } = input.plan.config.verify;
  const config = { ...input.plan.config, verify: settings };
  return await verify(deps, { ...input, plan: { ...input.plan, config } }, running);
}

/** Checks of the release itself and of where traffic goes, side by side. A check that fails is a result. */
export async function verify(
  deps: Deps,
  input: StepInput & { since: string },
  running: Running,
): Promise<StepResult> {
  const driver = driverOf(deps, input);
  const { to, config } = input.plan;
  const targets = withPartialMarks(input, {
    targets: await driver.verificationTargets(to),
    record: input.plan.partial === undefined ? null : await driver.partialRecord(),
  });
  const { metrics, ...withoutMetrics } = config.verify;
  const isFrozen = input.plan.request.dataCorruption;
  const verdict = await createVerifier(deps)({
    // While it is frozen there is no traffic that metrics could tell of.
    settings: isFrozen ? withoutMetrics : config.verify,
    targets,
    since: input.since,
    ...running,
  });
  // Last, so that it covers what happened meanwhile.
  const traffic = isShared(input.plan) ? [] : [await driver.checkTraffic(contextOf(deps, input, running))];
  const checks = [...verdict.checks, ...traffic];
  const whole: Verdict = {
    ...verdict,
    checks,
    passed: checks.every(({ passed }) => passed),
    finishedAt: new Date().toISOString(),
  };
  return {
    outcome: 'done',
    proof: verdictSentence(whole, describeRelease(to)),
    details: isFrozen && metrics !== undefined ? [METRICS_UNJUDGED] : [],
    provedAt: whole.finishedAt,
    verdict: whole,
  };
}

/** A partial rollback leaves traffic where it is, also where that is with several releases. */
function isShared({ partial, observed }: StepInput['plan']): boolean {
  return (
    partial !== undefined && observed.releases.filter(({ configured }) => configured === 'active').length > 1
  );
}

/** The marks of the last change of what the release reads, in place of those of an earlier switch of traffic. */
function withPartialMarks(
  { plan, rollback }: StepInput,
  { targets, record }: { targets: VerificationTargets; record: string | null },
): VerificationTargets {
  if (plan.partial === undefined) return targets;
  const { logMarks: _ofTraffic, ...others } = targets;
  const { logs } = parsePartial(record);
  return logs?.by === rollback.workflowId ? { ...others, logMarks: logs.marks } : others;
}

const METRICS_UNJUDGED =
  'Metrics were NOT judged: no traffic came while it was frozen. Look at them once it is lifted.';

function verdictSentence({ checks }: Verdict, release: string): string {
  const failed = checks.filter(({ passed }) => !passed);
  if (failed.length === 0) return `${release} passed all ${checks.length} checks`;
  return `${release} failed ${failed.length} of ${checks.length} checks: ${failed.map(({ name, detail }) => `${name}: ${detail}`).join('; ')}`;
}
