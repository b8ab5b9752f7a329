/** Starting the release to return to, where it does not run. No traffic moves before it is healthy. */
import { setTimeout as pause } from 'node:timers/promises';
import { describeBlock, unblockCommand } from '../../../src/domain/blocks/words.ts';
import { BackoutFailure } from '../../../src/domain/failure.ts';
import { describeRelease } from '../../../src/domain/plan.ts';
import type { Release } from '../../../src/domain/plan.ts';
import type { HttpAnswer } from '../../http/probe.ts';
import type { DriverProof, StepContext } from '../driver.ts';
import { hold, readMarker } from './hold.ts';
import { describeAnswer, readColour } from './observe.ts';
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
  const running = await requireUnblocked(ports, context);
  return {
    outcome: started === 'started' ? 'done' : 'already',
    proof: `${describeRelease(running.release)} is healthy: ${said}`,
    details: [started === 'started' ? 'it was started' : 'it ran already', ...running.remarks],
  };
}

/**
 * Only now does a release that was stopped tell its version: what planning could not know, or knew of an earlier start.
 * @throws BackoutFailure NoReleaseToReturnTo for a blocked one, unless traffic goes there already, as in a recovery
 */
async function requireUnblocked(
  ports: Ports,
  { from, to, signal }: StepContext,
): Promise<{ release: Release; remarks: string[] }> {
  const { version } = await readColour(ports, to.name, signal);
  if (version === null || version === to.version) return { release: to, remarks: [] };
  const release = { name: to.name, version };
  const { states, problem } = await ports.blocks([version]);
  const state = states[version];
  const isBlocked = state?.state === 'blocked';
  if (isBlocked && from.name !== to.name) {
    throw new BackoutFailure('NoReleaseToReturnTo', {
      what: `${to.name} was started, and it is ${version}, which is blocked. ${describeBlock(state.block)}`,
      changed: `Traffic was not changed by this step; ${to.name} goes on running.`,
      next: `Put a good version in its place and decide \`retry\`; or let this one go (\`${unblockCommand(state.block)}\`) and decide \`retry\`; or \`abort\`.`,
    });
  }
  return {
    release,
    remarks: [
      ...(to.version === null ? [] : [`it is ${version}; the plan was made for ${to.version}`]),
      ...(isBlocked ? [describeBlock(state.block)] : []),
      ...(problem === null ? [] : [problem]),
    ],
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
