/** What every way to page shares. */
import { notTaken } from '../outbound/failures.ts';
import { judgeTrouble, said } from '../outbound/judge.ts';
import type { Judged } from '../outbound/judge.ts';
import { post } from '../outbound/post.ts';
import type { Answer, Outgoing } from '../outbound/post.ts';

/** What a sender needs of the worker and of the running activity. */
export type Sending = {
  env: NodeJS.ProcessEnv;
  fetch: typeof fetch;
  /** 1 for the first try, then counting up. */
  attempt: number;
  /** When the first try was scheduled, in milliseconds by Temporal's clock. */
  since: number;
  signal: AbortSignal;
  /** Of one try. Set in tests only. */
  timeoutMs?: number;
};

/** How a vendor's answer is read. */
export type Judging = {
  /** Whom it is for, in words. */
  to: string;
  secrets: readonly string[];
  /** The wait after "too many" where the vendor does not say how long. */
  tooManyMs: number;
  /** Null: the answer is none that is known. */
  taken: (answer: Answer) => Judged | null;
  /** What to do about an answer that trying again does not change. */
  next: (answer: Answer) => string;
};

/**
 * @returns the vendor's receipt
 * @throws BackoutFailure MessageRefused or MessageNotSent
 * @throws ApplicationFailure MessageNotSent with the delay that the vendor asks for
 */
export async function deliver(
  outgoing: Outgoing,
  judging: Judging,
  sending: Sending,
): Promise<string | null> {
  const { fetch, signal, timeoutMs } = sending;
  const { secrets } = judging;
  const answer = await post(outgoing, {
    fetch,
    signal,
    secrets,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  const judged = 'why' in answer ? { kind: 'later' as const, why: answer.why } : judge(answer, judging);
  if (judged.kind === 'sent') return judged.receipt;
  throw notTaken(judging.to, judged);
}

function judge(answer: Answer, { tooManyMs, taken, next }: Judging): Judged {
  return (
    taken(answer) ??
    judgeTrouble(answer, { tooManyMs, now: Date.now() }) ?? {
      kind: 'refused',
      why: said(answer),
      next: next(answer),
    }
  );
}

/** The fields of an answer that should be a JSON object; none where it isn't. */
export function jsonOf({ body }: Pick<Answer, 'body'>): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
