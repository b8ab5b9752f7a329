/** What a failure of Slack's Web API means. Pure. */
import { ErrorCode } from '@slack/web-api';
import { cutAt, oneLine } from '../../src/domain/report/plain.ts';
import type { Trouble } from '../outbound/judge.ts';

const NOT_SLACK = 'What answers there is not Slack’s Web API: check `baseUrl`, and proxies on the way.';

/** It takes about one message a second in a channel. */
const DEFAULT_RETRY_AFTER_MS = 1000;
const MAX_QUOTED = 200;

/** Slack's own troubles, which pass by themselves. */
const PASSING = new Set([
  'ratelimited',
  'rate_limited',
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'team_added_to_org',
]);
const BAD_TOKEN =
  /^(invalid_auth|not_authed|account_inactive|token_(expired|revoked)|org_login_required|two_factor_setup_required)$/;
/** The message has a form that Slack does not take, though the text alone would pass. */
const BAD_FORM = /^(invalid_blocks|invalid_blocks_format|msg_blocks_too_long|metadata_too_large)$/;

/** `error` is what `@slack/web-api` throws. */
export function judgeWebError(error: unknown): Trouble {
  const { code, message, data, retryAfter, statusCode, original } = error as {
    code?: string;
    message?: string;
    data?: { error?: string; needed?: string };
    retryAfter?: number;
    statusCode?: number;
    original?: Error;
  };
  switch (code) {
    case ErrorCode.RateLimitedError:
      return {
        kind: 'later',
        why: 'it answered 429',
        afterMs: retryAfter ? retryAfter * 1000 : DEFAULT_RETRY_AFTER_MS,
      };
    case ErrorCode.PlatformError:
      return judgeName(data?.error ?? 'no reason given', data?.needed);
    case ErrorCode.HTTPError:
      return judgeStatus(statusCode ?? 0);
    case ErrorCode.RequestError:
      return { kind: 'later', why: words(original?.cause instanceof Error ? original.cause : original) };
    default:
      // A 429 that does not say for how long, or an answer that is no JSON.
      return { kind: 'later', why: quoted(message ?? ''), afterMs: DEFAULT_RETRY_AFTER_MS };
  }
}

/** Would the text alone be taken? */
export function isAboutForm(error: unknown): boolean {
  return BAD_FORM.test(nameOf(error));
}

/** Was the head of the thread deleted? */
export function isAboutThread(error: unknown): boolean {
  return nameOf(error) === 'thread_not_found';
}

const nameOf = (error: unknown): string => (error as { data?: { error?: string } }).data?.error ?? '';

function judgeName(name: string, needed: string | undefined): Trouble {
  const why = `it answered "${quoted(name)}"`;
  return PASSING.has(name) ? { kind: 'later', why } : { kind: 'refused', why, next: whatToDo(name, needed) };
}

function judgeStatus(status: number): Trouble {
  const why = `it answered ${status}`;
  if (status >= 500 || status === 408) return { kind: 'later', why };
  return { kind: 'refused', why, next: NOT_SLACK };
}

function whatToDo(name: string, needed: string | undefined): string {
  if (BAD_TOKEN.test(name))
    return 'The bot token is not valid (any more): install the app again and put its new token there.';
  if (name === 'missing_scope' || name === 'no_permission') {
    return `The bot may not do that: give the app the scope ${quoted(needed ?? 'chat:write')} and install it again.`;
  }
  if (name === 'not_in_channel') return 'Invite the app into the channel: /invite @backout';
  if (name === 'channel_not_found') {
    return 'There is no such channel, or it is private: check its ID, and invite the app with /invite @backout.';
  }
  if (name === 'is_archived') return 'The channel is archived: name another one.';
  if (name.startsWith('restricted_action'))
    return 'Ask an administrator of the Slack workspace to let the app post there.';
  if (!/^[a-z0-9_]+$/.test(name)) return NOT_SLACK;
  return 'Look the word up in Slack’s documentation of chat.postMessage. If it is no setting of yours, it is a bug in Backout: report it with this text.';
}

const quoted = (text: string): string => cutAt(oneLine(text), MAX_QUOTED);
const words = (error: Error | undefined): string => quoted(error?.message ?? 'the connection failed');
