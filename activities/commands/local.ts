/** The worker's own machine. */
import { execute } from './execute.ts';
import { withSudo } from './format.ts';
import type { Host } from './host.ts';
import { checked } from './outcome.ts';

export function createLocalHost(name: string, settings: { sudo: boolean }): Host {
  return {
    name,
    run: async (argv, { sudo = settings.sudo, ...options } = {}) => {
      const kill = (pid: number) => execute(withSudo(['kill', '-s', 'KILL', '--', `-${pid}`], true));
      const result = await execute(withSudo(argv, sudo), { ...options, ...(sudo ? { kill } : {}) });
      options.signal?.throwIfAborted();
      return checked(result, { host: name, argv, sudo });
    },
    warm: async () => undefined,
    close: async () => undefined,
  };
}
