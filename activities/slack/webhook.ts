/** Sends one message to one Slack channel by its incoming webhook. The webhook's URL is a secret: no message has it. */
import { BackoutFailure } from '../../src/domain/failure.ts';
import { failureOf, ONLY_TELLS } from '../outbound/failures.ts';
import { post } from '../outbound/post.ts';
import type { PostOptions } from '../outbound/post.ts';
import { judgeAnswer } from './webhook-answer.ts';
import type { Judged } from './webhook-answer.ts';
import type { SlackPayload } from './payload.ts';

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

export type SlackOptions = Pick<PostOptions, 'fetch' | 'signal' | 'timeoutMs'>;

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
  const answer = await post(
    {
      url: checkedUrl(target),
      headers: { 'Content-Type': 'application/json; charset=utf-8' },
      body: JSON.stringify(payload),
    },
    { ...options, secrets: [target.webhook], maxCharacters: MAX_ANSWER_CHARACTERS },
  );
  const judged: Judged = 'why' in answer ? { kind: 'later', why: answer.why } : judgeAnswer(answer);
  if (judged.kind === 'sent') return;
  throw failureOf(judged, {
    what: notTaken(target, judged.why),
    changed: ONLY_TELLS,
    again:
      'Backout tries again by itself. If it goes on, check the network of the worker and Slack’s status page.',
  });
}

/** Checked here, since the error of a URL that can't be used would quote it. */
function checkedUrl(target: SlackTarget): URL {
  const url = URL.canParse(target.webhook) ? new URL(target.webhook) : null;
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '')
    return url;
  throw new BackoutFailure('InvalidConfiguration', {
    what: notTaken(target, 'what is there is not a URL that begins with https://'),
    changed: ONLY_TELLS,
    next: 'Put the URL of a Slack incoming webhook there.',
  });
}

const notTaken = ({ channel, secretName }: SlackTarget, why: string): string =>
  `Slack did not take the message for the ${channel} channel (webhook in the ${secretName}): ${why}.`;
