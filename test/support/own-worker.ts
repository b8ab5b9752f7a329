/** A worker of the real program that runs workflows of a test's own, and can be killed and replaced. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { stringify } from 'yaml';
import { WORKFLOW_SOURCES } from '../../src/workflow-sources.ts';
import { startWorkerProcess } from './worker-process.ts';

type Parts = {
  /** For its configuration and its bundle; whoever made it removes it. */
  folder: string;
  temporal: { address: string; taskQueue: string };
  /** A file of this folder. */
  workflows: string;
  /** The rest of the configuration file. */
  config: object;
};

export type OwnWorker = {
  client: Client;
  configFile: string;
  /** SIGKILL, and another one. */
  replace(): Promise<void>;
  close(): Promise<void>;
};

export async function startOwnWorker({ folder, temporal, workflows, config }: Parts): Promise<OwnWorker> {
  const files = { configFile: join(folder, 'backout.yaml'), workflowBundle: join(folder, 'bundle.js') };
  const worker = { healthAddress: '127.0.0.1:0', logLevel: 'error' };
  await writeFile(files.configFile, stringify({ version: 1, temporal, worker, ...config }));
  const { code } = await bundleWorkflowCode({
    ...WORKFLOW_SOURCES,
    workflowsPath: new URL(workflows, import.meta.url).pathname,
    logger: new DefaultLogger('ERROR', () => undefined),
  });
  await writeFile(files.workflowBundle, code);
  const connection = await Connection.connect({ address: temporal.address });
  let running = await startWorkerProcess(files);
  return {
    client: new Client({ connection }),
    configFile: files.configFile,
    replace: async () => {
      await running.kill();
      running = await startWorkerProcess(files);
    },
    close: async () => {
      await running.kill();
      await connection.close();
    },
  };
}
