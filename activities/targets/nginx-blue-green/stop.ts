/** Stopping the faulty release, when nobody needs it any more. */
import { setTimeout as pause } from 'node:timers/promises';
import { BackoutFailure } from '../../../src/domain/failure.ts';
import { describeRelease } from '../../../src/domain/plan.ts';
import type { DriverProof, StepContext } from '../driver.ts';
import { serverErrors } from './answers.ts';
import { hold, readMarker } from './hold.ts';
import type { Ports } from './ports.ts';
import { prove } from './shift.ts';

const ASK_EVERY_MS = 250;

/**
 * Stops `context.from`, once more sure that `context.to` serves, and serves well enough: with the faulty release
 * gone there is no way back.
 * @throws BackoutFailure NotServing when requests say otherwise; nothing was stopped then
 */
export async function stopFaulty(ports: Ports, context: StepContext): Promise<DriverProof> {
  const { from, to } = context;
  const why = await whyNotServing(ports, context);
  if (why !== null) throw notServing(ports, context, why);
  const [marker, serving] = await Promise.all([readMarker(ports), ports.reading.process(to.name).inspect()]);
  const held = await hold(ports, context, { step: 'stop-faulty', logMarks: marker?.logMarks ?? [] });
  const { outcome, pids } = await ports.process(from.name).stop(held.guard, serving.pids);
  const { state, detail } = await ports.process(from.name).inspect();
  await held.note('stopped');
  const how =
    outcome === 'killed'
      ? 'did not end in its time and was killed'
      : outcome === 'stopped'
        ? 'ended'
        : 'ran no more';
  return {
    outcome: outcome === 'already-stopped' ? 'already' : 'done',
    proof: `${describeRelease(from)} ${how}; its process is ${state} (${detail}), ${to.name} goes on serving`,
    details: pids.length === 0 ? [] : [`pids ${pids.join(', ')}`],
  };
}

/** Null when `to` has all the traffic and most of its answers are good; else what is seen, after the probe's time. */
async function whyNotServing(ports: Ports, context: StepContext): Promise<string | null> {
  const giveUpAt = Date.now() + ports.settings.probe.withinSeconds * 1000;
  for (;;) {
    const { why, answers } = await prove(ports, context);
    if (why !== null) return `does not serve: ${why}`;
    const errors = serverErrors(answers);
    if (errors.length * 2 <= answers.length) return null;
    if (Date.now() > giveUpAt) {
      const statuses = [...new Set(errors)].join(', ');
      return `serves badly: ${errors.length} of ${answers.length} answers had a status of 5xx (${statuses})`;
    }
    context.heartbeat(`${context.to.name} answers ${errors[0] ?? '5xx'}`);
    await pause(ASK_EVERY_MS, undefined, { signal: context.signal });
  }
}

function notServing(
  { settings: { probe } }: Ports,
  { from, to }: Pick<StepContext, 'from' | 'to'>,
  why: string,
): BackoutFailure {
  return new BackoutFailure('NotServing', {
    what: `${describeRelease(to)} ${why}, for ${probe.withinSeconds} s.`,
    changed: `This try stopped nothing: ${describeRelease(from)} is as it was. Traffic was not changed by this step.`,
    next:
      `Mend ${to.name} and decide \`retry\`. Or \`skip\` to leave ${from.name} running, ` +
      `or \`abort\` and send traffic back to ${from.name} by hand if it is the lesser evil.`,
  });
}
