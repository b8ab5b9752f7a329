/** What the commands share by which people decide: they read what is asked, and send an answer that is bound to it. */
import { keptRestores } from '../domain/approval/kept.ts';
import type { ApprovalMessageName } from '../domain/approval/messages.ts';
import { describeRelease } from '../domain/plan.ts';
import type { RollbackStatus } from '../domain/rollback.ts';
import { CliError, usageError } from './errors.ts';
import { EXIT } from './exit-codes.ts';
import { whoAmI } from './identity.ts';
import type { Io } from './io.ts';
import type { GlobalOptions } from './options.ts';
import { askStatus } from './temporal/ask-status.ts';
import { withTemporal } from './temporal/connect.ts';
import { onRollback } from './temporal/not-found.ts';
import { recountLoss } from './temporal/recount.ts';
import { send } from './temporal/send.ts';
import { requireSign, signedAnswer } from './approval/answer.ts';
import { signingKey } from './approval/key.ts';
import { renderPlan } from './view/plan.ts';

export type AnswerOptions = GlobalOptions & {
  workflowId: string;
  by?: string;
  sign?: boolean;
  /** The file of the key to sign with. */
  key?: string;
};

/** A rollback that is to be answered. */
export type Asking = {
  workflowId: string;
  /** `backout` with what must be said again to reach the same Temporal. */
  program: string;
  /** Who answers, as declared. */
  by: string;
  /** The answer is signed. */
  isSigned: boolean;
  /** What it says of itself. @throws CliError `unreachable` when no worker answers */
  status(): Promise<RollbackStatus>;
  /** Has it counted what a restore would lose as of now; false where that can't be done in time. */
  recount(): Promise<boolean>;
  /** The same after the answer; null when no worker answers, which changes nothing any more. */
  after(): Promise<RollbackStatus | null>;
  /** @throws CliError `usage` with the rollback's own words when it refuses */
  send(name: ApprovalMessageName, content: object): Promise<void>;
};

export type Planned = RollbackStatus & { plan: NonNullable<RollbackStatus['plan']> };

const ANSWER_WITHIN_MS = 5000;

/** Connects, lets `work` answer, and prints what it returns. */
export async function answer(
  { workflowId, sign, key: named, ...options }: AnswerOptions,
  io: Io,
  work: (asking: Asking) => Promise<string[]>,
): Promise<number> {
  const by = whoAmI(options.by, io.env);
  const key = sign === true || named !== undefined ? await signingKey(named, io) : null;
  return await withTemporal(options, io, (session) =>
    onRollback(session, workflowId, async () => {
      const { client, program } = session;
      const ask = () => askStatus(client, { workflowId }, ANSWER_WITHIN_MS);
      const status = async () => (await ask()) ?? noAnswer(workflowId, program);
      const contentOf = async (name: ApprovalMessageName, content: object) => {
        const answer = { by, ...content };
        if (key === null) return answer;
        return await signedAnswer({ name, answer, status: await status() }, { key, io });
      };
      const lines = await work({
        workflowId,
        program,
        by,
        isSigned: key !== null,
        status,
        after: () => ask().catch(() => null),
        recount: () => recountLoss(client, workflowId, 'restore'),
        send: async (name, content) =>
          send(session, workflowId, { name, content: await contentOf(name, content) }),
      });
      io.out(lines.map((line) => `${line}\n`).join(''));
      return EXIT.ok;
    }),
  );
}

/** @throws CliError `usage` while nobody can know what would be agreed to */
export function requirePlan(status: RollbackStatus): Planned {
  const { plan } = status;
  if (plan !== null) return { ...status, plan };
  throw usageError(`The plan of ${status.workflowId} is not made yet: look at it first, in a moment.`);
}

/**
 * Binds an answer to the plan that the person has seen: named by its hash, or shown now and said yes to.
 * @throws CliError `usage` where there is neither a hash nor a terminal; `aborted` for every other answer than yes
 */
export async function agreeToPlan(
  asking: Asking,
  { plan: seen, question }: { plan: string | undefined; question: string },
  io: Io,
): Promise<{ planHash: string; runId?: string }> {
  if (seen !== undefined) return { planHash: seen };
  if (io.ask === undefined) {
    throw usageError(
      `There is no terminal to ask at: name the plan that you have seen (--plan HASH). \`${asking.program} status ${asking.workflowId}\` shows it.`,
    );
  }
  const { plan, runId, traffic, approvals } = requirePlan(await asking.status());
  requireSign(asking.isSigned, approvals.terms?.policy.assurance);
  io.out(renderPlan(plan, io.colours));
  io.out(`\n${traffic}\n`);
  io.out(
    keptRestores(approvals)
      .map((line) => `${io.colours.yellow(line)}\n`)
      .join(''),
  );
  const said = await io.ask(
    `\n${question} (from ${describeRelease(plan.from)} to ${describeRelease(plan.to)}) [y/N] `,
  );
  if (/^y(es)?$/i.test(said)) return { planHash: plan.hash, runId };
  throw new CliError(EXIT.aborted, 'Nothing was sent: the rollback waits as before.');
}

export const watchLine = ({ workflowId, program }: Asking): string =>
  `  Watch it:  ${program} watch ${workflowId}`;

function noAnswer(workflowId: string, program: string): never {
  throw new CliError(
    EXIT.unreachable,
    `No worker answered for ${workflowId} within ${ANSWER_WITHIN_MS / 1000} s, so it can't be shown what is asked. Nothing was ` +
      `sent. Start a worker with \`${program} worker\`, and try again.`,
  );
}
