/** `backout worker`: runs the steps, until SIGTERM. */
import { checkConfig } from '../../config/load.ts';
import { runWorker } from '../../worker.ts';
import { CliError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import type { GlobalOptions } from '../program.ts';
import { networkProblem } from '../temporal/network.ts';

export type WorkerOptions = GlobalOptions & { taskQueue?: string };

export async function worker({ taskQueue, ...options }: WorkerOptions, io: Io): Promise<number> {
  const { config, unusedTemplates } = await checkConfig({
    path: options.config,
    flags: { address: options.address, namespace: options.namespace },
    env: io.env,
    leavesTemplatesOut: true,
  });
  try {
    await runWorker({ config, unusedTemplates, ...(taskQueue === undefined ? {} : { taskQueue }) });
  } catch (error) {
    const problem = await networkProblem(config.temporal.address);
    const why = problem ?? (error instanceof Error ? error.message : String(error));
    throw new CliError(
      problem === null ? EXIT.failed : EXIT.unreachable,
      `The worker has stopped: ${why.replace(/\.$/, '')} (Temporal at ${config.temporal.address}). ` +
        'Rollbacks that run wait for another worker and go on there. See what is wrong with `backout doctor`, then start it again.',
      { cause: error },
    );
  }
  return EXIT.ok;
}
