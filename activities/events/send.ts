/** Sends one CloudEvent by HTTP POST, in structured mode: everything is in the body. */
import type { CloudEvent } from '../../src/domain/events/cdevents.ts';
import type { EventsSettings } from '../../src/domain/events/settings.ts';
import type { StepResult } from '../../src/domain/rollback.ts';
import { notTaken } from '../outbound/failures.ts';
import { judgeTrouble, said } from '../outbound/judge.ts';
import type { Judged } from '../outbound/judge.ts';
import { post } from '../outbound/post.ts';
import type { Answer } from '../outbound/post.ts';
import { readSecret } from '../secrets/read.ts';

export type EventInput = { event: CloudEvent; settings: Pick<EventsSettings, 'url' | 'token'> };

/** Where nothing else is asked for, a 429 is waited out so long. */
const TOO_MANY_MS = 5000;

/**
 * At least once: a try whose answer was lost is repeated, with the same id.
 * @throws BackoutFailure MessageRefused, InvalidConfiguration, MessageNotSent, or ApplicationFailure with the delay asked for
 */
export async function sendEvent(
  { env, fetch: send }: { env: NodeJS.ProcessEnv; fetch: typeof fetch },
  { event, settings }: EventInput,
  signal: AbortSignal,
): Promise<StepResult> {
  const token = settings.token === undefined ? null : await readSecret(settings.token, env);
  const answer = await post(
    {
      url: new URL(settings.url),
      headers: {
        'Content-Type': 'application/cloudevents+json; charset=utf-8',
        ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(event),
    },
    { fetch: send, signal, secrets: token === null ? [] : [token] },
  );
  const judged: Judged = 'why' in answer ? { kind: 'later', why: answer.why } : judge(answer);
  if (judged.kind !== 'sent')
    throw notTaken(`The receiver of events (${new URL(settings.url).origin})`, judged);
  return {
    outcome: 'done',
    proof: `Event ${event.type} was taken`,
    details: [],
    provedAt: new Date().toISOString(),
  };
}

function judge(answer: Answer): Judged {
  if (answer.status >= 200 && answer.status < 300) return { kind: 'sent', receipt: null };
  const trouble = judgeTrouble(answer, { tooManyMs: TOO_MANY_MS, now: Date.now() });
  if (trouble !== null) return trouble;
  return { kind: 'refused', why: said(answer), next: 'Correct `events.url` and `events.token`.' };
}
