/** Retention on a real Temporal server: one schedule of two workers, and real folders. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { NativeConnection } from '@temporalio/worker';
import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { incidentName } from '../../activities/incident/names.ts';
import { openIncident } from '../../activities/incident/open.ts';
import { loadConfig } from '../../src/config/load.ts';
import { followUpIdOf } from '../../src/domain/follow-up/id.ts';
import type { Removal } from '../../src/domain/records/removal.ts';
import { FILES } from '../../src/domain/report/files.ts';
import { createLogger } from '../../src/logging.ts';
import { recordsScheduleId } from '../../src/domain/records/schedule.ts';
import { startWorker } from '../../src/worker.ts';
import type { RunningWorker } from '../../src/worker.ts';
import { openLab } from '../support/lab.ts';
import type { Lab } from '../support/lab.ts';
import { until } from '../support/until.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** The same for the whole file. */
const NOW = Date.now();
const daysAgo = (days: number) => new Date(NOW - days * DAY_MS).toISOString();

let lab: Lab;
let connection: NativeConnection;
let second: RunningWorker;
let running: string[];
beforeEach(async () => {
  running = [];
  lab = await openLab();
  connection = await NativeConnection.connect({ address: lab.address });
  second = await startWorker({
    config: await loadConfig({ path: lab.sandbox.configFile, env: process.env }),
    connection,
    logger: createLogger('error'),
    workflowBundle: inject('workflowBundle'),
  });
  await until('there is a schedule', () =>
    schedule()
      .describe()
      .then(
        () => true,
        () => false,
      ),
  );
});
afterEach(async () => {
  // One that goes on after its test would be in the lists of others.
  for (const id of running)
    await lab.client.workflow
      .getHandle(id)
      .terminate()
      .catch(() => undefined);
  await schedule()
    .delete()
    .catch(() => undefined);
  second.shutdown();
  await second.finished;
  await connection.close();
  await lab.close();
});

const schedule = () => lab.client.schedule.getHandle(recordsScheduleId(lab.taskQueue));

/** Something that runs under this ID. Nobody takes it: that it runs is all that is asked. */
async function run(workflowId: string): Promise<void> {
  running.push(workflowId);
  const taskQueue = `${lab.taskQueue}-nobody`;
  await lab.client.workflow.start('trafficOnlyRollback', { workflowId, taskQueue, args: [] });
}

/** The folder of a rollback that started so many days ago and ended five minutes later. */
async function keep(name: string, days: number): Promise<string> {
  const workflowId = `${lab.service}-${name}`;
  const startedAt = daysAgo(days);
  const endedAt = new Date(Date.parse(startedAt) + 300_000).toISOString();
  const sink = await openIncident(lab.sandbox.incidents, { workflowId, startedAt });
  const summary = { format: 'backout.incident/1', outcome: 'rolled-back', endedAt };
  await sink.write(FILES.summary, JSON.stringify(summary));
  await sink.write('green.log', 'x'.repeat(10_000));
  return incidentName(startedAt);
}

/** Lets the schedule start it now, and returns what came of it. */
async function trigger(): Promise<Removal> {
  const before = (await schedule().describe()).info.numActionsTaken;
  await schedule().trigger();
  await until('it is started', async () => (await schedule().describe()).info.numActionsTaken > before);
  const { recentActions } = (await schedule().describe()).info;
  const started = recentActions.at(-1)?.action.workflow;
  if (started === undefined) throw new Error('nothing was started');
  const handle = lab.client.workflow.getHandle(started.workflowId, started.firstExecutionRunId);
  return (await handle.result()) as Removal;
}

it('two workers make one schedule, by which old folders go, and those that are needed stay', async () => {
  const { spec, policies, action, state } = await schedule().describe();
  expect(action).toMatchObject({ workflowType: 'removeOldRecords', taskQueue: lab.taskQueue });
  expect(policies).toMatchObject({ overlap: 'SKIP', catchupWindow: DAY_MS });
  expect(spec.calendars?.[0]).toMatchObject({ hour: [{ start: 2 }], minute: [{ start: 40 }] });
  expect(state.paused).toBe(false);

  const rollback = await lab.start();
  const { result } = await rollback.ended();
  const { followUp = '' } = await rollback.status();
  running.push(followUp);
  const fresh = basename(result?.incidentFolder ?? '');
  const old = await keep('old', 40);
  const young = await keep('young', 20);
  const waits = await keep('waits', 60);
  await run(`${lab.service}-waits`);
  const watched = await keep('watched', 50);
  const watch = followUpIdOf({ workflowId: `${lab.service}-watched`, startedAt: daysAgo(50) });
  await run(watch);
  await mkdir(join(lab.sandbox.incidents, 'rollback-notes'));
  await writeFile(join(lab.sandbox.incidents, 'README'), 'ours');
  // What a worker left that was killed while it removed it.
  await mkdir(join(lab.sandbox.incidents, '.removing-rollback-20200101-000000'));

  const removal = await trigger();
  expect(removal.problems).toEqual([]);
  expect(removal.removed.map(({ name }) => name)).toEqual(['.removing-rollback-20200101-000000', old]);
  expect(removal.kept).toEqual([
    { name: waits, why: `${lab.service}-waits still runs` },
    { name: watched, why: `${watch} still runs` },
  ]);
  expect(removal.young).toBe(2);
  expect((await readdir(lab.sandbox.incidents)).sort()).toEqual(
    ['README', 'rollback-notes', fresh, watched, waits, young].sort(),
  );
});
