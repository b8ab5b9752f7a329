/** The release that serves, for what changes flags or configuration that it reads, and moves no traffic. */
import { BackoutFailure, NOTHING_CHANGED } from '../../../src/domain/failure.ts';
import { describeRelease } from '../../../src/domain/plan.ts';
import type { ObservedRelease } from '../../../src/domain/plan.ts';
import { PARTIAL } from '../../../src/domain/partial/record.ts';
import type { Changing, Serving, StepContext } from '../driver.ts';
import { FREEZE, parseFreeze } from '../freeze.ts';
import { applicationCommands } from './application.ts';
import { refuseFrozen } from './freeze.ts';
import { hold, readMarker } from './hold.ts';
import { readLive } from './observe.ts';
import type { Ports } from './ports.ts';
import { refuseLocked } from './refuse-locked.ts';

/** Reads the live state. Changes nothing. @throws BackoutFailure AlreadyRunning, AmbiguousState */
export async function readServing(
  ports: Ports,
  context: Pick<StepContext, 'rollback' | 'isEnded' | 'signal'>,
): Promise<Serving> {
  const live = await readLive(ports, context.signal);
  await refuseLocked(ports, live.state.lock, context);
  refuseFrozen(parseFreeze(live.state.records[FREEZE]), false);
  const { release, others } = mostServing(live.releases);
  const warnings =
    others.length === 0
      ? []
      : [
          `${others.map(describeRelease).join(' and ')} serves, too: only ${describeRelease(release)} is verified by itself.`,
        ];
  return {
    to: { name: release.name, version: release.version },
    observed: live.observation,
    site: ports.settings.site,
    record: live.state.records[PARTIAL] ?? null,
    warnings,
    application: async (name) => await applicationCommands(ports, name),
  };
}

/** Takes the target's lock for changes of what a release reads. The record of a rollback of traffic is left alone. */
export async function beginChange(ports: Ports, context: StepContext, step: string): Promise<Changing> {
  const marker = await readMarker(ports);
  const { guard } = await hold(ports, context, { step, logMarks: marker?.logMarks ?? [] });
  return {
    guard,
    record: await readPartial(ports),
    write: async (json) => await ports.lock.writeRecord(guard, { name: PARTIAL, json }),
  };
}

/** What partial rollbacks have left, as it stands there. */
export async function readPartial(ports: Ports): Promise<string | null> {
  const { records } = await ports.reading.lock.readState();
  return records[PARTIAL] ?? null;
}

/** By the configuration, and where that names several by the answers: also while no release answers. */
function mostServing(releases: ObservedRelease[]): { release: ObservedRelease; others: ObservedRelease[] } {
  const active = releases.filter(({ configured }) => configured === 'active');
  const [release, ...others] = active.sort((a, b) => (b.answerShare ?? 0) - (a.answerShare ?? 0));
  if (release !== undefined) return { release, others };
  throw new BackoutFailure('AmbiguousState', {
    what: `The configuration of nginx sends requests to no release: ${releases.map((one) => `${describeRelease(one)} is ${one.configured}`).join(', ')}.`,
    changed: NOTHING_CHANGED,
    next: 'Send traffic to a release first: `backout recover SERVICE`, or by hand.',
  });
}
