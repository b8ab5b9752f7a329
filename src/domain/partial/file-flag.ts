/** A flag in a file: read, and written as another value with every other byte as it was. Pure. */
import { envToken, envValue, findEnv } from './env-file.ts';
import { findJson } from './json-file.ts';
import { formatOf, keyOf } from './settings.ts';
import type { FileFlag } from './settings.ts';

export type FlagPlace = Pick<FileFlag, 'file' | 'format' | 'key'>;

/** The value as it stands in the file, or why it can't be told. */
export function readFileFlag(
  text: string,
  name: string,
  place: FlagPlace,
): { raw: string; start: number; end: number } | { problem: string } {
  const key = keyOf(name, place);
  const format = formatOf(place);
  switch (format) {
    case 'env':
      return findEnv(text, key.join('.'));
    case 'json':
    case 'jsonc':
      return findJson(text, key, { comments: format === 'jsonc' });
    case 'text':
      return { problem: 'its name does not say whether it is JSON or an environment file: set `format`' };
  }
}

/** The text with the value replaced by `raw`, or why it can't be. */
export function writeFileFlag(
  text: string,
  raw: string,
  { name, place }: { name: string; place: FlagPlace },
): { text: string } | { problem: string } {
  const found = readFileFlag(text, name, place);
  if ('problem' in found) return found;
  return { text: text.slice(0, found.start) + raw + text.slice(found.end) };
}

/** How `off` is written in place of the present value. */
export function offToken(present: string, flag: FlagPlace & Pick<FileFlag, 'off'>): string {
  return formatOf(flag) === 'env' ? envToken(String(flag.off), present) : JSON.stringify(flag.off);
}

/** Does the present value say what `off` says? */
export function isOff(present: string, flag: FlagPlace & Pick<FileFlag, 'off'>): boolean {
  if (formatOf(flag) === 'env') return envValue(present) === String(flag.off);
  return JSON.parse(present) === flag.off;
}
