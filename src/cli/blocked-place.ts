/** Where a version is, or may be, blocked: from the arguments and the configuration, checked before anything is asked. */
import { environmentsOf } from '../config/environments.ts';
import { blockSchema } from '../domain/blocks/block.ts';
import type { BlockPlace, BlockRequest } from '../domain/blocks/block.ts';
import { listProblems } from '../domain/request.ts';
import { usageError } from './errors.ts';
import { unknownService } from './known-service.ts';

export type PlaceOptions = { config?: string; service: string; version: string; env?: string };

const OPTION_OF: Record<string, string> = {
  service: 'SERVICE',
  version: 'VERSION',
  environment: '--env',
  by: '--by',
  reason: '--reason',
};

/** @throws CliError `usage` that lists every problem by its option */
export function toBlockRequest(
  { service, version, env }: PlaceOptions,
  { by, reason }: { by: string; reason: string },
): BlockRequest {
  const environment = env === undefined ? {} : { environment: env };
  const parsed = blockSchema.safeParse({ service, version, by, reason, ...environment });
  if (parsed.success) return parsed.data;
  const problems = listProblems(parsed.error).map((problem) =>
    problem.replace(/^(\w+): /, (_, field: string) => `${OPTION_OF[field] ?? field} `),
  );
  throw usageError(`${problems.join('; ')}.`);
}

/**
 * The environments that count. A name that the configuration does not have is refused: it would never be found blocked.
 * @returns null where no configuration tells which there are, and none was named
 * @throws CliError `usage`, ConfigurationError
 */
export function environmentsFor(options: PlaceOptions, env: NodeJS.ProcessEnv): string[] | null {
  const known = environmentsOf(options.service, { path: options.config, env });
  const named = options.env === undefined ? null : [options.env];
  if (!known.known) return named;
  const { services, environments } = known;
  if (environments === null) throw unknownService(options.service, services);
  if (options.env !== undefined && !environments.includes(options.env))
    throw usageError(
      `${options.service} has no environment "${options.env}"; there are ${environments.join(', ')}.`,
    );
  return named ?? environments;
}

/** What blocks it in these environments: a block there, or one everywhere. */
export function placesOf({ service, version }: PlaceOptions, environments: string[]): BlockPlace[] {
  return [null, ...environments].map((environment) => ({ service, version, environment }));
}
