/**
 * What people send to a rollback that waits for them. Each will exist as a signal and as an update; both end in
 * reducer.ts. `planHash` and `runId` bind a message to what its sender has seen; a signed one always has both.
 */
import * as z from 'zod';
import { listProblems } from '../request.ts';

const by = z.string().trim().min(1).max(200).describe('Who you are. Declared, unless it is signed.');
const reason = z.string().trim().min(1, 'say why').max(2000);
const signed = z
  .strictObject({ challenge: z.string().max(10_000), signature: z.string().max(20_000) })
  .describe('As `backout … --sign` makes it.');

const binding = {
  planHash: z
    .string()
    .trim()
    .regex(/^[0-9a-f]{12}$/, 'must be the 12 hexadecimal digits that a plan shows')
    .optional(),
  runId: z.string().trim().min(1).max(200).optional(),
  signed: signed.optional(),
};

export const approveSchema = z.strictObject({ by, note: z.string().trim().max(2000).optional(), ...binding });
export const rejectSchema = z.strictObject({ by, reason, ...binding });
/** Go ahead without the approvals. */
export const breakGlassSchema = z.strictObject({ by, reason, ...binding });
/** The word alone, or with who typed it and what it is meant for. */
export const confirmRestoreSchema = z.preprocess(
  (content) => (typeof content === 'string' ? { phrase: content } : content),
  z.strictObject({
    phrase: z.string().trim().max(200),
    by: by.optional(),
    backup: z.string().min(1).max(1000).optional().describe('The backup, as the status names it.'),
    ...binding,
  }),
);

export const APPROVAL_MESSAGE_SCHEMAS = {
  approve: approveSchema,
  reject: rejectSchema,
  breakGlass: breakGlassSchema,
  confirmRestore: confirmRestoreSchema,
} as const;
export type ApprovalMessageName = keyof typeof APPROVAL_MESSAGE_SCHEMAS;

export type Approve = z.infer<typeof approveSchema>;
export type Reject = z.infer<typeof rejectSchema>;
export type BreakGlass = z.infer<typeof breakGlassSchema>;
export type ConfirmRestore = z.infer<typeof confirmRestoreSchema>;
/** One received message, name and validated content. */
export type ApprovalMessage =
  | ({ name: 'approve' } & Approve)
  | ({ name: 'reject' } & Reject)
  | ({ name: 'breakGlass' } & BreakGlass)
  | ({ name: 'confirmRestore' } & ConfirmRestore);

/** The message, validated, or why it is refused. */
export function parseApprovalMessage(
  name: ApprovalMessageName,
  content: unknown,
): { message: ApprovalMessage } | { why: string } {
  const parsed = APPROVAL_MESSAGE_SCHEMAS[name].safeParse(content);
  if (parsed.success) return { message: { name, ...parsed.data } as ApprovalMessage };
  return { why: listProblems(parsed.error).join('; ') };
}
