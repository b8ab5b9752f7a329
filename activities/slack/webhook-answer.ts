/** What Slack's answer to an incoming webhook means. Pure. */
import { cutAt, oneLine } from '../../src/domain/report/plain.ts';
import type { Trouble } from '../outbound/judge.ts';

export type Judged = { kind: 'sent' } | Trouble;

/** How long to wait when Slack says "too many" but not for how long: it takes about one message a second. */
const DEFAULT_RETRY_AFTER_MS = 1000;
const MAX_QUOTED = 100;

export function judgeAnswer(answer: { status: number; body: string; retryAfter: string | null }): Judged {
  const { status, retryAfter } = answer;
  const body = oneLine(answer.body);
  const said = `it answered ${status}${body === '' ? '' : ` "${cutAt(body, MAX_QUOTED)}"`}`;
  if (status === 200 && body === 'ok') return { kind: 'sent' };
  if (status === 429) return { kind: 'later', why: said, afterMs: retryAfterMs(retryAfter) };
  if (status >= 500 || status === 408) return { kind: 'later', why: said };
  return { kind: 'refused', why: said, next: whatToDo(status, body) };
}

/** Seconds, as Slack sends them. */
function retryAfterMs(retryAfter: string | null): number {
  const seconds = Number(retryAfter ?? '');
  return Number.isFinite(seconds) && seconds > 0 ? Math.ceil(seconds * 1000) : DEFAULT_RETRY_AFTER_MS;
}

function whatToDo(status: number, body: string): string {
  if (body === 'channel_is_archived' || body === 'channel_not_found' || status === 410) {
    return 'The channel is gone or archived: make a webhook for another one and put its URL there.';
  }
  if (/^(no_service|no_team|invalid_token|no_active_hooks|team_disabled)/.test(body) || status === 404) {
    return 'The webhook was removed or never was: make a new one in Slack and put its URL there.';
  }
  if (status === 403) {
    return 'The webhook may not post there: ask an administrator of the Slack workspace, or make a new one.';
  }
  if (status === 400) {
    return 'Slack does not understand the message, which is a bug in Backout: report it with this text.';
  }
  return 'What is there is not the URL of a Slack webhook: check it.';
}
