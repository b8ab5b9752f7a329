/**
 * The environments of a service, as the configuration file names them. Without the schema: a pipeline asks this before each
 * deploy, and what only workers read may be wrong in the file without holding it up.
 */
import { findConfigFile } from './find.ts';
import { readDocument } from './read.ts';

export type KnownEnvironments =
  /** No file, or a file without services: nothing can be said. */
  { known: false } | { known: true; services: string[]; environments: string[] | null };

/**
 * `environments` is null where the file has services, but not this one.
 * @throws ConfigurationError when the file can't be read or is no YAML
 */
export function environmentsOf(
  service: string,
  { path, env }: { path?: string | undefined; env: NodeJS.ProcessEnv },
): KnownEnvironments {
  const file = findConfigFile({ path, env });
  const document = file === null ? {} : ((readDocument(file).value ?? {}) as Record<string, unknown>);
  const services = keysOf(document['services']);
  if (services.length === 0) return { known: false };
  if (!services.includes(service)) return { known: true, services, environments: null };
  const settings = (document['services'] as Record<string, { environments?: unknown } | null>)[service];
  return { known: true, services, environments: keysOf(settings?.environments) };
}

const keysOf = (value: unknown): string[] =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
