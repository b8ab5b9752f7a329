/** The ways to restore the database that are compared. Each returns when the service is well again. */
import { fileURLToPath } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import { delimiter } from 'node:path';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { DATABASE } from '../scripts/demo/listings.ts';
import { serviceCommand } from '../scripts/demo/service.ts';
import { confirmRestoreUpdate, statusQuery } from '../workflows/messages.ts';
import type { RollbackStatus } from '../src/domain/rollback.ts';
import type { RestoreSite } from './restore-site.ts';
import { run } from './ways.ts';

export type RestoreWay = {
  name: 'script' | 'backout' | 'backout-plain';
  restore(site: RestoreSite): Promise<void>;
};

const SCRIPT = fileURLToPath(new URL('./restore-baseline.sh', import.meta.url));

export const byScript: RestoreWay = {
  name: 'script',
  restore: async ({ sandbox, postgres, plainBackup, folder }) => {
    const { blue, database } = sandbox;
    const start = serviceCommand({
      ...{ colour: 'blue', version: '1.4.0', directory: `${folder}/app`, port: blue.port },
      ...(database === undefined ? {} : { database }),
    });
    const args = [blue.pidFile, `${blue.url}/health/db`, DATABASE, plainBackup, `${folder}/safety.sql.gz`];
    await run(SCRIPT, [...args, ...start], {
      PATH: [postgres.bin, process.env['PATH'] ?? ''].join(delimiter),
      PGHOST: postgres.socketFolder,
      PGPORT: String(postgres.port),
      PGUSER: 'postgres',
    });
  },
};

let count = 0;

/** A full rollback where traffic is back already, so that the restore is all that is left to do. */
export function byBackout(client: Client, name: 'backout' | 'backout-plain'): RestoreWay {
  return {
    name,
    restore: async ({ taskQueue, service, ownBackup, plainBackup }) => {
      const path = name === 'backout' ? ownBackup : plainBackup;
      const backup = path.slice(path.lastIndexOf('/') + 1);
      const rollback = await client.workflow.start('fullRollback', {
        workflowId: `restore-${service}-bench-${process.pid}-${++count}`,
        taskQueue,
        args: [{ service, reason: 'benchmark', requestedBy: 'bench', faulty: 'green', backup }],
      });
      await until(rollback, ({ awaiting }) => awaiting?.step === 'confirm-restore', {
        everyMs: ASK_EVERY_MS,
      });
      await rollback.executeUpdate(confirmRestoreUpdate, {
        args: [{ phrase: 'RESTORE', by: 'bench', backup }],
      });
      const over = new AbortController();
      const watching = until(rollback, ({ outcome }) => outcome !== null, {
        everyMs: WATCH_EVERY_MS,
        signal: over.signal,
      });
      try {
        await Promise.race([rollback.result(), watching.then(() => rollback.result())]);
      } finally {
        over.abort();
        // It asks no server that may be gone by then.
        await watching.catch(() => undefined);
      }
    },
  };
}

/**
 * RESTORE is typed at once: how long a person takes is not what is measured.
 * @throws Error with its status, where another step waits for a person, or nothing comes of it
 */
async function until(
  rollback: WorkflowHandle,
  isSo: (status: RollbackStatus) => boolean,
  { everyMs, signal }: { everyMs: number; signal?: AbortSignal },
): Promise<void> {
  const giveUpAt = Date.now() + LIMIT_MS;
  for (;;) {
    const status = await rollback.query(statusQuery);
    if (isSo(status)) return;
    const isStuck = status.awaiting !== null && status.awaiting.step !== 'confirm-restore';
    if (isStuck || status.outcome !== null || Date.now() > giveUpAt) {
      throw new Error(`the rollback does not go on: ${JSON.stringify(status, null, 2)}`);
    }
    await pause(everyMs, undefined, signal && { signal });
  }
}

/** What the measured time may be too long by. */
const ASK_EVERY_MS = 50;
/** Its end is told without being asked for. */
const WATCH_EVERY_MS = 1000;
const LIMIT_MS = 600_000;
