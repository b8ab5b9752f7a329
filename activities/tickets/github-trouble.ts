/** What a failure of GitHub's client means. Pure. */
import { oneLine, shorten } from '../../src/domain/report/plain.ts';
import { retryAfterMs } from '../outbound/judge.ts';
import type { Trouble } from '../outbound/judge.ts';
import { scrub } from '../outbound/scrub.ts';

/** What Octokit's RequestError has, as far as it is used. */
type RequestError = {
  status?: number;
  message: string;
  response?: { headers: Record<string, string | number | undefined> };
};

const MAX_QUOTED = 300;
/** GitHub asks to wait a minute after a secondary rate limit that names no time. */
const SECONDARY_WAIT_MS = 60_000;
/** The limit is counted by the hour. */
const LONGEST_WAIT_MS = 3_700_000;

export function githubTrouble(
  error: unknown,
  { timedOut, now, secrets }: { timedOut: boolean; now: number; secrets: readonly string[] },
): Trouble {
  const { status, response } = error as RequestError;
  // A token that can't be a header, such as one of two lines, is quoted by what refuses it.
  const message = scrub((error as RequestError).message, secrets);
  if (timedOut) return { kind: 'later', why: 'it did not answer in time' };
  // Octokit says 500 where there was no answer at all.
  if (status === undefined || (status === 500 && response === undefined))
    return (
      refusedRedirect(error) ?? {
        kind: 'later',
        why: `it could not be reached: ${quoted(message).replace(/\.$/, '')}`,
      }
    );
  const why = `it answered ${status} "${quoted(message)}"`;
  if (status === 429 || (status === 403 && isLimited(message, response))) {
    return { kind: 'later', why, afterMs: waitMs(response?.headers ?? {}, now) };
  }
  if (status >= 500 || status === 408) return { kind: 'later', why };
  return { kind: 'refused', why, next: whatToDo(status) };
}

function refusedRedirect(error: unknown): Trouble | null {
  if (!(error instanceof Error) || !/answered 3\d\d$/.test(error.message)) return null;
  return {
    kind: 'refused',
    why: 'it sends us elsewhere: the repository has moved or was renamed',
    next: 'Put its new name into `followUp.tickets.github.repo`.',
  };
}

/** A 403 is also what a token gets that may not do it. */
function isLimited(message: string, response: RequestError['response']): boolean {
  const { 'x-ratelimit-remaining': remaining, 'retry-after': retryAfter } = response?.headers ?? {};
  return retryAfter !== undefined || String(remaining) === '0' || /rate limit/i.test(message);
}

function waitMs(headers: Record<string, string | number | undefined>, now: number): number {
  const asked = retryAfterMs(
    headers['retry-after'] === undefined ? null : String(headers['retry-after']),
    now,
  );
  if (asked !== null) return asked;
  const reset = Number(headers['x-ratelimit-reset'] ?? Number.NaN) * 1000 - now;
  if (String(headers['x-ratelimit-remaining']) === '0' && Number.isFinite(reset))
    // Never at once: the clocks of the two machines may differ.
    return Math.min(Math.max(reset, 1000), LONGEST_WAIT_MS);
  return SECONDARY_WAIT_MS;
}

function whatToDo(status: number): string {
  switch (status) {
    case 401:
      return 'The token is wrong or has expired: make a new one and put it where `followUp.tickets.github.token` says.';
    case 403:
      return 'The token may not do that: it needs to read and write issues of the repository.';
    case 404:
      return 'There is no such repository, or the token may not see it: check `followUp.tickets.github.repo` and the token.';
    case 410:
      return 'Issues are switched off for the repository: switch them on, or name another repository.';
    default:
      return 'GitHub does not take the ticket as it is: write it by hand, and report this as a bug in Backout.';
  }
}

const quoted = (message: string): string => shorten(oneLine(message), MAX_QUOTED);
