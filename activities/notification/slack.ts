/** Sends one message to one Slack channel by its incoming webhook. The webhook's URL is a secret: no message has it. */
import { ApplicationFailure } from '@temporalio/activity';
import { BackoutFailure } from '../../src/domain/failure.ts';
import { judgeAnswer } from './slack-answer.ts';
import type { Judged } from './slack-answer.ts';
import type { SlackPayload } from './slack-payload.ts';

/** One try may take this long. Slack answers within a second; the step's budget allows several tries. */
const TIMEOUT_MS = 10_000;
/** Slack's answers are a word. */
const MAX_ANSWER_CHARACTERS = 1000;

export type SlackTarget = {
  /** Its purpose, such as `incidents`. */
  channel: string;
  /** Where the URL is kept, in words. */
  secretName: string;
  /** The URL itself. */
  webhook: string;
};

export type SlackOptions = { fetch: typeof fetch; signal?: AbortSignal; timeoutMs?: number };

/**
 * Resolves when Slack has taken the message. Not idempotent: Slack has no way to tell a repeat, so a try that is cut
 * off between Slack's taking it and our hearing of it leads to a second message with the same block_id.
 * @throws BackoutFailure MessageRefused, InvalidConfiguration (a person must act) or MessageNotSent (worth a retry)
 * @throws ApplicationFailure MessageNotSent with the delay that Slack asks for
 */
export async function sendToSlack(
  target: SlackTarget,
  payload: SlackPayload,
  options: SlackOptions,
): Promise<void> {
  const judged = await post(checkedUrl(target), payload, options);
  switch (judged.kind) {
    case 'sent':
      return;
    case 'refused':
      throw failure('MessageRefused', target, { why: judged.why, next: judged.next });
    case 'later':
      throw laterFailure(target, judged);
  }
}

async function post(url: URL, payload: SlackPayload, options: SlackOptions): Promise<Judged> {
  const { fetch, signal, timeoutMs = TIMEOUT_MS } = options;
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json; charset=utf-8' },
      body: JSON.stringify(payload),
      // A redirect leads to a login page, or carries the message to somebody else.
      redirect: 'manual',
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    // Before it is cut anywhere: half of a secret would not be known as one.
    const body = scrub(await response.text(), url.href).slice(0, MAX_ANSWER_CHARACTERS);
    return judgeAnswer({ status: response.status, body, retryAfter: response.headers.get('retry-after') });
  } catch (error) {
    signal?.throwIfAborted();
    const why = timeout.aborted ? `no answer within ${timeoutMs / 1000} s` : describeError(error);
    return { kind: 'later', why };
  }
}

/** Checked here, since the error of a URL that can't be used would quote it. */
function checkedUrl(target: SlackTarget): URL {
  const url = URL.canParse(target.webhook) ? new URL(target.webhook) : null;
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '')
    return url;
  throw failure('InvalidConfiguration', target, {
    why: 'what is there is not a URL that begins with https://',
    next: 'Put the URL of a Slack incoming webhook there.',
  });
}

function laterFailure(target: SlackTarget, { why, afterMs }: Extract<Judged, { kind: 'later' }>): Error {
  const next =
    'Backout tries again by itself. If it goes on, check the network of the worker and Slack’s status page.';
  const later = failure('MessageNotSent', target, { why, next });
  if (afterMs === undefined) return later;
  return ApplicationFailure.create({
    type: later.type,
    message: later.message,
    details: [later.parts],
    nextRetryDelay: afterMs,
  });
}

/** Without the original error as its cause: that would carry the URL into the history. */
function failure(
  type: 'MessageRefused' | 'MessageNotSent' | 'InvalidConfiguration',
  target: SlackTarget,
  { why, next }: { why: string; next: string },
): BackoutFailure {
  return new BackoutFailure(type, {
    what: `Slack did not take the message for the ${target.channel} channel (webhook in the ${target.secretName}): ${scrub(why, target.webhook)}.`,
    changed: 'Traffic and data were not changed by this: it only tells people.',
    next,
  });
}

function describeError(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const { code } = cause as NodeJS.ErrnoException;
  const message = cause instanceof Error ? cause.message : String(cause);
  return message === '' ? (code ?? 'the connection failed') : message;
}

/** Shorter pieces of a path are words such as `services`, which say nothing. */
const MIN_SECRET_LENGTH = 9;

/** Without the webhook's URL, and without the parts of its path that make it a secret. */
export function scrub(text: string, webhook: string): string {
  const parts = URL.canParse(webhook)
    ? `${new URL(webhook).pathname}${new URL(webhook).search}`.split(/[/?&=]/)
    : [];
  return [webhook, ...parts]
    .filter((part) => part.length >= MIN_SECRET_LENGTH)
    .reduce((cleaned, secret) => cleaned.replaceAll(secret, '[webhook]'), text);
}
