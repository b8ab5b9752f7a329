/** Could a plan tell what migrations came since? What `backout doctor` says of it. Changes nothing. */
import { BackoutFailure } from '../../src/domain/failure.ts';
import type { Finding } from '../../src/domain/readiness.ts';
import { readApplied, readKnown } from '../migrations/read.ts';
import { openMigrations } from './migrations-source.ts';
import type { Configured, Reach } from './migrations-source.ts';

const NAME = 'migrations';

/** Nothing where no migrations are configured. */
export async function migrationFindings(reach: Reach, config: Configured): Promise<Finding[]> {
  const releases = Object.keys(config.target.colours);
  try {
    const opened = openMigrations(reach, config);
    if (opened === undefined) return [];
    const { parts, settings } = opened;
    const [name = ''] = releases;
    const { migrations, failed } = await readApplied(parts, { name });
    const last = migrations.at(-1);
    const seen =
      last === undefined
        ? 'none is applied'
        : `${describeCount(migrations.length)}, the last ${last.title ?? last.id}`;
    if (failed.length > 0) {
      const fix = `See what of it was done, and let ${settings.tool} finish it or take it back: a rollback of traffic is refused until then.`;
      return [{ name: NAME, ok: false, detail: `${failed.join(', ')} failed midway`, fix }];
    }
    // Each deploy has another version: only what lies under the release's name can be looked at before.
    if (JSON.stringify(settings.known ?? {}).includes('$version'))
      return [{ name: NAME, ok: true, detail: seen }];
    const known = await Promise.all(
      releases.map(async (release) => await readKnown(parts, { name: release, version: null })),
    );
    const looked = known.some((has) => has !== null)
      ? `; what ${releases.join(' and ')} know can be read`
      : '';
    return [{ name: NAME, ok: true, detail: `${seen}${looked}` }];
  } catch (error) {
    if (!(error instanceof BackoutFailure)) throw error;
    return [{ name: NAME, ok: false, detail: error.parts.what, fix: error.parts.next }];
  }
}

const describeCount = (count: number): string => (count === 1 ? 'one is applied' : `${count} are applied`);
