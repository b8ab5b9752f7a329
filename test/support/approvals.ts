/** A team, and the messages that its people send. */
import { parseApprovalMessage } from '../../src/domain/approval/messages.ts';
import type { ApprovalMessageName } from '../../src/domain/approval/messages.ts';
import { policyFor } from '../../src/domain/approval/policy.ts';
import type { Occasion } from '../../src/domain/approval/policy.ts';
import { askApprovals, receive } from '../../src/domain/approval/reducer.ts';
import { approvalSettingsSchema } from '../../src/domain/approval/settings.ts';
import type { ApprovalSettingsInput } from '../../src/domain/approval/settings.ts';
import { emptyApprovals, makeTerms } from '../../src/domain/approval/state.ts';
import type { Approvals, Proof, Received } from '../../src/domain/approval/state.ts';

export const RUN = '0192a3b4-run';
export const WORKFLOW = 'rollback-listings-42';
export const PLAN = 'abcdef123456';
export const BACKUP = 'listings-20261121-030000.sql.gz';

/** ISO 8601, so many minutes after the plan was made. */
export const minute = (minutes: number) =>
  new Date(Date.parse('2026-11-21T04:00:00.000Z') + minutes * 60_000).toISOString();

/** anna and ben are on call, lea leads, rob and lea review, gina may break the glass, dan does nothing here. */
export const TEAM = {
  people: {
    anna: { name: 'Anna Ax', aliases: ['aax'], roles: ['on-call'] },
    ben: { roles: ['on-call', 'reviewer'] },
    lea: { name: 'Lea Lund', roles: ['team-lead', 'reviewer'] },
    rob: { roles: ['reviewer'] },
    gina: {},
    dan: {},
  },
  breakGlass: ['gina'],
} satisfies ApprovalSettingsInput;

export const settings = (input: Partial<ApprovalSettingsInput> = {}) =>
  approvalSettingsSchema.parse({ ...TEAM, ...input });

export const DECLARED: Proof = { assurance: 'declared' };

export function message(name: ApprovalMessageName, content: unknown): Received['message'] {
  const parsed = parseApprovalMessage(name, content);
  if ('why' in parsed) throw new Error(parsed.why);
  return parsed.message;
}

/** One message, `minutes` after the plan was made. */
export type Sent = [name: ApprovalMessageName, content: unknown, minutes?: number];

export function sendAll(approvals: Approvals, messages: Sent[]): Approvals {
  return messages.reduce(
    (current, [name, content, minutes = 1]) =>
      receive(current, { message: message(name, content), at: minute(minutes), proof: DECLARED }),
    approvals,
  );
}

/** A rollback whose plan is just made. */
export function opened(
  occasion: Partial<Occasion> = {},
  {
    requestedBy = 'dan',
    early = [],
    ...input
  }: { requestedBy?: string; early?: Sent[] } & Partial<ApprovalSettingsInput> = {},
): Approvals {
  const policy = policyFor(settings(input), {
    environment: 'production',
    severity: 'P1',
    kind: 'full',
    ...occasion,
  });
  const terms = makeTerms(
    { workflowId: WORKFLOW, policy, planHash: PLAN, backup: BACKUP, requestedBy },
    minute(0),
  );
  return askApprovals(sendAll(emptyApprovals(RUN), early), terms);
}

export const whys = ({ refused }: Approvals) => refused.map(({ why }) => why);
