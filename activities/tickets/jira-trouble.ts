/** What an answer of Jira means. Pure. */
import { oneLine, shorten } from '../../src/domain/report/plain.ts';
import { retryAfterMs } from '../outbound/judge.ts';
import type { Trouble } from '../outbound/judge.ts';

const MAX_QUOTED = 300;
/** Where it says "too many", but not for how long. */
const TOO_MANY_WAIT_MS = 30_000;

/** Null for an answer that is good. */
export function jiraTrouble(
  { status, text, retryAfter }: { status: number; text: string; retryAfter: string | null },
  now: number,
): Trouble | null {
  if (status >= 200 && status < 300) return null;
  const words = shorten(oneLine(wordsOf(text)), MAX_QUOTED);
  const why = `it answered ${status}${words === '' ? '' : ` "${words}"`}`;
  const asked = retryAfterMs(retryAfter, now);
  if (status === 429) return { kind: 'later', why, afterMs: asked ?? TOO_MANY_WAIT_MS };
  if (status >= 500 || status === 408)
    return asked === null ? { kind: 'later', why } : { kind: 'later', why, afterMs: asked };
  return { kind: 'refused', why, next: whatToDo(status, words) };
}

/** `{"errorMessages":["…"],"errors":{"priority":"…"}}`, or whatever else it says. */
function wordsOf(text: string): string {
  try {
    const { errorMessages = [], errors = {} } = JSON.parse(text) as {
      errorMessages?: string[];
      errors?: Record<string, string>;
    };
    const all = [
      ...errorMessages,
      ...Object.entries(errors).map(([field, problem]) => `${field}: ${problem}`),
    ];
    return all.length === 0 ? text : all.join('; ');
  } catch {
    return text;
  }
}

function whatToDo(status: number, words: string): string {
  if (status === 400 && words.includes('priority'))
    return 'Correct `followUp.tickets.jira.priorities`; `{}` sets none.';
  if (status === 400)
    return 'Check `project` and `issueType` under `followUp.tickets.jira`: the project may ask for a field that Backout does not know.';
  if (status === 401)
    return 'The token is wrong or has expired: make a new one and put it where `followUp.tickets.jira.token` says; Jira Cloud wants `user`, too.';
  if (status === 403) return 'The token may not do that: give it the permission, or use another one.';
  if (status === 404)
    return 'Check `followUp.tickets.jira.url`, `project` and `apiVersion` (3 for Jira Cloud, 2 for Data Center).';
  return 'Check `followUp.tickets.jira.url`: what is there does not answer like Jira.';
}
