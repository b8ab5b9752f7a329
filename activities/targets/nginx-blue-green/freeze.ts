/** Holding the requests of a service before it, with a maintenance answer, and letting them through again. */
import { randomBytes } from 'node:crypto';
import { BackoutFailure, NOTHING_CHANGED } from '../../../src/domain/failure.ts';
import { takeOverOptions } from '../../../src/domain/freeze.ts';
import { formatTime } from '../../../src/domain/report/format.ts';
import type { HttpAnswer } from '../../http/probe.ts';
import type { Guard } from '../../lock/lock.ts';
import {
  hasMaintenance,
  PASS_HEADER,
  RETRY_AFTER_SECONDS,
  withMaintenance,
  withoutMaintenance,
} from '../../nginx/maintenance.ts';
import type { DriverProof, FreezeContext } from '../driver.ts';
import { FREEZE, parseFreeze } from '../freeze.ts';
import type { FreezeRecord } from '../freeze.ts';
import { whoAnswered } from './answers.ts';
import type { Ports } from './ports.ts';

/** Longer than any command here may take: an expired lock is free for others to take. */
const TTL_SECONDS = 300;

/**
 * Every server block that passes to the upstream answers 503 from now on. Safe to run again. An earlier freeze that
 * nobody has lifted is gone on with.
 * @throws BackoutFailure ProofFailed when answers don't show it: the maintenance answer stays in the file
 */
export async function holdRequests(ports: Ports, context: FreezeContext): Promise<DriverProof> {
  const [site, dump, earlier] = await Promise.all([
    ports.reading.nginx.read(),
    ports.reading.nginx.dump(),
    readFreeze(ports),
  ]);
  const { workflowId: owner, requestedBy } = context.rollback;
  const { token, by, reason, at } = earlier ?? begun(context, requestedBy);
  const text = withMaintenance(site.text, ports.settings, { owner, token });
  // Before anything is touched: whoever finds half of it knows whose it is.
  const held = await acquire(ports, context, { owner, by, reason, token, at });
  const changed = await ports.nginx.apply({ site, text, dump, guard: held.guard });
  const answers = await prove(ports, context, (answer) => whyNotHeld(ports, answer));
  await held.note('held');
  await ports.lock.release(held.guard);
  const said = answers.some((answer) => answer.ok && answer.headers['retry-after'] !== undefined)
    ? `with Retry-After: ${RETRY_AFTER_SECONDS}`
    : 'without Retry-After: a page of its own for 503 does not pass it on';
  return {
    outcome: changed ? 'done' : 'already',
    proof: `${answers.length} answers in a row from ${ports.settings.probe.url}, each on a new connection, were 503 from nginx itself`,
    details: [
      `a maintenance answer is in ${site.realPath}, ${said}`,
      ...(earlier === null || earlier.owner === owner
        ? []
        : [`${earlier.by} froze it first, at ${formatTime(earlier.at)} (${earlier.owner})`]),
      'connections that were open may finish the request that they are in',
    ],
  };
}

/**
 * The maintenance answer is out of the site file, which is otherwise as it is. Safe to run again. The freeze ends with it
 * where writes are lifted, too.
 * @throws BackoutFailure AlreadyRunning while the freeze that holds them goes on; SiteFileChanged when somebody has edited it; ProofFailed when answers are still held
 */
export async function liftRequests(ports: Ports, context: FreezeContext): Promise<DriverProof> {
  const [site, dump, earlier] = await Promise.all([
    ports.reading.nginx.read(),
    ports.reading.nginx.dump(),
    readFreeze(ports),
  ]);
  if (earlier === null && !hasMaintenance(site.text)) {
    return { outcome: 'already', proof: 'No maintenance answer is in the site file', details: [] };
  }
  await refuseHeld(earlier, context);
  const text = withoutMaintenance(site.text, ports.settings);
  const { workflowId: owner, requestedBy } = context.rollback;
  const held = await acquire(ports, context, { ...(earlier ?? begun(context, requestedBy)), owner });
  await ports.nginx.apply({ site, text, dump, guard: held.guard });
  const answers = await prove(ports, context, (answer) => whyNotLifted(ports, answer));
  await held.note(context.areWritesLifted ? 'lifted' : 'requests-lifted');
  await ports.lock.release(held.guard);
  const statuses = [...new Set(answers.flatMap((answer) => (answer.ok ? [answer.status] : [])))];
  return {
    outcome: 'done',
    proof: `${answers.length} answers in a row from ${ports.settings.probe.url}, each on a new connection, came through (${statuses.join(', ')})`,
    details: [`the maintenance answer is out of ${site.realPath}`],
  };
}

/** The freeze of this service that nobody has lifted, or null. Changes nothing. */
export async function readFreeze({ reading }: Ports): Promise<FreezeRecord | null> {
  const { records } = await reading.lock.readState();
  return parseFreeze(records[FREEZE]);
}

/** With this header, requests are let through while it is frozen. */
export const passHeaders = (freeze: FreezeRecord | null): Record<string, string> =>
  freeze === null ? {} : { [PASS_HEADER]: freeze.token };

/**
 * A rollback would shift traffic that nobody has: it could prove nothing, and must not lift what others have held.
 * @throws BackoutFailure AlreadyRunning, naming who has frozen it
 */
export function refuseFrozen(freeze: FreezeRecord | null, isOurs: boolean): void {
  if (freeze === null || isOurs) return;
  throw new BackoutFailure('AlreadyRunning', {
    what: `It is frozen: ${describeFreeze(freeze)}. ${whatIsHeld(freeze)}.`,
    changed: NOTHING_CHANGED,
    next:
      `If ${freeze.owner} still waits, answer it (\`backout status\`). Else lift the freeze with \`backout unfreeze SERVICE\`, ` +
      'or go on with it and restore: `backout freeze SERVICE`, then decide `full`.',
  });
}

/**
 * What another freeze holds that still waits is its own to lift: its writes stay held, too.
 * @throws BackoutFailure AlreadyRunning
 */
export async function refuseHeld(
  freeze: FreezeRecord | null,
  { rollback, isEnded }: Pick<FreezeContext, 'rollback' | 'isEnded'>,
): Promise<void> {
  if (freeze === null || freeze.owner === rollback.workflowId || (await isEnded(freeze.owner))) return;
  throw new BackoutFailure('AlreadyRunning', {
    what: `Its requests can't be let through: ${describeFreeze(freeze)}, and that freeze has not ended.`,
    changed: NOTHING_CHANGED,
    next:
      `Answer it (\`backout status\`): that lifts it. If you know that it has ended, start again with ` +
      `\`${takeOverOptions(freeze.owner)}\`.`,
  });
}

/** What stands on the target about it, the start of a sentence. */
export const whatIsHeld = ({ phase }: FreezeRecord): string =>
  phase === 'requests-lifted'
    ? 'Requests are let through, and writes of its database are not proved to be'
    : 'Requests get a maintenance answer (503)';

/** "anna froze it at 2026-11-21 03:00:00 UTC (freeze-1): rows vanish", the end of a sentence. */
export const describeFreeze = ({ by, at, owner, reason }: FreezeRecord): string =>
  `${by} froze it at ${formatTime(at)} (${owner}): ${reason}`;

const begun = ({ reason }: FreezeContext, by: string) => ({
  ...{ by, reason, token: randomBytes(16).toString('hex'), at: new Date().toISOString() },
});

async function acquire(
  ports: Ports,
  { rollback, attempt, scheduledAt, lives, isEnded }: FreezeContext,
  freeze: Omit<FreezeRecord, 'phase'>,
): Promise<{ guard: Guard; note(phase: FreezeRecord['phase']): Promise<void> }> {
  const record = (phase: FreezeRecord['phase']) => ({
    name: FREEZE,
    json: JSON.stringify({ ...freeze, phase } satisfies FreezeRecord),
  });
  const owner = rollback.workflowId;
  const { token } = await ports.lock.acquire({
    ...{ owner, by: rollback.requestedBy, step: 'freeze', attempt, scheduledAt, lives, isEnded },
    ttlSeconds: TTL_SECONDS,
    record: record('holding'),
  });
  const guard = ports.lock.guard({ owner, token });
  return { guard, note: (phase) => ports.lock.writeRecord(guard, record(phase)) };
}

/** Asks until enough answers in a row are as wanted. */
async function prove(
  ports: Ports,
  { signal, endsAt }: FreezeContext,
  whyNot: (answer: HttpAnswer) => string | null,
): Promise<HttpAnswer[]> {
  const { probe } = ports.settings;
  const giveUpAt = Math.min(Date.now() + probe.withinSeconds * 1000, endsAt);
  let inARow: HttpAnswer[] = [];
  let why = 'nothing was asked';
  while (inARow.length < probe.answers) {
    signal.throwIfAborted();
    for (const answer of await ports.front(Math.min(10, probe.answers - inARow.length), signal)) {
      const objection = whyNot(answer);
      inARow = objection === null ? [...inARow, answer] : [];
      why = objection ?? why;
    }
    if (inARow.length < probe.answers && Date.now() > giveUpAt) throw notProved(ports, why);
  }
  return inARow;
}

function whyNotHeld({ settings }: Ports, answer: HttpAnswer): string | null {
  if (!answer.ok) return `no answer: ${answer.error}`;
  if (answer.status !== 503) return `status ${answer.status}`;
  const who = whoAnswered(answer, settings);
  return who === null ? null : `a 503 of ${who}, not of nginx`;
}

/** How well the release behind answers is not for here. */
function whyNotLifted(ports: Ports, answer: HttpAnswer): string | null {
  if (!answer.ok) return `no answer: ${answer.error}`;
  return whyNotHeld(ports, answer) === null ? 'still a 503 of nginx itself' : null;
}

function notProved({ settings: { probe, site } }: Ports, why: string): BackoutFailure {
  return new BackoutFailure('ProofFailed', {
    what: `Answers from ${probe.url} do not show what ${site} says, for ${probe.withinSeconds} s: ${why}.`,
    changed:
      'The site file was changed and nginx reloaded; which requests are held is not proved. No data was changed.',
    next: `Look at ${probe.url} and at the error log of nginx. Backout tries again within the step's time.`,
  });
}
