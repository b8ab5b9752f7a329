/** A freeze (requirement A4): what is held, what people decide about it, and how it is told. Pure. */
import * as z from 'zod';
import { listProblems, whyFuture } from './request.ts';
import { enumerate, oneLine } from './report/plain.ts';

/** What a freeze holds: requests before they reach the service, and the writes of its database. */
export const HOLDS = ['requests', 'writes'] as const;
export type HoldName = (typeof HOLDS)[number];

/**
 * `working` and `failed`: it is not proved whether it is held. `not-needed`: the service has no such thing.
 */
export type HoldState = 'pending' | 'working' | 'held' | 'failed' | 'lifted' | 'not-needed';

export type HoldRecord = {
  name: HoldName;
  state: HoldState;
  /** The proof, or what went wrong. */
  said: string | null;
  details: string[];
  /** ISO 8601. */
  at: string | null;
};

export const FREEZE_DECISIONS = ['full', 'release', 'abort', 'retry'] as const;
export type FreezeDecision = (typeof FREEZE_DECISIONS)[number];

/** The answer to a freeze: restore the database, let everything through again, leave it frozen, or hold or lift again. */
export const decideFreezeSchema = z.strictObject({
  decision: z.enum(FREEZE_DECISIONS),
  by: z.string().trim().min(1).max(200).describe('Who you are. Declared, not verified.'),
  note: z.string().trim().max(2000).optional(),
  backup: z.string().trim().min(1).max(1000).optional().describe('For `full`: the backup, by its file name.'),
  releasedAt: z.iso
    .datetime({ offset: true })
    .optional()
    .describe('For `full`: when the damage began, ISO 8601. The newest good backup from before is restored.'),
  to: z.string().trim().min(1).max(200).optional().describe('For `full`: the release to return to.'),
  faulty: z.string().trim().min(1).max(200).optional().describe('For `full`: the bad release.'),
  unasked: z
    .literal(true)
    .optional()
    .describe('With `abort`: nobody has decided this, for there is no terminal to ask at.'),
});
export type DecideFreeze = z.infer<typeof decideFreezeSchema>;

export type FreezeStatus = {
  service: string;
  environment: string;
  by: string;
  reason: string;
  /** ISO 8601. */
  since: string;
  holds: HoldRecord[];
  /** The last one, once it is used. */
  decision: (DecideFreeze & { at: string }) | null;
  /** Why what was decided last could not be done, in whole sentences. */
  problem: string | null;
};

/** What a decision is judged against. */
export type FreezeQuestion = {
  /** What can be answered now; empty when nothing is asked any more. */
  open: readonly FreezeDecision[];
  /** One that nobody has used yet: the first to arrive counts. */
  given: DecideFreeze | null;
  /** Whether the request names a backup or a time already. */
  hasBackup: boolean;
  /** In milliseconds since 1970. */
  now: number;
};

/** The message, validated, or why it is refused. */
export function judgeFreezeDecision(
  content: unknown,
  { open, given, hasBackup, now }: FreezeQuestion,
): { decision: DecideFreeze } | { why: string } {
  const parsed = decideFreezeSchema.safeParse(content);
  if (!parsed.success) return { why: listProblems(parsed.error).join('; ') };
  const { decision, backup, releasedAt } = parsed.data;
  if (open.length === 0) return { why: 'nothing about the freeze is to be decided any more' };
  if (given !== null) return { why: `${given.by} decided "${given.decision}" first` };
  if (!open.includes(decision)) return { why: `"${decision}" can't be done now: it is ${open.join(', ')}` };
  if (decision === 'full' && !hasBackup && backup === undefined && releasedAt === undefined) {
    return {
      why: 'full restores a backup, and nobody has said which: name it (`backup`), or say when the damage began (`releasedAt`)',
    };
  }
  const why = whyFuture('releasedAt', releasedAt, now);
  return why === null ? { decision: parsed.data } : { why };
}

/** True as long as anything of it is held, or may be. */
export function isFrozen({ holds }: { holds: Pick<HoldRecord, 'state'>[] }): boolean {
  return holds.some(({ state }) => state === 'held' || state === 'failed' || state === 'working');
}

/** True when all that there is to hold is proved to be held. */
export function isWhollyHeld({ holds }: Pick<FreezeStatus, 'holds'>): boolean {
  return holds.every(({ state }) => state === 'held' || state === 'not-needed');
}

const IN_WORDS: Record<HoldName, Record<HoldState, string>> = {
  requests: {
    pending: 'requests are not held',
    working: 'whether requests are held is not proved',
    failed: 'whether requests are held is NOT PROVED',
    held: 'requests get a maintenance answer (503)',
    lifted: 'requests are let through',
    'not-needed': 'requests are not held',
  },
  writes: {
    pending: 'the database is not held',
    working: 'whether the database can be written is not proved',
    failed: 'whether the database can be written is NOT PROVED',
    held: 'the database is read-only',
    lifted: 'writes are let through',
    'not-needed': 'there is no database to hold',
  },
};

export const holdInWords = ({ name, state }: Pick<HoldRecord, 'name' | 'state'>): string =>
  IN_WORDS[name][state];

/** The command that lifts it, when nobody waits for an answer any more. */
export const unfreezeCommand = ({ service, environment }: Pick<FreezeStatus, 'service' | 'environment'>) =>
  `backout unfreeze ${service} --env ${environment} --reason "WHY"`;

/** The options with which a run that can't be asked for is taken for ended. */
export const takeOverOptions = (owner: string): string => `--take-over ${owner} --take-over-note WHY`;

/** The same command, with the options that the last try was refused for want of. */
function liftAgainCommand({ holds, ...where }: FreezeStatus): string {
  const [, owner] =
    holds
      .flatMap(({ state, said }) => (state === 'failed' && said !== null ? [said] : []))
      .map((said) => /--take-over (\S+) --take-over-note/.exec(said))
      .find((found) => found !== null) ?? [];
  return `${unfreezeCommand(where)}${owner === undefined ? '' : ` ${takeOverOptions(owner).replace('WHY', '"WHY"')}`}`;
}

/** What is held of which service. */
type HeldService = Pick<FreezeStatus, 'service' | 'environment'> & {
  holds: Pick<HoldRecord, 'name' | 'state'>[];
};

/** Whole sentences: whether it is frozen, and what that means. */
export function freezeSentence(freeze: HeldService): string {
  const { service, environment, holds } = freeze;
  const where = `${service} in ${environment}`;
  const what = enumerate(holds.map(holdInWords));
  return isFrozen(freeze) ? `${where} is FROZEN: ${what}.` : `${where} is not frozen: ${what}.`;
}

/** How a freeze that no rollback came of has ended. */
export function freezeOutcomeSentence(freeze: FreezeStatus): string {
  const { decision } = freeze;
  const isUnasked = decision?.unasked === true;
  const who = decision === null || isUnasked ? '' : `, decided by ${oneLine(decision.by)}`;
  const left = `It was left so${isUnasked ? ': there is no terminal to ask' : who}.`;
  return isFrozen(freeze)
    ? `${freezeSentence(freeze)} ${left} Lift it with \`${liftAgainCommand(freeze)}\`. No data was changed.`
    : `The freeze is lifted${who}. ${freezeSentence(freeze)} No data was changed, and traffic goes where it went before.`;
}
