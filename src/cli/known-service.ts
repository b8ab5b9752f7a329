/** Is a service one of the configuration's? A name with a slip of the pen would read as "nothing there". */
import { environmentsOf } from '../config/environments.ts';
import { usageError } from './errors.ts';

type Named = { service?: string | undefined; config?: string };

/**
 * For lists in which nothing was found: what the configuration has no longer may still be listed.
 * @throws CliError `usage`, ConfigurationError
 */
export function requireKnown({ service, config }: Named, env: NodeJS.ProcessEnv): void {
  if (service === undefined) return;
  const known = environmentsOf(service, { path: config, env });
  if (known.known && known.environments === null) throw unknownService(service, known.services);
}

export const unknownService = (service: string, services: string[]) =>
  usageError(`There is no service "${service}" in the configuration; there are ${services.join(', ')}.`);
