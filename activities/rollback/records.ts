/** Retention: what is too old goes, unless Temporal says that somebody still needs it. */
import { hostname } from 'node:os';
import { log } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { followUpIdOf } from '../../src/domain/follow-up/id.ts';
import type { Removal, RemovalRequest } from '../../src/domain/records/removal.ts';
import type { Deps } from '../deps.ts';
import type { Owner } from '../incident/owner.ts';
import { removeExpired } from '../incident/retention.ts';
import type { RunState } from '../incident/retention.ts';
import { describeWorkflow } from '../temporal/describe.ts';
import type { Running } from './activity.ts';

/**
 * Removes the incident folders on this worker that are older than configured, each on its own. How old they are, this worker's
 * clock and Temporal's must agree on: one that is wrong would remove what is needed.
 */
export async function removeOldRecords(
  { incidents, client }: Pick<Deps, 'incidents' | 'client'>,
  { dryRun }: RemovalRequest,
  { signal, heartbeat, scheduledAt }: Pick<Running, 'signal' | 'heartbeat' | 'scheduledAt'>,
): Promise<Removal> {
  const { directory, retentionDays } = incidents;
  const found = await removeExpired({
    root: directory,
    now: new Date(Math.min(Date.now(), scheduledAt)),
    days: retentionDays,
    dryRun,
    signal,
    stateOf: (owner) => stateOf(client, owner),
    // At once: what a try that is cut off has removed is in no result.
    onRemoved: ({ name, why }) => {
      heartbeat(name);
      log.info('incident folder removed', { directory, name, why });
    },
  });
  return { dryRun, host: hostname(), directory, retentionDays, ...found };
}

/**
 * Does a rollback still run, or its follow-up? By workflow ID: a reset rollback goes on under the same ID. Where a pipeline
 * gives the same ID again, a folder stays a few minutes longer for a later run.
 */
export async function stateOf(
  client: Client,
  owner: Pick<Owner, 'workflowId' | 'startedAt'>,
): Promise<RunState> {
  const followUp = followUpIdOf(owner);
  const [rollback, after] = await Promise.all([
    describeWorkflow(client, owner.workflowId),
    describeWorkflow(client, followUp),
  ]);
  // Only what has closed has a time at which it did; a paused one has not.
  if (rollback !== null && rollback.closeTime === undefined) return { is: 'running', what: owner.workflowId };
  if (after !== null && after.closeTime === undefined) return { is: 'running', what: followUp };
  if (rollback?.closeTime === undefined) return { is: 'unknown' };
  return { is: 'ended', at: rollback.closeTime.toISOString() };
}
