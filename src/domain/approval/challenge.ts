/**
 * The text that a person signs to prove a decision. It says in words what is decided, and binds the decision to one
 * run, one plan and one moment: a signature can't be used for anything else, or again. Pure.
 */
import * as z from 'zod';
import type { ApprovalMessage, ApprovalMessageName } from './messages.ts';

/** What `ssh-keygen -Y` is told the signature is for: one made for git or for a file counts for nothing here. */
export const SIGNATURE_NAMESPACE = 'backout-decision';

/** A signature is made and sent at once; what lies about for longer is not taken. */
export const CHALLENGE_MINUTES = 10;

const FIRST_LINE = 'backout-decision v1';

const line = z
  .string()
  .min(1)
  .max(2000)
  // eslint-disable-next-line no-control-regex -- each field is one line, and what is read is all there is
  .regex(/^[^\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]*$/, 'must be one plain line')
  .refine((value) => value.trim() === value, 'must not begin or end with a blank');

const decisions = [
  'approve',
  'reject',
  'breakGlass',
  'confirmRestore',
] as const satisfies ApprovalMessageName[];

/** Every field is one line of the text, in this order. */
export const challengeSchema = z
  .strictObject({
    decision: z.enum(decisions),
    by: line,
    workflow: line,
    run: line,
    plan: z.string().regex(/^[0-9a-f]{12}$/),
    /** Only of `confirmRestore`. */
    backup: line.optional(),
    /** The note or reason. */
    note: line.optional(),
    nonce: z.string().regex(/^[0-9a-f]{32}$/),
    /** ISO 8601, UTC. Must have arrived before. */
    expires: z.iso.datetime(),
  })
  .refine(({ decision, backup }) => (decision === 'confirmRestore') === (backup !== undefined), {
    path: ['backup'],
    message: 'is named by confirmRestore, and by nothing else',
  });
export type Challenge = z.infer<typeof challengeSchema>;

const FIELDS = Object.keys(challengeSchema.shape) as (keyof Challenge)[];

/**
 * The text to sign.
 * @throws ZodError for what does not fit on a line
 */
export function challengeText(challenge: Challenge): string {
  const checked = challengeSchema.parse(challenge);
  const lines = FIELDS.flatMap((field) => {
    const value = checked[field];
    return value === undefined ? [] : [`${field}: ${value}`];
  });
  return [FIRST_LINE, ...lines, ''].join('\n');
}

/** The challenge that a text says, or null. Only the one way in which `challengeText` writes it is read. */
export function parseChallenge(text: string): Challenge | null {
  const [first, ...lines] = text.split('\n');
  if (first !== FIRST_LINE) return null;
  const entries = lines.slice(0, -1).map((one) => {
    const colon = one.indexOf(': ');
    return [one.slice(0, colon), one.slice(colon + 2)] as const;
  });
  const parsed = challengeSchema.safeParse(Object.fromEntries(entries));
  return parsed.success && challengeText(parsed.data) === text ? parsed.data : null;
}

/** What was received, and where and when. `nonces`: those that have been used in this run. */
export type Expected = {
  message: ApprovalMessage;
  workflowId: string;
  runId: string;
  /** ISO 8601, by the workflow's clock. */
  at: string;
  nonces: string[];
};

/** The challenge of a signed message when it says exactly what the message says, or why not. */
export function readChallenge(expected: Expected): { challenge: Challenge } | { why: string } {
  const { message, runId, workflowId, at, nonces } = expected;
  if (message.signed === undefined) return { why: 'it has no signature' };
  const challenge = parseChallenge(message.signed.challenge);
  if (challenge === null) return { why: 'the signed text is not one of `backout … --sign`' };
  if (challenge.workflow !== workflowId || challenge.run !== runId) {
    return {
      why: `the signature is for another run (${challenge.workflow}, ${challenge.run}); this one is ${runId}`,
    };
  }
  const differing = differences(challenge, message);
  if (differing.length > 0) {
    return { why: `the signed text and the message differ in ${differing.join(', ')}` };
  }
  if (new Date(at) >= new Date(challenge.expires)) {
    return { why: `the signature expired at ${challenge.expires}: sign again` };
  }
  const latest = new Date(at).getTime() + MOST_AHEAD_MINUTES * 60_000;
  if (new Date(challenge.expires).getTime() > latest) {
    return {
      why: `the signature is meant to last until ${challenge.expires}, which is too long: sign again`,
    };
  }
  if (nonces.includes(challenge.nonce)) return { why: 'this signature has been used already: sign again' };
  return { challenge };
}

/** Twice the time that `--sign` gives: the signer's clock may be off. */
const MOST_AHEAD_MINUTES = 2 * CHALLENGE_MINUTES;

function differences(challenge: Challenge, message: ApprovalMessage): string[] {
  const { name, by, planHash, runId } = message;
  const said: Record<string, [string | undefined, string | undefined]> = {
    decision: [challenge.decision, name],
    by: [challenge.by, by],
    plan: [challenge.plan, planHash],
    run: [challenge.run, runId],
    backup: [challenge.backup, name === 'confirmRestore' ? message.backup : undefined],
    note: [challenge.note, noteOf(message)],
  };
  return Object.entries(said).flatMap(([field, [signed, sent]]) => (signed === sent ? [] : [field]));
}

function noteOf(message: ApprovalMessage): string | undefined {
  switch (message.name) {
    case 'approve':
      return message.note;
    case 'reject':
    case 'breakGlass':
      return message.reason;
    case 'confirmRestore':
      return undefined;
  }
}

/** What is to be signed. `note`: of `approve`, or the reason of the others. `backup`: of `confirmRestore`. */
export type ToSign = {
  decision: ApprovalMessageName;
  by: string;
  workflowId: string;
  runId: string;
  planHash: string;
  note?: string;
  backup?: string;
};

/**
 * The challenge for a decision that is taken now.
 * @param nonce 32 hexadecimal digits that nobody has used before
 */
export function makeChallenge(toSign: ToSign, { nonce, at }: { nonce: string; at: string }): Challenge {
  const { decision, by, workflowId, runId, planHash, backup } = toSign;
  const note = toSign.note === undefined ? '' : inOneLine(toSign.note);
  return {
    decision,
    by: inOneLine(by),
    workflow: workflowId,
    run: runId,
    plan: planHash,
    ...(backup === undefined ? {} : { backup }),
    ...(note === '' ? {} : { note }),
    nonce,
    expires: new Date(new Date(at).getTime() + CHALLENGE_MINUTES * 60_000).toISOString(),
  };
}

const inOneLine = (text: string): string => text.trim().replace(/\s+/g, ' ');

/** The content of the message that carries a signature of this challenge. */
export function signedContent(challenge: Challenge, signature: string): Record<string, unknown> {
  const { decision, by, plan, run, note, backup } = challenge;
  return {
    by,
    planHash: plan,
    runId: run,
    ...(decision === 'confirmRestore'
      ? { phrase: 'RESTORE', ...(backup === undefined ? {} : { backup }) }
      : {}),
    ...(note === undefined ? {} : decision === 'approve' ? { note } : { reason: note }),
    signed: { challenge: challengeText(challenge), signature },
  };
}
