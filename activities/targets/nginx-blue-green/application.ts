/** The release returned to, around a restore of its database: nothing of the database before may live on in it. */
import { BackoutFailure } from '../../../src/domain/failure.ts';
import { describeRelease } from '../../../src/domain/plan.ts';
import { formatDuration } from '../../../src/domain/report/format.ts';
import type { Guard } from '../../lock/lock.ts';
import type { ReleaseProcess } from '../../process/driver.ts';
import type { ApplicationCommands, DriverProof, StepContext } from '../driver.ts';
import { hold, readMarker } from './hold.ts';
import type { Ports } from './ports.ts';
import { prove } from './shift.ts';
import { untilHealthy } from './start.ts';

/** What would be done to it, as people read it in the plan. Changes nothing. */
export async function applicationCommands(ports: Ports, to: string): Promise<ApplicationCommands> {
  const process = ports.reading.process(to);
  const stopAll = coloursOf(ports).flatMap((name) => ports.process(name).describe().stop);
  return { ...process.describe(), stopAll, whyNotStartable: await process.whyNotStartable() };
}

const coloursOf = ({ settings }: Ports): string[] => Object.keys(settings.colours);

/**
 * Stops every colour, one after the other, whatever traffic says.
 * @throws BackoutFailure StillRunning, PermissionDenied
 */
export async function stopApplication(ports: Ports, context: StepContext): Promise<DriverProof> {
  const marker = await readMarker(ports);
  const held = await hold(ports, context, { step: 'stop-application', logMarks: marker?.logMarks ?? [] });
  const details: string[] = [];
  for (const name of coloursOf(ports)) {
    context.heartbeat(`stopping ${name}`);
    const { outcome, pids } = await ports.process(name).stop(held.guard);
    if (outcome !== 'already-stopped')
      details.push(`${name} ${outcome} (pids ${pids.join(', ') || 'unknown'})`);
  }
  return {
    outcome: details.length === 0 ? 'already' : 'done',
    proof: `${coloursOf(ports).join(' and ')} are stopped: requests fail until ${context.to.name} is started again`,
    details,
  };
}

/**
 * Its process is younger than the restore, or is made so. Both times are durations, by one clock each: how long ago the
 * restore was done by Temporal's, how old the process is by its host's.
 * @throws BackoutFailure DidNotStart, NotHealthy; ProofFailed while nginx does not reach it
 */
export async function restartApplication(
  ports: Ports,
  context: StepContext & { since: string },
): Promise<DriverProof> {
  const { to, since, scheduledAt } = context;
  const process = ports.process(to.name);
  const [marker, age] = await Promise.all([readMarker(ports), process.age()]);
  const isYounger = age !== null && age < scheduledAt - new Date(since).getTime();
  const held = await hold(ports, context, { step: 'restart-application', logMarks: marker?.logMarks ?? [] });
  const began = Date.now();
  const ended = isYounger ? false : await endProcess(process, held.guard);
  if (!isYounger) await process.start(held.guard);
  await untilHealthy(ports, context, {
    paths: ports.environment.verify.health.paths,
    changed: `Traffic was not changed, it goes to ${to.name}. No data was changed by this step.`,
  });
  await requireReached(ports, context);
  const { pids } = await process.inspect();
  return {
    outcome: isYounger ? 'already' : 'done',
    proof: `${describeRelease(to)} was started after the restore, is healthy, and answers through nginx`,
    details: [
      `process ${pids.join(', ') || 'of unknown number'}`,
      ...(isYounger
        ? []
        : [`${ended ? 'restarted' : 'started'} within ${formatDuration(Date.now() - began)}`]),
    ],
  };
}

/** @returns whether there was something to end */
export async function endProcess(process: ReleaseProcess, guard: Guard): Promise<boolean> {
  const began = Date.now();
  try {
    return (await process.stop(guard)).outcome !== 'already-stopped';
  } catch (error) {
    if (!(error instanceof BackoutFailure) || error.type !== 'StillRunning') throw error;
    // Ended, and started again by whatever watches over it: that is a restart, too.
    const age = await process.age();
    if (age === null || age >= Date.now() - began) throw error;
    return true;
  }
}

/** nginx may leave a server alone for some seconds that refused a connection: this is tried again for as long. */
async function requireReached(ports: Ports, context: StepContext): Promise<void> {
  const { why } = await prove(ports, context, { until: context.endsAt });
  if (why === null) return;
  throw new BackoutFailure('ProofFailed', {
    what: `${describeRelease(context.to)} runs and is healthy, but is not reached through nginx: ${why}.`,
    changed: 'The site file was not changed. No data was changed by this step.',
    next: 'See the error log of nginx, then decide `retry`: what runs already is not restarted again.',
  });
}
