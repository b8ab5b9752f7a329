/**
 * How to connect to Temporal.
 *
 * First wins: a command's flag, the environment (TEMPORAL_*), backout.yaml, the profile of the `temporal` CLI, the
 * default. TLS and API keys only ever come from the environment or the profile: the same ones that the CLI uses.
 */
import type { ClientConfigProfile } from '@temporalio/envconfig';
import type { NativeConnectionOptions } from '@temporalio/worker';
import { BackoutFailure, NOTHING_CHANGED } from '../domain/failure.ts';

export type TemporalSettings = {
  address: string;
  namespace: string;
  profile?: string;
  taskQueue: string;
};

/** What the file and the command line say; undefined where they say nothing. */
export type TemporalSources = {
  flags?: { address?: string | undefined; namespace?: string | undefined };
  file?: {
    address?: string | undefined;
    namespace?: string | undefined;
    profile?: string | undefined;
    taskQueue?: string | undefined;
  };
  env: NodeJS.ProcessEnv;
};

/** host:port. The port may be left out: then it is Temporal's, 7233. */
export const ADDRESS = /^(\[[0-9a-fA-F:.]+\]|[^\s/:]+)(:\d{1,5})?$/;

export const DEFAULTS = { address: '127.0.0.1:7233', namespace: 'default', taskQueue: 'backout' } as const;

/** @throws BackoutFailure InvalidConfiguration when the profile is not there or can't be read */
export async function resolveTemporal({ flags, file, env }: TemporalSources): Promise<TemporalSettings> {
  const profileName = env['TEMPORAL_PROFILE'] || file?.profile;
  const profile = await loadProfile(profileName, env);
  return {
    address: requireAddress(
      flags?.address ?? (env['TEMPORAL_ADDRESS'] || (file?.address ?? profile.address ?? DEFAULTS.address)),
    ),
    namespace:
      flags?.namespace ??
      (env['TEMPORAL_NAMESPACE'] || (file?.namespace ?? profile.namespace ?? DEFAULTS.namespace)),
    ...(profileName === undefined ? {} : { profile: profileName }),
    taskQueue: file?.taskQueue ?? DEFAULTS.taskQueue,
  };
}

function requireAddress(address: string): string {
  if (ADDRESS.test(address)) return address;
  throw new BackoutFailure('InvalidConfiguration', {
    what: `"${address}" is not the address of a Temporal frontend.`,
    changed: NOTHING_CHANGED,
    next: 'Write host:port, such as temporal.example.net:7233, in --address, TEMPORAL_ADDRESS or `temporal.address`.',
  });
}

/** Address, TLS, API key and headers, for a client's `Connection` and for a worker's `NativeConnection` alike. */
export async function connectionOptions(
  { temporal }: { temporal: TemporalSettings },
  env: NodeJS.ProcessEnv = process.env,
): Promise<NativeConnectionOptions> {
  const { toClientOptions } = await import('./profiles.ts');
  const profile = await loadProfile(temporal.profile, env, { withEnvironment: true });
  try {
    const { connectionOptions: options } = toClientOptions({ ...profile, address: temporal.address });
    return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  } catch (error) {
    throw unreadable(error);
  }
}

async function loadProfile(
  name: string | undefined,
  env: NodeJS.ProcessEnv,
  { withEnvironment = false } = {},
): Promise<ClientConfigProfile> {
  const { loadClientConfigProfile } = await import('./profiles.ts');
  // Naming the default one must not demand that there is a profile file.
  const isDefault = name === undefined || name === 'default';
  try {
    return loadClientConfigProfile({
      ...(isDefault ? {} : { profile: name }),
      disableEnv: !withEnvironment,
      overrideEnvVars: setVariables(env),
    });
  } catch (error) {
    throw unreadable(error);
  }
}

function setVariables(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
    ),
  );
}

function unreadable(error: unknown): BackoutFailure {
  const why = error instanceof Error ? error.message : String(error);
  return new BackoutFailure(
    'InvalidConfiguration',
    {
      what: `The Temporal connection profile can't be used: ${why}.`,
      changed: NOTHING_CHANGED,
      next: 'Look at it with `temporal config list`, and at TEMPORAL_PROFILE, TEMPORAL_CONFIG_FILE and TEMPORAL_TLS_*.',
    },
    { cause: error },
  );
}
