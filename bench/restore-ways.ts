/** The ways to restore the database that are compared. Each returns when the service is well again. */
import { fileURLToPath } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import { delimiter } from 'node:path';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { DATABASE } from '../scripts/demo/listings.ts';
import { serviceCommand } from '../scripts/demo/service.ts';
import { confirmRestoreUpdate, statusQuery } from '../workflows/messages.ts';
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
      await untilRestoreIsAsked(rollback);
      await rollback.executeUpdate(confirmRestoreUpdate, {
        args: [{ phrase: 'RESTORE', by: 'bench', backup }],
      });
      await rollback.result();
    },
  };
}

/** It is answered at once: how long a person takes is not what is measured. */
async function untilRestoreIsAsked(rollback: WorkflowHandle): Promise<void> {
  while ((await rollback.query(statusQuery)).awaiting?.step !== 'confirm-restore') await pause(POLL_MS);
}

/** What the measured time may be too long by. */
const POLL_MS = 50;
