/**
 * Where the time of a rollback goes: `tsx bench/trace.ts [local|ssh]` rolls back three times and prints the history of
 * the last one, each event with its milliseconds since the start and since the event before.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import { startBackoutWorker } from '../scripts/demo/programs.ts';
import { startEmbeddedTemporal } from '../src/embedded/temporal.ts';
import { SEARCH_ATTRIBUTES } from '../src/search-attributes.ts';
import { startSite } from './site.ts';

const place = process.argv[2] === 'ssh' ? 'ssh' : 'local';
const ROLLBACKS = 3;
type HistoryEvent = NonNullable<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>['events']>[number];

const folder = await mkdtemp(join(tmpdir(), 'backout-trace-'));
const temporal = await startEmbeddedTemporal({
  searchAttributes: [...SEARCH_ATTRIBUTES],
  namespace: 'default',
  logFile: join(folder, 'temporal.log'),
  headless: true,
});
const connection = await Connection.connect({ address: temporal.address });
const client = new Client({ connection });
const site = await startSite(place, { address: temporal.address });
const worker = await startBackoutWorker(site.sandbox.configFile, site.healthUrl);
try {
  for (let count = 1; count <= ROLLBACKS; count++) {
    await site.redeployGreen();
    const handle = await client.workflow.start('trafficOnlyRollback', {
      workflowId: `rollback-trace-${count}`,
      taskQueue: site.taskQueue,
      args: [{ service: site.service, reason: 'trace', requestedBy: 'bench' }],
    });
    await handle.result();
    if (count === ROLLBACKS) print((await handle.fetchHistory()).events ?? []);
  }
} finally {
  await worker.stop();
  await site.stop();
  await connection.close();
  await temporal.stop();
  await rm(folder, { recursive: true, force: true });
}

function print(events: HistoryEvent[]): void {
  const times = events.map(
    ({ eventTime }) => Number(eventTime?.seconds) * 1000 + Number(eventTime?.nanos) / 1e6,
  );
  const start = times[0] ?? 0;
  for (const [index, event] of events.entries()) {
    const time = times[index] ?? 0;
    const since = (time - start).toFixed(0).padStart(6);
    const gap = (time - (times[index - 1] ?? time)).toFixed(0).padStart(6);
    process.stdout.write(`${since} ${gap}  ${String(event.eventId).padStart(3)} ${describe(event)}\n`);
  }
}

/** An event by the name of its attributes, with the activity or child that it is about. */
function describe(event: HistoryEvent): string {
  const kind = Object.keys(event).find((key) => key.endsWith('EventAttributes'));
  const activity = event.activityTaskScheduledEventAttributes?.activityType?.name;
  const child = event.startChildWorkflowExecutionInitiatedEventAttributes?.workflowType?.name;
  const { scheduledEventId } = event.activityTaskCompletedEventAttributes ?? {};
  const of = scheduledEventId == null ? '' : `of event ${String(scheduledEventId)}`;
  return `${(kind ?? '').replace('EventAttributes', '')} ${activity ?? child ?? of}`.trimEnd();
}
