/** One request to a service outside, within a time, without redirects, and without its secrets in what comes back. */
import { scrub } from './scrub.ts';

/** One try may take this long. Such services answer within a second; a budget allows several tries. */
const TIMEOUT_MS = 10_000;
const MAX_ANSWER_CHARACTERS = 10_000;

export type Outgoing = {
  url: URL;
  headers: Record<string, string>;
  /** None with GET. */
  body?: string;
  /** Default: POST. */
  method?: 'GET' | 'PATCH' | 'POST';
};

export type PostOptions = {
  fetch: typeof fetch;
  signal: AbortSignal;
  /** What no answer and no error may show. */
  secrets: readonly string[];
  timeoutMs?: number;
  /** Of the answer. Default: 10,000, which is enough for what is only quoted. */
  maxCharacters?: number;
};

export type Answer = { status: number; body: string; retryAfter: string | null };
/** Nobody knows whether it has arrived. */
export type CutOff = { why: string };

/** @throws only when the activity was cancelled */
export async function post(outgoing: Outgoing, options: PostOptions): Promise<Answer | CutOff> {
  const { fetch, signal, secrets, timeoutMs = TIMEOUT_MS, maxCharacters = MAX_ANSWER_CHARACTERS } = options;
  const { url, headers, body: content, method = 'POST' } = outgoing;
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      method,
      headers,
      ...(content === undefined ? {} : { body: content }),
      // A redirect leads to a login page, or carries the message to somebody else.
      redirect: 'manual',
      signal: AbortSignal.any([signal, timeout]),
    });
    // Before it is cut anywhere: half of a secret would not be known as one.
    const body = scrub(await response.text(), secrets).slice(0, maxCharacters);
    return { status: response.status, body, retryAfter: response.headers.get('retry-after') };
  } catch (error) {
    signal.throwIfAborted();
    if (timeout.aborted) return { why: `no answer within ${timeoutMs / 1000} s` };
    return { why: scrub(describeError(error), secrets) };
  }
}

/** What went wrong with a connection, in the words of what lies below `fetch`. */
export function describeError(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const { code } = cause as NodeJS.ErrnoException;
  const message = cause instanceof Error ? cause.message : String(cause);
  return message === '' ? (code ?? 'the connection failed') : message;
}
