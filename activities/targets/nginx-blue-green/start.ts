/** Starting the release to return to, where it does not run. No traffic moves before it is healthy. */
import { setTimeout as pause } from 'node:timers/promises';
import { BackoutFailure } from '../../../src/domain/failure.ts';
import { describeRelease } from '../../../src/domain/plan.ts';
import type { DriverProof, StepContext } from '../driver.ts';
import { hold, readMarker } from './hold.ts';
import { describeAnswer } from './observe.ts';
import type { Ports } from './ports.ts';

const ASK_EVERY_MS = 250;

export async function startPrevious(ports: Ports, context: StepContext): Promise<DriverProof> {
  const { to } = context;
  const marker = await readMarker(ports);
  const held = await hold(ports, context, { step: 'start-previous', logMarks: marker?.logMarks ?? [] });
  const started = await ports.process(to.name).start(held.guard);
  const said = await untilHealthy(ports, context);
  return {
    outcome: started === 'started' ? 'done' : 'already',
    proof: `${describeRelease(to)} is healthy: ${ports.healthPath} ${said}`,
    details: started === 'started' ? ['it was started'] : ['it ran already'],
  };
}

async function untilHealthy(ports: Ports, { to, signal, heartbeat }: StepContext): Promise<string> {
  const { withinSeconds } = ports.environment.verify.health;
  const url = ports.colour(to.name).url + ports.healthPath;
  const giveUpAt = Date.now() + withinSeconds * 1000;
  for (;;) {
    const answer = await ports.http.get(url, { signal });
    const said = describeAnswer(answer);
    if (answer.ok && answer.status >= 200 && answer.status < 300) return said;
    heartbeat(`${url} ${said}`);
    if (Date.now() > giveUpAt) throw notHealthy(ports, to.name, `${url} ${said}`);
    await pause(ASK_EVERY_MS, undefined, { signal });
  }
}

function notHealthy({ environment }: Ports, name: string, said: string): BackoutFailure {
  return new BackoutFailure('NotHealthy', {
    what: `${name} was started but is not healthy after ${environment.verify.health.withinSeconds} s: ${said}.`,
    changed: 'Traffic was not changed.',
    next: `See the log of ${name}. Decide \`retry\` when it is mended, or \`abort\` and return to another release.`,
  });
}
