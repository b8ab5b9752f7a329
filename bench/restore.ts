/** The restore of a database, in turns by plain shell and by Backout, while clients read and write. */
import type { Client } from '@temporalio/client';
import { startBackoutWorker } from '../scripts/demo/programs.ts';
import { failed, outageMs } from '../scripts/demo/traffic-report.ts';
import type { Answer } from '../scripts/demo/traffic.ts';
import type { BenchOptions, Server } from './benchmark.ts';
import { startRestoreSite } from './restore-site.ts';
import type { RestoreSite } from './restore-site.ts';
import { byBackout, byScript } from './restore-ways.ts';
import type { RestoreWay } from './restore-ways.ts';

export type Restored = {
  way: RestoreWay['name'];
  /** From the command until the service is proved well. */
  totalMs: number;
  /** In which nobody got a good answer to a read, or to a write. */
  withoutReadsMs: number;
  withoutWritesMs: number;
  requests: number;
  failed: number;
};

export type Restores = { bytes: RestoreSite['bytes']; measured: Restored[] };

export async function measureRestores(
  { address, client }: Server,
  { rounds, megabytes, say }: BenchOptions,
): Promise<Restores> {
  say(`restore: a database of ${megabytes} MB and its backups …`);
  const site = await startRestoreSite({ address }, megabytes);
  try {
    const worker = await startBackoutWorker(site.sandbox.configFile, site.healthUrl);
    try {
      await moveTraffic(client, site);
      const measured: Restored[] = [];
      for (let round = 1; round <= rounds; round++) {
        for (const way of [byScript, byBackout(client, 'backout'), byBackout(client, 'backout-plain')]) {
          say(`restore: round ${round} of ${rounds}, ${way.name} …`);
          measured.push(await measureOnce(site, way));
        }
      }
      return { bytes: site.bytes, measured };
    } finally {
      await worker.stop();
    }
  } finally {
    await site.stop();
  }
}

/** Once: from then on, a full rollback has the database alone left to do. */
async function moveTraffic(client: Client, { service, taskQueue }: RestoreSite): Promise<void> {
  await client.workflow.execute('trafficOnlyRollback', {
    workflowId: `rollback-${service}-bench-${process.pid}`,
    taskQueue,
    args: [{ service, reason: 'benchmark', requestedBy: 'bench' }],
  });
}

async function measureOnce(site: RestoreSite, way: RestoreWay): Promise<Restored> {
  await site.spoil();
  await Promise.all([site.reads.cut(), site.writes.cut()]);
  const startedAt = Date.now();
  await way.restore(site);
  const totalMs = Date.now() - startedAt;
  await site.expectRestored();
  const since = (answers: Answer[]) => answers.filter(({ sentAt }) => sentAt >= startedAt);
  const [reads, writes] = [since(await site.reads.cut()), since(await site.writes.cut())];
  return {
    way: way.name,
    totalMs,
    withoutReadsMs: outageMs(reads),
    withoutWritesMs: outageMs(writes),
    requests: reads.length + writes.length,
    failed: failed(reads).length + failed(writes).length,
  };
}
