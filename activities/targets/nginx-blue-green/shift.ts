/** Moving the traffic, and proving by requests that it has moved. */
import { BackoutFailure } from '../../../src/domain/failure.ts';
import type { FailureParts } from '../../../src/domain/failure.ts';
import { describeRelease } from '../../../src/domain/plan.ts';
import type { Colour } from '../../../src/domain/targets/nginx-blue-green.ts';
import type { HttpAnswer } from '../../http/probe.ts';
import type { SiteFile } from '../../nginx/driver.ts';
import { markLogs } from '../../verification/log-errors.ts';
import type { DriverProof, StepContext } from '../driver.ts';
import { serverErrors, whyNotProof } from './answers.ts';
import { passHeaders, readFreeze } from './freeze.ts';
import { hold, readMarker } from './hold.ts';
import type { Held } from './hold.ts';
import type { Ports } from './ports.ts';

/** Asked at once; more only when a proof needs more. */
const REQUESTS_PER_ROUND = 10;

/** Kept back of the step's time, to put the old file back when there is no proof. */
const PUT_BACK_MS = 3000;

/**
 * Sends all traffic to `context.to`. Safe to run again at any point: what is as wanted already is left alone, and
 * the proof is always read anew.
 * @throws BackoutFailure ProofFailed when requests don't show the switch; the site file is then back as it was
 */
export async function shiftTraffic(ports: Ports, context: StepContext): Promise<DriverProof> {
  const { from, to, rollback, signal } = context;
  const [site, dump, marker, marks] = await Promise.all([
    ports.reading.nginx.read(),
    ports.reading.nginx.dump(),
    readMarker(ports),
    markLogs(ports.reading.host, logFiles(ports.colour(to.name)), signal),
  ]);
  const { text, changes } = ports.nginx.shifted(site, to.name);
  const begunBefore = marker?.owner === rollback.workflowId && marker.phase !== 'ended';
  const logMarks = begunBefore ? marker.logMarks : marks;
  const held = await hold(ports, context, { step: 'shift-traffic', phase: 'shifting', logMarks });
  const proof = `${ports.settings.probe.answers} answers in a row from ${ports.settings.probe.url}, each on a new connection, came from ${describeRelease(to)}`;
  const before = changes.length === 0 ? await prove(ports, context, { rounds: 1 }) : null;
  if (before?.why === null) {
    await held.note('shifted');
    return {
      outcome: begunBefore ? 'done' : 'already',
      proof,
      details: ['the site file had the wanted content already', quality(before)],
    };
  }
  const changed = await ports.nginx.apply({ site, text, dump, guard: held.guard });
  context.heartbeat('nginx reloaded, waiting for the proof');
  const after = await prove(ports, context, { until: context.endsAt - PUT_BACK_MS });
  if (after.why !== null) {
    const mayPutBack = changed || begunBefore;
    throw new BackoutFailure(
      'ProofFailed',
      await putBack(ports, { from, to }, { held, site, why: after.why, mayPutBack }),
    );
  }
  await held.note('shifted');
  return { outcome: 'done', proof, details: [...changes, quality(after)] };
}

/** Null where it is proved, else why not; and the answers in a row that show it. */
export type Proof = { why: string | null; answers: HttpAnswer[] };

/**
 * Asks until enough answers in a row prove the switch.
 * @returns why not, when time (or the given number of rounds) is up, after one round at least
 */
export async function prove(
  ports: Ports,
  { to, signal, isFrozen }: Pick<StepContext, 'to' | 'signal' | 'isFrozen'>,
  { rounds = Infinity, until = Infinity }: { rounds?: number; until?: number } = {},
): Promise<Proof> {
  const { probe } = ports.settings;
  const giveUpAt = Math.min(Date.now() + probe.withinSeconds * 1000, until);
  const pass = isFrozen ? passHeaders(await readFreeze(ports)) : {};
  let inARow: HttpAnswer[] = [];
  let why = 'nothing was asked';
  for (let round = 1; ; round++) {
    signal.throwIfAborted();
    const wanted = Math.min(REQUESTS_PER_ROUND, probe.answers - inARow.length);
    for (const answer of await ports.front(wanted, signal, pass)) {
      const objection = whyNotProof(answer, ports.settings, to.name);
      inARow = objection === null ? [...inARow, answer] : [];
      why = objection ?? why;
    }
    if (inARow.length >= probe.answers) return { why: null, answers: inARow };
    if (round >= rounds || Date.now() > giveUpAt) return { why, answers: inARow };
  }
}

/** What the proof does not judge: traffic must leave the faulty release, however the other one answers. */
const quality = ({ answers }: Proof) =>
  `${serverErrors(answers).length} of these ${answers.length} answers had a status of 5xx`;

/** Undoes the change of the site file, and says in whole sentences what the state is now. */
async function putBack(
  ports: Ports,
  { from, to }: Pick<StepContext, 'from' | 'to'>,
  { held, site, why, mayPutBack }: { held: Held; site: SiteFile; why: string; mayPutBack: boolean },
): Promise<FailureParts> {
  const { probe } = ports.settings;
  const what = `The switch to ${describeRelease(to)} could not be proved within ${probe.withinSeconds} s: ${why}.`;
  const next = `Look at ${probe.url}, at the error log of nginx, and at ${to.name} itself.`;
  if (!mayPutBack) {
    return { what, changed: 'The site file had the wanted content before and was not changed.', next };
  }
  try {
    const restored = await ports.nginx.putBack(site, held.guard);
    const changed = restored
      ? `The site file was put back and nginx reloaded: traffic goes to ${describeRelease(from)} again.`
      : 'There is no copy to put back: the site file has the new content.';
    return { what, changed, next };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return {
      what,
      changed: `The site file could NOT be put back, traffic may go to either release: ${reason}`,
      next: `${next} Put the file back by hand if need be: its copy lies beside it, as .NAME.backout-bak.`,
    };
  }
}

/** The log files of a colour; journal units are counted by time instead. */
export function logFiles({ logs }: Colour): string[] {
  return logs.flatMap((log) => ('file' in log ? [log.file] : []));
}
