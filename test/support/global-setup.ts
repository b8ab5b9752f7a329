/** One Temporal dev server and one workflow bundle for all test files of a run. Files keep apart by workflow IDs, task queues and services. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import type { TestProject } from 'vitest/node';
import { startEmbeddedTemporal } from '../../src/embedded/temporal.ts';
import { SEARCH_ATTRIBUTES } from '../../src/search-attributes.ts';
import { WORKFLOW_SOURCES } from '../../src/workflow-sources.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    temporal: { address: string; uiUrl: string; cli: string };
    /** File with the workflows, bundled once for the whole run: it costs seconds. */
    workflowBundle: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'backout-temporal-'));
  const [server, { code }] = await Promise.all([
    startEmbeddedTemporal({
      searchAttributes: [...SEARCH_ATTRIBUTES],
      namespace: 'default',
      logFile: join(folder, 'temporal.log'),
    }),
    bundleWorkflowCode({ ...WORKFLOW_SOURCES, logger: new DefaultLogger('ERROR', () => undefined) }),
  ]);
  const workflowBundle = join(folder, 'workflow-bundle.js');
  await writeFile(workflowBundle, code);
  project.provide('workflowBundle', workflowBundle);
  project.provide('temporal', { address: server.address, uiUrl: server.uiUrl, cli: server.cli });
  return async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
}
