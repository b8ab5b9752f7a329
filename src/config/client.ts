/**
 * What a client-only command needs of the configuration: where Temporal is, and nothing else.
 *
 * `status` and `rollback` must work at 3 a.m. even when somebody has broken the part of the file that only workers
 * read, and from a machine that has no file at all. They must also start fast: so no schema library is loaded
 * unless something looks wrong.
 */
import { findConfigFile } from './find.ts';
import { resolveTemporal } from './temporal.ts';
import type { TemporalSettings, TemporalSources } from './temporal.ts';

export type ClientSettings = {
  /** The file, or null when there is none. */
  file: string | null;
  temporal: TemporalSettings;
};

export type ClientOptions = {
  path?: string | undefined;
  flags?: TemporalSources['flags'];
  env: NodeJS.ProcessEnv;
};

/** @throws BackoutFailure InvalidConfiguration when a file was named that is not there, or its `temporal` part is wrong */
export async function loadClientSettings({ path, flags, env }: ClientOptions): Promise<ClientSettings> {
  const file = findConfigFile({ path, env });
  const fromFile = file === null ? {} : await temporalPart(file);
  const temporal = await resolveTemporal({ ...(flags === undefined ? {} : { flags }), file: fromFile, env });
  return { file, temporal };
}

const KEYS = ['address', 'namespace', 'profile', 'taskQueue'];

async function temporalPart(file: string): Promise<NonNullable<TemporalSources['file']>> {
  const { readDocument } = await import('./read.ts');
  const { value } = readDocument(file);
  const part = (value as { temporal?: unknown } | null | undefined)?.temporal ?? {};
  const entries = Object.entries(part);
  if (entries.every(([key, setting]) => KEYS.includes(key) && typeof setting === 'string')) return part;
  // Something is wrong with it: the full check says what.
  const { loadConfig } = await import('./load.ts');
  await loadConfig({ path: file, env: {}, secrets: false, mayBeSilent: true });
  return part;
}
