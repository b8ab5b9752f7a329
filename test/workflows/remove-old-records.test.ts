/** Retention as a workflow: what it says, what it refuses, and that trouble shows. */
import { ApplicationFailure } from '@temporalio/activity';
import { describe, expect, test } from 'vitest';
import type { Activities } from '../../activities/types.ts';
import type { Session } from '../../src/cli/temporal/connect.ts';
import { askOldRecords } from '../../src/cli/temporal/old-records.ts';
import type { Removal } from '../../src/domain/records/removal.ts';
import { failureOf, fails, withFakes } from './drive.ts';
import { labOfFile } from './lab.ts';

const lab = labOfFile();

const WORKFLOW = 'removeOldRecords';
const REMOVAL: Removal = {
  dryRun: false,
  host: 'worker-1',
  directory: '/incidents',
  retentionDays: 30,
  removed: [{ name: 'rollback-20260101-041500', why: 'it ended long ago' }],
  kept: [{ name: 'rollback-20260102-041500', why: 'rollback-2 still runs' }],
  problems: [],
  young: 4,
};
const fakes = <Result>(
  replaced: Parameters<typeof withFakes>[1],
  work: Parameters<typeof withFakes<Result>>[2],
): Promise<Result> => withFakes({ lab, workflow: WORKFLOW }, replaced, work);

test('it returns what was removed and kept, and why; as a schedule starts it, without input', async () => {
  await fakes({ removeOldRecords: async () => REMOVAL }, async ({ taskQueue }) => {
    const { workflow } = lab.environment.client;
    await expect(
      workflow.execute(WORKFLOW, { taskQueue, workflowId: 'records-1', args: [] }),
    ).resolves.toEqual(REMOVAL);
  });
});

test('a dry run is one for the activity, too', async () => {
  await fakes({}, async ({ start, calls }) => {
    const handle = await start({ dryRun: true }, 'records-dry');
    await expect(handle.result()).resolves.toMatchObject({ dryRun: true });
    expect(calls).toEqual(['removeOldRecords dryRun']);
  });
});

test('a mistyped dry run removes nothing', async () => {
  await fakes({}, async ({ start, calls }) => {
    const failure = await failureOf(await start({ dryrun: true }, 'records-mistyped'));
    expect(failure.type).toBe('InvalidRequest');
    expect(failure.message).toMatch(
      /^Nothing was removed: .*dryrun.*\. It takes no input, or \{"dryRun": true\}\.$/,
    );
    expect(calls).toEqual([]);
  });
});

test('a folder that could not be removed shows as a failure, with all that was done in its details', async () => {
  const removal = { ...REMOVAL, problems: [{ name: 'rollback-20260103-041500', why: 'EACCES' }] };
  await fakes({ removeOldRecords: async () => removal }, async ({ start }) => {
    const failure = await failureOf(await start({}, 'records-stuck'));
    expect(failure.type).toBe('RecordsNotRemoved');
    expect(failure.message).toContain(
      'could not be removed: rollback-20260103-041500 (EACCES). 1 folder was removed.',
    );
    expect(failure.details).toEqual([removal]);
  });
});

describe('backout records', () => {
  const ask = async (removeOldRecords: Activities['removeOldRecords']): Promise<Removal> =>
    await fakes({ removeOldRecords }, async ({ taskQueue }) => {
      const settings = { taskQueue: 'nobody-s' };
      const session = { client: lab.environment.client, settings, program: 'backout' } as unknown as Session;
      return await askOldRecords(session, { taskQueue, interrupt: new AbortController().signal });
    });

  test('asks a worker of that queue for a dry run', async () => {
    await expect(ask(async ({ dryRun }) => ({ ...REMOVAL, dryRun }))).resolves.toEqual({
      ...REMOVAL,
      dryRun: true,
    });
  });

  test('shows what it got although folders could not be judged', async () => {
    const problems = [{ name: 'rollback-20260103-041500', why: '14 UNAVAILABLE' }];
    await expect(ask(async ({ dryRun }) => ({ ...REMOVAL, dryRun, problems }))).resolves.toEqual({
      ...REMOVAL,
      dryRun: true,
      problems,
    });
  });

  test('says why it could not be looked at', async () => {
    await expect(ask(fails('Unexpected', 'The worker has no disk.'))).rejects.toThrow(
      'The worker has no disk.',
    );
  });
});

test('a worker that can not even begin is tried again for hours', async () => {
  const tries: number[] = [];
  const removeOldRecords = async (): Promise<Removal> => {
    tries.push(await lab.environment.currentTimeMs());
    if (tries.length < 7) throw ApplicationFailure.create({ type: 'Unexpected', message: 'No disk.' });
    return REMOVAL;
  };
  await fakes({ removeOldRecords }, async ({ start }) => {
    const handle = await start({}, 'records-tried');
    await expect(handle.result()).resolves.toEqual(REMOVAL);
  });
  expect(tries).toHaveLength(7);
  expect((tries[6] ?? 0) - (tries[0] ?? 0)).toBeGreaterThan(60 * 60 * 1000);
});
