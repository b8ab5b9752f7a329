/** Which message from a person counts, and what it changes. Pure: signals and updates both end here. */
import { MESSAGE_SCHEMAS } from './messages.ts';
import type { Acknowledge, DecideStep, Message, MessageName, Resolve } from './messages.ts';
import { isMendable } from './recovery.ts';
import { listProblems } from './request.ts';
import type { StepRecord, RefusedMessage } from './rollback.ts';

/** What has been received so far. */
export type Inbox = {
  /** Decisions that no step has used yet, one per step: the first to arrive counts. */
  decisions: Record<string, DecideStep & { at: string }>;
  acknowledgements: (Acknowledge & { at: string })[];
  resolution: (Resolve & { at: string }) | null;
  refused: RefusedMessage[];
};

export const emptyInbox = (): Inbox => ({
  decisions: {},
  acknowledgements: [],
  resolution: null,
  refused: [],
});

/** What a message is judged against. */
export type InboxContext = {
  steps: Pick<StepRecord, 'name' | 'state' | 'failure'>[];
  ended: boolean;
  /** False in a recovery, which can't be answered with another one. */
  recovers: boolean;
};

/** At most this many refused messages are kept: somebody's loop must not grow the history without end. */
const MAX_REFUSED = 100;

/** The message, validated, or why it is refused. */
export function parseMessage(name: MessageName, content: unknown): { message: Message } | { why: string } {
  const parsed = MESSAGE_SCHEMAS[name].safeParse(content);
  if (parsed.success) return { message: { name, ...parsed.data } as Message };
  return { why: listProblems(parsed.error).join('; ') };
}

/** Why this message can't be taken now, or null when it can. */
export function whyRefused(message: Message, inbox: Inbox, context: InboxContext): string | null {
  if (context.ended) return 'the rollback has ended';
  switch (message.name) {
    case 'decideStep':
      return whyDecisionRefused(message, inbox, context);
    case 'resolve':
      return inbox.resolution === null
        ? null
        : `${inbox.resolution.by} resolved it first, at ${inbox.resolution.at}`;
    case 'acknowledge':
      return null;
  }
}

function whyDecisionRefused(message: DecideStep, inbox: Inbox, context: InboxContext): string | null {
  const step = context.steps.find((candidate) => candidate.name === message.step);
  if (!step) {
    const names = context.steps.map((candidate) => candidate.name).join(', ');
    return `there is no step "${message.step}"${names === '' ? ' yet: the plan is still being made' : `; the steps are ${names}`}`;
  }
  const earlier = inbox.decisions[message.step];
  if (earlier) return `${earlier.by} decided "${earlier.decision}" for this step first`;
  switch (step.state) {
    case 'pending':
    case 'running':
    case 'waiting-for-decision':
      return message.decision === 'recover' ? whyNoRecovery(step, context) : null;
    case 'done':
    case 'already':
    case 'not-needed':
    case 'failed':
    case 'skipped':
    case 'aborted':
    case 'not-reached':
      return `step ${message.step} needs no decision any more: it is ${step.state}`;
  }
}

/** It answers only what it can mend, so that it is never taken for a retry. */
function whyNoRecovery(
  { name, state, failure }: InboxContext['steps'][number],
  { recovers }: InboxContext,
): string | null {
  if (!recovers) return 'this is a recovery already: decide retry, skip or abort';
  if (state === 'waiting-for-decision' && isMendable(failure)) return null;
  return `step ${name} does not wait for a database or release that is down: there is nothing to recover`;
}

/** The inbox after a message that was not refused. */
export function accept(inbox: Inbox, message: Message, at: string): Inbox {
  const { name, ...content } = message;
  switch (name) {
    case 'decideStep': {
      const decision = { ...(content as DecideStep), at };
      return { ...inbox, decisions: { ...inbox.decisions, [decision.step]: decision } };
    }
    case 'acknowledge':
      return { ...inbox, acknowledgements: [...inbox.acknowledgements, { ...(content as Acknowledge), at }] };
    case 'resolve':
      return { ...inbox, resolution: { ...(content as Resolve), at } };
  }
}

/** The inbox after a message that was refused. It is kept, so that people can see what they sent. */
export function refuse(inbox: Inbox, refused: RefusedMessage): Inbox {
  if (inbox.refused.length >= MAX_REFUSED) return inbox;
  return { ...inbox, refused: [...inbox.refused, refused] };
}

/** The decision waiting for a step, taken out of the inbox: each is used once. */
export function takeDecision(
  inbox: Inbox,
  step: string,
): { inbox: Inbox; decision: (DecideStep & { at: string }) | null } {
  const { [step]: decision, ...rest } = inbox.decisions;
  return decision ? { inbox: { ...inbox, decisions: rest }, decision } : { inbox, decision: null };
}
