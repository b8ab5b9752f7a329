/**
 * A version that must not be deployed (requirement J1). One workflow stands for one block: while it runs, the version is
 * blocked. Its ID is made from what is blocked, so that anybody can ask the server by that ID alone, with no worker.
 */
import * as z from 'zod';
import { nameSchema } from '../request.ts';

const line = (max: number) => z.string().trim().min(1, 'must not be empty').max(max);

/** Temporal takes IDs of 1000 bytes; the rest is for the names before it. */
const MAX_ENCODED = 800;

/** As the service tells it, or as the pipeline names it: any one line. */
export const versionSchema = line(200)
  .refine((version) => !/[\p{Control}\p{Surrogate}]/u.test(version), 'must be one line of text')
  .refine(
    (version) => /\p{Surrogate}/u.test(version) || encodeURIComponent(version).length <= MAX_ENCODED,
    'is too long',
  );

/** What starts a block. */
export const blockSchema = z.strictObject({
  service: nameSchema,
  /** Missing: in every environment. */
  environment: nameSchema.optional(),
  version: versionSchema,
  by: line(200).describe('Who blocks it. Declared, not verified.'),
  reason: line(1000),
  /** The workflow ID of the rollback that left it. */
  rollback: line(1000).optional(),
});
export type BlockRequest = z.infer<typeof blockSchema>;

/** Where a version is blocked. `environment: null`: everywhere. */
export type BlockPlace = { service: string; environment: string | null; version: string };

/** A block as it stands. */
export type Block = BlockPlace & {
  by: string;
  reason: string;
  rollback: string | null;
  /** ISO 8601. */
  since: string;
};

/** Who let it go, and why. */
export type Lifted = { by: string; reason: string; at: string };

/** `lifted`: it was blocked once, and a person has let it go since. */
export type BlockState =
  { state: 'free' } | { state: 'blocked'; block: Block } | { state: 'lifted'; block: Block; lifted: Lifted };

export const FREE: BlockState = { state: 'free' };

/** The workflow type that stands for a block. */
export const BLOCK_WORKFLOW = 'blockedVersion';

/** The memo's field that holds the `BlockRequest`: read without a worker. */
export const BLOCK_MEMO = 'block';

/** Every block of the versions that `gate` and planning ask for has this form. */
export function blockWorkflowId({ service, environment, version }: BlockPlace): string {
  return `backout-block/${service}/${environment ?? '*'}/${encodeURIComponent(versionKey(version))}`;
}

/** `v1.5.0`, as tags have it, and `1.5.0`, as services say it, are one version. Everything else counts as written. */
export function versionKey(version: string): string {
  return version.trim().replace(/^v(?=\d)/i, '');
}

/** The strongest of what is known of one version: what blocks it counts, then what was let go last. */
export function strongest(states: BlockState[]): BlockState {
  const blocked = states.find(({ state }) => state === 'blocked');
  if (blocked) return blocked;
  const lifted = states.filter((one) => one.state === 'lifted');
  return lifted.toSorted((a, b) => (a.lifted.at < b.lifted.at ? 1 : -1))[0] ?? FREE;
}
