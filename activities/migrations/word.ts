/** What a migration's author says of it: by a pattern in the configuration, or by the end of its name. Pure. */
import picomatch from 'picomatch';
import type { MigrationWord } from '../../src/domain/migrations/plan.ts';
import type { MigrationSettings } from '../../src/domain/migrations/settings.ts';
import { withoutEnding } from './preset.ts';
import type { Migration } from './preset.ts';

type Said = Pick<MigrationSettings, 'additive' | 'irreversible'>;

/** The more careful word wins. Nobody's word is `unknown`. */
export function wordOn({ id, title = id }: Migration, { additive, irreversible }: Said): MigrationWord {
  const names = [...new Set([id, title, withoutEnding(title)])];
  const isSaid = (globs: readonly string[], marker: string) =>
    names.some((name) => globs.some((glob) => matches(name, glob)) || name.endsWith(`.${marker}`));
  if (isSaid(irreversible, 'irreversible')) return 'irreversible';
  return isSaid(additive, 'additive') ? 'additive' : 'unknown';
}

/** A name is no path: `*` means anything in it. */
function matches(name: string, glob: string): boolean {
  return picomatch.isMatch(name.replaceAll('/', '|'), glob.replaceAll('/', '|'), { dot: true });
}
