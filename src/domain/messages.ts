/** What people send to a running rollback. Each exists as a signal and as an update; both end in reducer.ts. */
import * as z from 'zod';

const by = z.string().trim().min(1).max(200).describe('Who you are. Declared, not verified.');
const note = z.string().trim().max(2000).optional();

/**
 * The answer to a step that could not be done: try again, go on without it, or end the rollback. `recover`: start what is
 * down first (the database, the release), then try again; only where that is offered.
 */
export const decideStepSchema = z.strictObject({
  step: z.string().min(1),
  decision: z.enum(['retry', 'skip', 'abort', 'recover']),
  by,
  note,
});
export type DecideStep = z.infer<typeof decideStepSchema>;

/** "I have seen it": recorded in the timeline; pauses repeat pages. */
export const acknowledgeSchema = z.strictObject({ by, note });
export type Acknowledge = z.infer<typeof acknowledgeSchema>;

/** "It is over": recorded with the resolution, which goes into the report. Doesn't cut steps short. */
export const resolveSchema = z.strictObject({ by, resolution: z.string().trim().min(1).max(2000) });
export type Resolve = z.infer<typeof resolveSchema>;

export const MESSAGE_SCHEMAS = {
  decideStep: decideStepSchema,
  acknowledge: acknowledgeSchema,
  resolve: resolveSchema,
} as const;
export type MessageName = keyof typeof MESSAGE_SCHEMAS;
/** One received message, name and validated content. */
export type Message =
  | ({ name: 'decideStep' } & DecideStep)
  | ({ name: 'acknowledge' } & Acknowledge)
  | ({ name: 'resolve' } & Resolve);

/** How a person's identity was established. `declared` is worth a name typed into a box. */
export type Assurance = 'declared' | 'signed';
