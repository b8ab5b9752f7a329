/** What an answer means, as far as all services mean the same by it. Pure. */
import { cutAt, oneLine } from '../../src/domain/report/plain.ts';
import type { Answer } from './post.ts';

export type Judged =
  /** `receipt`: what the other side calls it, where it says so. */
  { kind: 'sent'; receipt: string | null } | Trouble;

export type Trouble =
  /** Trying again may help, after `afterMs` where it is known when. */
  | { kind: 'later'; why: string; afterMs?: number }
  /** Trying again can't help: a person must change something. */
  | { kind: 'refused'; why: string; next: string };

const MAX_QUOTED = 200;
/** Whoever asks for more than an hour is as good as out of order: the next channel is better. */
const LONGEST_WAIT_MS = 3_600_000;

/** "it answered 500 "oops"". */
export function said({ status, body }: Pick<Answer, 'status' | 'body'>): string {
  const words = oneLine(body);
  return `it answered ${status}${words === '' ? '' : ` "${cutAt(words, MAX_QUOTED)}"`}`;
}

/** `later` for what passes by itself: 408, 429 and 5xx; null for everything else. `now` in milliseconds since 1970. */
export function judgeTrouble(
  answer: Answer,
  { tooManyMs, now }: { tooManyMs: number; now: number },
): Extract<Trouble, { kind: 'later' }> | null {
  const { status } = answer;
  if (status !== 429 && status !== 408 && status < 500) return null;
  const why = said(answer);
  const asked = retryAfterMs(answer.retryAfter, now);
  if (asked !== null) return { kind: 'later', why, afterMs: asked };
  return status === 429 ? { kind: 'later', why, afterMs: tooManyMs } : { kind: 'later', why };
}

/** Retry-After is a number of seconds or a date (RFC 9110). */
export function retryAfterMs(retryAfter: string | null, now: number): number | null {
  if (retryAfter === null || retryAfter.trim() === '') return null;
  const seconds = Number(retryAfter);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(retryAfter) - now;
  return Number.isFinite(wait) && wait > 0 ? Math.min(Math.ceil(wait), LONGEST_WAIT_MS) : null;
}
