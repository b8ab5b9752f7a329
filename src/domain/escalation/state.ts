/** What is known of one escalation: who was paged when, who acknowledged, and who is paged next. */
import * as z from 'zod';
import { owedSchema } from '../events/owed.ts';
import type { RunKind } from '../plan.ts';
import type { Severity } from '../request.ts';
import type { Awaiting } from '../rollback.ts';
import type { EscalationPolicy } from './policy.ts';

/** The rollback that people are paged about. */
export type Subject = {
  workflowId: string;
  runId: string;
  kind: RunKind;
  service: string;
  environment: string;
  severity: Severity;
  reason: string;
  requestedBy: string;
  /** ISO 8601. */
  startedAt: string;
  customersAffected: boolean;
  /** `green (2.0) → blue (1.0)`; null where there is no plan, as in a freeze. */
  route: string | null;
  /** The command that does the same again, should the rollback be gone. */
  again: string;
};

export type EscalationInput = {
  subject: Subject;
  /** Frozen: a change of the configuration does not change an escalation that runs. */
  policy: EscalationPolicy;
  /** One per incident: under it a vendor counts all pages as one. */
  incidentKey: string;
};

const troubleSchema = z.object({
  /** Each is urgent once: a step that fails again hurries nobody else, but has to be acknowledged anew. */
  key: z.string(),
  /** The end of "listings in production: …". */
  title: z.string(),
  /** Whole sentences. */
  message: z.string(),
});
/** What is urgent: told to the next level at once. */
export type Trouble = z.infer<typeof troubleSchema>;

/** What a rollback tells its escalation. */
export const rollbackSaidSchema = z.discriminatedUnion('said', [
  z.object({ said: z.literal('trouble'), trouble: troubleSchema }),
  z.object({
    said: z.literal('acknowledged'),
    by: z.string(),
    note: z.string().optional(),
    /** When the rollback heard it: all that is written of it says the same time. */
    at: z.string().optional(),
  }),
  z.object({ said: z.literal('resolved'), by: z.string(), resolution: z.string() }),
  z.object({ said: z.literal('ended'), outcome: z.string(), summary: z.string() }),
  z.object({ said: z.literal('owes'), owed: owedSchema }),
]);
export type RollbackSaid = z.infer<typeof rollbackSaidSchema>;

/** The rollback as it is when a page is written. */
export type RollbackView = {
  /** Whole sentences: where traffic is, what became of the data. */
  state: string;
  awaiting: Awaiting | null;
};

/** How a run ended that was watched. */
export type RunEnd = {
  how: 'completed' | 'failed' | 'cancelled' | 'terminated' | 'timed-out' | 'reset';
  /** ISO 8601. */
  at: string;
  /** What Temporal says of it: who terminated it and why, or with what it failed. */
  said: string | null;
  /** The type of its failure, from our own list. */
  type: string | null;
  /** Only after a reset: the run that goes on. */
  goesOnAs: string | null;
  /** Null where no worker could say. */
  view: RollbackView | null;
};

const level = z.object({ number: z.number(), name: z.string(), people: z.array(z.string()) });

const receiptSchema = z.object({
  channel: z.string(),
  provider: z.string(),
  receipt: z.string().nullable(),
  sentAt: z.string(),
});

const pageRecordSchema = z.object({
  id: z.string(),
  /** ISO 8601: when it was begun. */
  at: z.string(),
  level,
  cause: z.enum(['start', 'first', 'time', 'urgent', 'not-reached', 'repeat']),
  outcome: z.enum(['sending', 'sent', 'failed']),
  receipts: z.array(receiptSchema),
  /** Channels that failed, and why. */
  problems: z.array(z.string()),
});
export type PageRecord = z.infer<typeof pageRecordSchema>;

/** The status and the report hold no more; the timeline has every page. */
export const MAX_PAGES_SHOWN = 50;

export const escalationStatusSchema = z.object({
  workflowId: z.string(),
  state: z.enum(['starting', 'running', 'ended']),
  /** The level that was paged last. */
  level: level.nullable(),
  /** The next page, should nobody acknowledge or resolve. */
  next: z.object({ at: z.string(), cause: pageRecordSchema.shape.cause, level }).nullable(),
  /** The newest last; at most the last MAX_PAGES_SHOWN. */
  pages: z.array(pageRecordSchema),
  acknowledgements: z.array(z.object({ at: z.string(), by: z.string(), note: z.string().optional() })),
  /** Why nobody is paged any more, or what is wrong. */
  said: z.string().nullable(),
  /** Somebody has told it, not the rollback, that it is over, and so it tells other systems. */
  tellsEnd: z.literal(true).optional(),
});
/** As the escalation answers it, and shows it to its rollback. */
export type EscalationStatus = z.infer<typeof escalationStatusSchema>;

/** What an escalation tells its rollback: how it stands, and new lines for the timeline. */
export const escalationSaidSchema = z.object({
  status: escalationStatusSchema,
  notes: z.array(z.object({ at: z.string(), what: z.string() })),
});
export type EscalationSaid = z.infer<typeof escalationSaidSchema>;

/** Of a rollback: its escalation, or why it has none. */
export type RollbackEscalation = EscalationStatus | { state: 'off'; said: string };

export const NOT_CONFIGURED =
  'Nobody is paged: no `escalation` is configured for this service and environment.';
export const EPHEMERAL =
  'Nobody is paged: with --local, nothing could go on paging when this command ends. Call people yourself.';

/** One per incident, whoever reset or retried it: vendors take up to 255 characters. */
export const incidentKeyOf = (firstRunId: string): string => `backout-${firstRunId}`;
export const escalationIdOf = (workflowId: string, firstRunId: string): string =>
  `backout-escalation/${workflowId}/${firstRunId}`;
