/** Who still needs an incident folder is asked of Temporal, and what goes is said. */
import { existsSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { DefaultLogger } from '@temporalio/worker';
import { expect, test } from 'vitest';
import { openIncident } from '../../../activities/incident/open.ts';
import { removeOldRecords, stateOf } from '../../../activities/rollback/records.ts';
import { FILES } from '../../../src/domain/report/files.ts';
import type { Removal } from '../../../src/domain/records/removal.ts';
import { tempFolder } from '../incident/support.ts';

const QUIET = new DefaultLogger('ERROR', () => undefined);
const OWNER = { workflowId: 'rollback-listings', startedAt: '2020-03-01T04:15:00.250Z' };
const FOLLOW_UP = 'rollback-listings-follow-up-20200301T041500Z';
const ENDED_AT = '2020-03-01T04:20:00.000Z';

/** `true`: it runs. A text: it closed then. Missing: Temporal does not know it. */
function temporal(known: Record<string, true | string>): Client {
  const getHandle = (id: string) => ({
    describe: async () => {
      const state = known[id];
      if (state === undefined) throw new WorkflowNotFoundError('not found', id, undefined);
      return state === true ? {} : { closeTime: new Date(state) };
    },
  });
  return { workflow: { getHandle } } as unknown as Client;
}

test.each([
  ['its rollback runs', { [OWNER.workflowId]: true }, { is: 'running', what: OWNER.workflowId }],
  [
    'its rollback has ended, and its follow-up runs',
    { [OWNER.workflowId]: ENDED_AT, [FOLLOW_UP]: true },
    { is: 'running', what: FOLLOW_UP },
  ],
  [
    'Temporal has forgotten the rollback, and its follow-up runs',
    { [FOLLOW_UP]: true },
    { is: 'running', what: FOLLOW_UP },
  ],
  [
    'both have ended',
    { [OWNER.workflowId]: ENDED_AT, [FOLLOW_UP]: '2020-03-08T00:00:00.000Z' },
    { is: 'ended', at: ENDED_AT },
  ],
  ['it had no follow-up', { [OWNER.workflowId]: ENDED_AT }, { is: 'ended', at: ENDED_AT }],
  ['only the end of the follow-up is known', { [FOLLOW_UP]: ENDED_AT }, { is: 'unknown' }],
  ['Temporal has forgotten both', {}, { is: 'unknown' }],
] as const)('of a folder: %s', async (_, known, expected) => {
  expect(await stateOf(temporal(known), OWNER)).toEqual(expected);
});

type Run = { removal: Removal; folder: string; directory: string; beats: unknown[] };

/** As a worker runs it: by its own configuration, with a folder of a rollback that ended in 2020. */
async function run(dryRun: boolean, scheduledAt = Date.now()): Promise<Run> {
  const directory = tempFolder();
  const { folder } = await openIncident(directory, OWNER);
  const summary = { format: 'backout.incident/1', outcome: 'rolled-back', endedAt: ENDED_AT };
  writeFileSync(join(folder, FILES.summary), JSON.stringify(summary));
  const beats: unknown[] = [];
  const { signal } = new AbortController();
  const deps = { incidents: { directory, retentionDays: 7 }, client: temporal({}) };
  const environment = new MockActivityEnvironment(undefined, { logger: QUIET });
  const removal = await environment.run<[], Removal, () => Promise<Removal>>(() =>
    removeOldRecords(deps, { dryRun }, { signal, heartbeat: (said) => beats.push(said), scheduledAt }),
  );
  return { removal, folder, directory, beats };
}

test('it says whose disk it was, what went and why, and beats for each', async () => {
  const { removal, folder, directory, beats } = await run(false);
  expect(removal).toEqual({
    dryRun: false,
    host: hostname(),
    directory,
    retentionDays: 7,
    removed: [
      { name: 'rollback-20200301-041500', why: 'it ended at 2020-03-01 04:20:00 UTC, more than 7 days ago' },
    ],
    kept: [],
    problems: [],
    young: 0,
  });
  expect(existsSync(folder)).toBe(false);
  expect(beats).toEqual(['rollback-20200301-041500']);
});

test('a dry run says the same, and leaves all of it', async () => {
  const { removal, folder, beats } = await run(true);
  expect(removal).toMatchObject({ dryRun: true, removed: [{ name: 'rollback-20200301-041500' }] });
  expect(existsSync(join(folder, FILES.summary))).toBe(true);
  expect(beats).toEqual([]);
});

test('on a worker whose clock is years ahead of Temporal’s, what is young by Temporal’s stays', async () => {
  const { removal, folder } = await run(false, Date.parse('2020-03-05T00:00:00.000Z'));
  expect(removal).toMatchObject({ removed: [], kept: [], problems: [], young: 1 });
  expect(existsSync(folder)).toBe(true);
});
