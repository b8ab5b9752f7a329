/** Commands that are printed to be pasted: with what was given before the command, so that they reach the same rollback. */
import { DEFAULTS } from '../config/temporal.ts';
import type { TemporalSettings } from '../config/temporal.ts';
import type { GlobalOptions } from './program.ts';

/** `backout`, with the options that were given: the beginning of each command that follows up on this one. */
export function programWith({ config, address, namespace }: GlobalOptions): string {
  const given = Object.entries({ config, address, namespace }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name} ${quoted(value)}`],
  );
  return ['backout', ...given].join(' ');
}

/** An answer that a rollback names, which knows neither this command's options nor where its own server is. */
export function reaching(
  answer: string,
  { program, settings }: { program: string; settings: Pick<TemporalSettings, 'address' | 'namespace'> },
): string {
  const { address, namespace } = settings;
  const where = [
    ...(address === DEFAULTS.address ? [] : [` --address ${quoted(address)}`]),
    ...(namespace === DEFAULTS.namespace ? [] : [` --namespace ${quoted(namespace)}`]),
  ].join('');
  // By functions: a `$` in a path or name is none of a pattern's.
  return answer
    .replace(/^backout /, () => `${program} `)
    .replace(/^temporal workflow \S+/, (command) => command + where);
}

/** One word for a POSIX shell. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
