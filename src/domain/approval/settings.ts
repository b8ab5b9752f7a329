/** Who may decide about rollbacks, by environment and severity (requirement F1). Written by people, checked here. */
import * as z from 'zod';
import { nameSchema, severitySchema } from '../request.ts';
import { checkSettings } from './settings-checks.ts';

export const APPROVAL_KINDS = ['traffic-only', 'full', 'partial'] as const;
export type ApprovalKind = (typeof APPROVAL_KINDS)[number];

const MAX_MINUTES = 7 * 24 * 60;
const minutes = z.number().positive().max(MAX_MINUTES);
const absolutePath = z.string().regex(/^\/[^\0\r\n]*$/, 'must be an absolute path');
const oneLine = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^[^\r\n]*$/, 'must be one line');

/** `anna`, `role:on-call` or `group:payments`. */
export const referenceSchema = z
  .string()
  .regex(
    /^(?:(?:role|group):)?[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
    'must be a name under `people`, or `role:NAME`, or `group:NAME`',
  );
const references = z.array(referenceSchema);
const memberSchema = z
  .string()
  .regex(/^(?:role:)?[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'must be a name under `people`, or `role:NAME`');

export const personSchema = z.strictObject({
  name: oneLine.optional().describe('The full name, as others know it.'),
  aliases: z
    .array(oneLine)
    .default([])
    .describe(
      'Other names that this person goes by: of the login, in chat. All of them are the same person.',
    ),
  roles: z.array(nameSchema).default([]).describe('Such as on-call, team-lead, reviewer.'),
  principal: z
    .string()
    .regex(/^[^\s,*?!"-][^\s,*?!"]*$/, 'must be one word without , * ? ! or quotes')
    .optional()
    .describe("The name in the allowed-signers file. Default: the person's name under `people`."),
});

export const assuranceSchema = z
  .enum(['declared', 'signed'])
  .describe(
    '`declared`: a name typed into a box, which proves nothing. `signed`: an SSH signature, made by `backout … --sign`, that was verified. Needs `signing`.',
  );

export const ruleSchema = z.strictObject({
  environments: z.array(nameSchema).min(1).optional().describe('Default: every environment.'),
  severities: z.array(severitySchema).min(1).optional().describe('Default: every severity.'),
  kinds: z.array(z.enum(APPROVAL_KINDS)).min(1).optional().describe('Default: every kind of rollback.'),
  approvers: z
    .array(
      z.strictObject({
        from: references.min(1).describe('Any of these may give it.'),
        count: z.int().min(1).max(10).default(1).describe('So many of them, all different people.'),
      }),
    )
    .max(10)
    .default([])
    .describe('Whose approvals are awaited. Nobody counts twice, here or in two entries. Empty: none.'),
  tell: references.default([]).describe('Who is told and not waited for.'),
  requesterMayApprove: z
    .boolean()
    .default(false)
    .describe('May an approval come from the person who asked for the rollback?'),
  expiresMinutes: minutes
    .default(60)
    .describe('Without the approvals after this time, the rollback ends with nothing more changed.'),
  assurance: assuranceSchema.default('declared'),
  restore: z
    .strictObject({
      from: references.min(1).optional().describe('Who may type RESTORE. Default: everybody under `people`.'),
      requesterMayConfirm: z
        .boolean()
        .default(true)
        .describe('May the person who asked for the rollback type RESTORE?'),
      expiresMinutes: minutes
        .default(240)
        .describe('Without RESTORE after this time, the database stays as it is.'),
      assurance: assuranceSchema.optional().describe("Default: the rule's."),
    })
    .prefault({}),
});
export type ApprovalRule = z.infer<typeof ruleSchema>;
export type ApprovalRuleInput = z.input<typeof ruleSchema>;

export const approvalSettingsSchema = z
  .strictObject({
    people: z
      .record(nameSchema, personSchema)
      .refine((people) => Object.keys(people).length > 0, 'needs at least one person')
      .describe('Everybody who may decide anything, by a short name.'),
    groups: z
      .record(nameSchema, z.array(memberSchema).min(1).describe('Names under `people`, and `role:NAME`.'))
      .default({})
      .describe('Names for several people or roles: payments: [anna, role:on-call]'),
    rules: z
      .array(ruleSchema)
      .default([])
      .describe('The first that fits counts. Where none fits, the built-in rules do.'),
    breakGlass: references
      .default([])
      .describe('Who may go ahead without approvals, with a reason, loudly. RESTORE is still to be typed.'),
    signing: z
      .strictObject({
        allowedSignersFile: absolutePath.describe(
          'On the worker, as ssh-keygen(1) has it. A line: anna namespaces="backout-decision" ssh-ed25519 AAAA…',
        ),
        revokedKeysFile: absolutePath
          .optional()
          .describe('Keys that count no more: a KRL, or one key a line.'),
      })
      .optional()
      .describe('How signatures are verified. See docs/approvals.md.'),
  })
  .superRefine(checkSettings)
  .describe('Who may decide about rollbacks.');
export type ApprovalSettings = z.infer<typeof approvalSettingsSchema>;
export type ApprovalSettingsInput = z.input<typeof approvalSettingsSchema>;
