/** What differs between a configuration file and its saved copy, as people may see it: names, and few values. Pure. */
import { parseEnv, envValue } from './env-file.ts';
import { parseJsonFile } from './json-file.ts';
import { looksSecret, withoutSecrets } from './secrets.ts';
import type { Format } from './settings.ts';

export type Compared = { format: Format; showValues: readonly string[] };

/** The values by their names, or what is wrong with the text and where. */
export function valuesOf(
  text: string,
  format: Format,
): { values: Map<string, string> } | { problem: string } {
  switch (format) {
    case 'env': {
      const parsed = parseEnv(text);
      if ('problem' in parsed) return parsed;
      if (parsed.entries.length === 0) return { problem: 'no KEY=value is in it' };
      return { values: new Map(parsed.entries.map(({ key, raw }) => [key, envValue(raw)])) };
    }
    case 'json':
    case 'jsonc': {
      const parsed = parseJsonFile(text, { comments: format === 'jsonc' });
      if ('problem' in parsed) return parsed;
      return { values: new Map(parsed.scalars.map(({ path, raw }) => [path.join('.'), raw])) };
    }
    case 'text':
      return { values: new Map() };
  }
}

/**
 * One line for each name that differs: `DB_POOL: changed`. Values only of names that are allowed and promise no secret.
 * @param present may be what can't be read: that may be why it is put back
 */
export function describeDifferences(present: string, next: string, compared: Compared): string[] {
  const { format } = compared;
  if (format === 'text') return [lineCounts(present, next)];
  const [before, after] = [valuesOf(present, format), valuesOf(next, format)];
  if ('problem' in after) return [`it can't be read as ${format}: ${after.problem}`];
  if ('problem' in before)
    return [
      `the present file can't be read as ${format}: ${before.problem}`,
      `it would have ${count(after.values)}`,
    ];
  const names = [...new Set([...before.values.keys(), ...after.values.keys()])];
  const lines = names.flatMap((name) => {
    const change = { before: before.values.get(name), after: after.values.get(name) };
    return change.before === change.after ? [] : [describe(name, change, compared)];
  });
  return lines.length === 0 ? ['the same values: only comments, order or spacing differ'] : lines;
}

type Change = { before: string | undefined; after: string | undefined };

function describe(name: string, { before, after }: Change, { showValues }: Compared): string {
  const isShown = showValues.includes(name) && !looksSecret(name);
  const [was, is] = [withoutSecrets(before ?? ''), withoutSecrets(after ?? '')];
  if (before === undefined) return isShown ? `${name}: added, ${is}` : `${name}: added`;
  if (after === undefined) return isShown ? `${name}: removed, was ${was}` : `${name}: removed`;
  // Equal, where only the secret in it differs.
  return isShown && was !== is ? `${name}: ${was} → ${is}` : `${name}: changed`;
}

const count = (values: Map<string, string>): string =>
  values.size === 1 ? '1 value' : `${values.size} values`;

/** Of a text nothing is shown: what stands in it is not known. */
function lineCounts(present: string, next: string): string {
  const gone = linesWithout(present, next);
  const come = linesWithout(next, present);
  return `${gone} lines go, ${come} lines come; its content is not shown`;
}

function linesWithout(text: string, other: string): number {
  const left = new Map<string, number>();
  for (const line of other.split('\n')) left.set(line, (left.get(line) ?? 0) + 1);
  return text.split('\n').filter((line) => {
    const times = left.get(line) ?? 0;
    left.set(line, times - 1);
    return times <= 0;
  }).length;
}
