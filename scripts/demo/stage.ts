/** What every demo plays on: a Temporal server, a service with two colours behind nginx, and a worker. */
import { join } from 'node:path';
import { freePort } from '../../src/embedded/ports.ts';
import { startEmbeddedTemporal } from '../../src/embedded/temporal.ts';
import type { EmbeddedTemporal } from '../../src/embedded/temporal.ts';
import { SEARCH_ATTRIBUTES } from '../../src/search-attributes.ts';
import { startBackoutWorker } from './programs.ts';
import { startSandbox } from './sandbox.ts';
import type { Sandbox, SandboxOptions } from './sandbox.ts';

export type Around = {
  /** Everything goes there. */
  folder: string;
  /** Leaves it running in the end. */
  keep: boolean;
  say: (text?: string) => void;
  /** Starts what is ended with everything else, the last first; also when the end comes while it still starts. */
  begin: <Part extends { stop(): Promise<unknown> }>(start: () => Promise<Part>) => Promise<Part>;
};

export type Stage = { temporal: EmbeddedTemporal; sandbox: Sandbox };

export async function startStage(
  { folder, begin }: Around,
  options: Omit<SandboxOptions, 'folder' | 'file'>,
): Promise<Stage> {
  const temporal = await begin(() =>
    startEmbeddedTemporal({
      searchAttributes: [...SEARCH_ATTRIBUTES],
      namespace: 'default',
      logFile: join(folder, 'temporal.log'),
    }),
  );
  const healthAddress = `127.0.0.1:${await freePort()}`;
  const file = { temporal: { address: temporal.address }, worker: { healthAddress, logLevel: 'error' } };
  const sandbox = await begin(() => startSandbox({ ...options, folder, file }));
  await begin(() => startBackoutWorker(sandbox.configFile, `http://${healthAddress}`));
  return { temporal, sandbox };
}
