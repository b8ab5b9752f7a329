/** Starting the release to return to, where it does not run. No traffic moves before it is healthy. */
import { setTimeout as pause } from 'node:timers/promises';
import { BackoutFailure } from '../../../src/domain/failure.ts';
import { describeRelease } from '../../../src/domain/plan.ts';
import type { HttpAnswer } from '../../http/probe.ts';
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
  const said = await untilHealthy(ports, context, {
    paths: [ports.healthPath],
    changed: 'Traffic was not changed.',
  });
  return {
    outcome: started === 'started' ? 'done' : 'already',
    proof: `${describeRelease(to)} is healthy: ${said}`,
    details: started === 'started' ? ['it was started'] : ['it ran already'],
  };
}

type Healthy = { paths: string[]; changed: string };

/**
 * Until all paths of the release itself answer 2xx in one round.
 * @returns what they answered
 * @throws BackoutFailure NotHealthy
 */
export async function untilHealthy(
  ports: Ports,
  { to, signal, heartbeat }: StepContext,
  { paths, changed }: Healthy,
): Promise<string> {
  const { withinSeconds } = ports.environment.verify.health;
  const { url } = ports.colour(to.name);
  const giveUpAt = Date.now() + withinSeconds * 1000;
  for (;;) {
    const answers = await Promise.all(paths.map((path) => ports.http.get(url + path, { signal })));
    const said = answers.map((answer, index) => `${paths[index] ?? ''} ${describeAnswer(answer)}`);
    const sick = said.filter((_, index) => !isHealthy(answers[index]));
    if (sick.length === 0) return said.join(', ');
    heartbeat(`${url}: ${sick.join(', ')}`);
    if (Date.now() > giveUpAt)
      throw notHealthy(ports, to.name, { said: `${url}: ${sick.join(', ')}`, changed });
    await pause(ASK_EVERY_MS, undefined, { signal });
  }
}

const isHealthy = (answer: HttpAnswer | undefined): boolean =>
  answer?.ok === true && answer.status >= 200 && answer.status < 300;

function notHealthy(
  { environment }: Ports,
  name: string,
  { said, changed }: { said: string; changed: string },
): BackoutFailure {
  return new BackoutFailure('NotHealthy', {
    what: `${name} was started but is not healthy after ${environment.verify.health.withinSeconds} s: ${said}.`,
    changed,
    next: `See the log of ${name}. Decide \`retry\` when it is mended, or \`abort\` and return to another release.`,
  });
}
