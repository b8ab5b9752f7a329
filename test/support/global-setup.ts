/** One Temporal dev server for all test files of a run. Files keep apart by workflow IDs, task queues and services. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startEmbeddedTemporal } from '../../src/embedded/temporal.ts';
import { SEARCH_ATTRIBUTES } from '../../src/search-attributes.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    temporal: { address: string; uiUrl: string; cli: string };
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'backout-temporal-'));
  const server = await startEmbeddedTemporal({
    searchAttributes: [...SEARCH_ATTRIBUTES],
    namespace: 'default',
    logFile: join(folder, 'temporal.log'),
  });
  project.provide('temporal', { address: server.address, uiUrl: server.uiUrl, cli: server.cli });
  return async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
}
