/** `backout worker`: runs the steps, until SIGTERM. */
import { loadConfig } from '../../config/load.ts';
import { runWorker } from '../../worker.ts';
import { CliError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import type { GlobalOptions } from '../program.ts';

export type WorkerOptions = GlobalOptions & { taskQueue?: string };

export async function worker({ taskQueue, ...options }: WorkerOptions, io: Io): Promise<number> {
  const config = await loadConfig({
    path: options.config,
    flags: { address: options.address, namespace: options.namespace },
    env: io.env,
  });
  try {
    await runWorker({ config, ...(taskQueue === undefined ? {} : { taskQueue }) });
  } catch (error) {
    throw new CliError(EXIT.failed, stopped(config.temporal.address, error), { cause: error });
  }
  return EXIT.ok;
}

function stopped(address: string, error: unknown): string {
  const why = error instanceof Error ? error.message : String(error);
  return (
    `The worker has stopped: ${why.replace(/\.$/, '')} (Temporal at ${address}). Rollbacks that run wait for another worker ` +
    'and go on there. See what is wrong with `backout doctor`, then start it again.'
  );
}
