/** What is known of the public updates about one rollback, and what the two tell each other. */
import * as z from 'zod';
import { owedSchema } from '../events/owed.ts';
import type { Severity } from '../request.ts';
import type { StatusPageSettings } from './settings.ts';
import { stageSchema } from './stage.ts';

export type PublicUpdatesInput = {
  rollback: { workflowId: string; runId: string };
  /** One per incident, whoever reset or retried the rollback. */
  run: string;
  severity: Severity;
  /** ISO 8601. */
  startedAt: string;
  /** Frozen: a change of the configuration does not change one that runs. */
  page: StatusPageSettings;
};

/** What a rollback tells its public updates. */
export const toldSchema = z.discriminatedUnion('said', [
  z.object({ said: z.literal('stage'), stage: stageSchema }),
  z.object({ said: z.literal('resolved'), by: z.string(), resolution: z.string() }),
  z.object({ said: z.literal('ended'), outcome: z.string(), summary: z.string() }),
  z.object({ said: z.literal('owes'), owed: owedSchema }),
]);
export type Told = z.infer<typeof toldSchema>;

const postedSchema = z.object({
  /** ISO 8601. */
  at: z.string(),
  status: z.string(),
  body: z.string(),
});

export const publicUpdatesStatusSchema = z.object({
  workflowId: z.string(),
  state: z.enum(['starting', 'running', 'ended']),
  /** The page in words. */
  page: z.string(),
  /** What the page calls the incident, and where it stands. */
  incident: z.string().nullable(),
  url: z.string().nullable(),
  /** The newest last; at most the last 20. */
  posted: z.array(postedSchema),
  /** ISO 8601: when it is posted next, or tried again. */
  nextAt: z.string().nullable(),
  /** Why the last try failed. */
  problem: z.string().nullable(),
  /** Why nothing is posted any more, or what goes on. */
  said: z.string().nullable(),
  /** Somebody has told it, not the rollback, that it is over, and so it tells other systems. */
  tellsEnd: z.literal(true).optional(),
});
/** As the workflow answers it, and shows it to its rollback. */
export type PublicUpdatesStatus = z.infer<typeof publicUpdatesStatusSchema>;

/** What the public updates tell their rollback: how they stand, and new lines for the timeline. */
export const pageSaidSchema = z.object({
  status: publicUpdatesStatusSchema,
  notes: z.array(z.object({ at: z.string(), what: z.string() })),
});
export type PageSaid = z.infer<typeof pageSaidSchema>;

/** Of a rollback: its public updates, or why it has none. */
export type RollbackPublicUpdates = PublicUpdatesStatus | { state: 'off'; said: string };

export const NOT_CUSTOMERS =
  'The status page is not told: this rollback says that customers are not affected.';
export const EPHEMERAL_PAGE =
  'The status page is not told: with --local, nothing could go on telling it when this command ends. Do it yourself.';

export const publicUpdatesIdOf = (workflowId: string, firstRunId: string): string =>
  `backout-public-updates/${workflowId}/${firstRunId}`;

/** What became of one update. */
export type Posted = {
  outcome:
    | 'posted'
    /** An earlier try had posted it. */
    | 'already'
    /** A person has closed or deleted the incident there. */
    | 'closed'
    /** The last update, and there is no incident. */
    | 'nothing-to-close';
  incident: string | null;
  url: string | null;
  /** What was posted, where a template has written it. */
  body?: string;
};
