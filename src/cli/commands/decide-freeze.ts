/** `backout decide-freeze`: the answer to a freeze. Waits a moment for what becomes of `full`, which may have no plan. */
import { setTimeout as wait } from 'node:timers/promises';
import { describeRelease } from '../../domain/plan.ts';
import { whyFuture } from '../../domain/request.ts';
import type { RollbackStatus } from '../../domain/rollback.ts';
import { CliError, usageError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { whoAmI } from '../identity.ts';
import type { Io } from '../io.ts';
import type { GlobalOptions } from '../program.ts';
import { askStatus } from '../temporal/ask-status.ts';
import { withTemporal } from '../temporal/connect.ts';
import type { Session } from '../temporal/connect.ts';
import { onRollback } from '../temporal/not-found.ts';
import { send } from '../temporal/send.ts';

export type DecideFreezeOptions = GlobalOptions & {
  workflowId: string;
  decision: string;
  by?: string;
  note?: string;
  backup?: string;
  releasedAt?: string;
  to?: string;
  faulty?: string;
};

/** A plan that can't be made is mostly refused at once; reading a large backup takes longer than people want to wait here. */
const PLANNED_WITHIN_MS = 10_000;
const ANSWER_WITHIN_MS = 3000;
const EVERY_MS = 200;

export async function decideFreeze(options: DecideFreezeOptions, io: Io): Promise<number> {
  const { workflowId, decision } = options;
  const content = contentOf(options, io);
  return await withTemporal(options, io, (session) =>
    onRollback(session, workflowId, async () => {
      await send(session, workflowId, { name: 'decideFreeze', content });
      const plan = decision === 'full' ? await planOrProblem(session, workflowId, io.signal) : null;
      const planned =
        plan === null
          ? ''
          : ` Plan ${plan.hash}: ${describeRelease(plan.from)} → ${describeRelease(plan.to)}.`;
      io.out(`Decided: ${decision}.${planned}\n  Watch it:  ${session.program} watch ${workflowId}\n`);
      return EXIT.ok;
    }),
  );
}

function contentOf({ decision, by, ...options }: DecideFreezeOptions, io: Pick<Io, 'env'>): object {
  const { note, backup, releasedAt, to, faulty } = options;
  const forFull = { '--backup': backup, '--released-at': releasedAt, '--to': to, '--faulty': faulty };
  const [idle] = Object.entries(forFull).filter(([, value]) => value !== undefined);
  if (decision !== 'full' && idle !== undefined)
    throw usageError(`${idle[0]} goes with full: ${decision} restores nothing.`);
  const why = whyFuture('releasedAt', releasedAt, Date.now());
  if (why !== null) throw usageError(`--released-at${why.slice('releasedAt:'.length)}.`);
  const given = Object.entries({ note, backup, releasedAt, to, faulty }).filter(
    ([, value]) => value !== undefined,
  );
  return { decision, by: whoAmI(by, io.env), ...Object.fromEntries(given) };
}

/**
 * The plan, or null when there is none in a moment.
 * @throws CliError `failed` with why there can be none
 */
async function planOrProblem(
  { client, program }: Session,
  workflowId: string,
  signal: AbortSignal,
): Promise<RollbackStatus['plan']> {
  const giveUpAt = Date.now() + PLANNED_WITHIN_MS;
  while (Date.now() < giveUpAt && !signal.aborted) {
    const status = await askStatus(client, { workflowId }, ANSWER_WITHIN_MS);
    if (status?.plan != null) return status.plan;
    const problem = status?.freeze?.problem ?? null;
    if (problem !== null && status?.awaiting != null) {
      throw new CliError(
        EXIT.failed,
        `${problem} It is still frozen, and asks again: \`${program} status ${workflowId}\`.`,
      );
    }
    await wait(EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
  return null;
}
