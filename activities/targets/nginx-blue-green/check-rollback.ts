/** What a rollback would do now, and whether the next ones can tell a mended release from the broken one. */
import { BackoutFailure } from '../../../src/domain/failure.ts';
import { describeRelease } from '../../../src/domain/plan.ts';
import type { Finding } from '../../../src/domain/readiness.ts';
import { chooseColours } from './choice.ts';
import { FREEZE, parseFreeze } from '../freeze.ts';
import { describeFreeze, whatIsHeld } from './freeze.ts';
import { remark } from './finding.ts';
import type { Remark } from './finding.ts';
import type { Live } from './observe.ts';
import type { Ports } from './ports.ts';

export function checkVersions(ports: Ports, live: Live): Promise<Finding> {
  return remark('versions', async () => versions(ports, live));
}

export function checkRollback(ports: Ports, live: Live): Promise<Finding> {
  return remark('a rollback now', () => rollbackNow(ports, live));
}

/** One that does not run need not tell its version. */
function versions({ settings }: Ports, { releases }: Live): string | Remark {
  const untold = releases.filter(({ name }) => settings.colours[name]?.version === undefined);
  if (untold.length > 0) {
    return {
      detail: `no \`version\` is configured for ${named(untold)}: a mended release can't be told from the broken one`,
      fix: 'Set `version` of each colour. Without it, going back to a colour that a rollback has left is refused until a person says that it is mended.',
    };
  }
  const silent = releases.filter(({ version, process }) => version === null && process === 'running');
  if (silent.length > 0) {
    return {
      detail: `the version of ${named(silent)} can't be read, although it runs`,
      fix: 'Correct `version` of that colour: a mended release can not be told from the broken one otherwise.',
    };
  }
  return releases
    .map((release) => `${describeRelease(release)}${release.version === null ? ' not running' : ''}`)
    .join(', ');
}

const named = (releases: { name: string }[]) => releases.map(({ name }) => name).join(' and ');

async function rollbackNow(ports: Ports, live: Live): Promise<string | Remark> {
  const { lock } = live.state;
  const freeze = parseFreeze(live.state.records[FREEZE]);
  if (freeze !== null) {
    return {
      detail: `it is frozen: ${describeFreeze(freeze)}. ${whatIsHeld(freeze)}`,
      fix: 'Answer the freeze where it still waits (`backout status`), or lift it with `backout unfreeze SERVICE`.',
    };
  }
  if (lock !== null) {
    return {
      detail: `${lock.owner} is at work on this target (${lock.step}, asked for by ${lock.by})`,
      fix: 'Let it finish or end it.',
    };
  }
  try {
    const { from, to, warnings } = await chooseColours(ports, live, { kind: 'traffic-only', request: {} });
    ports.nginx.shifted(live.site, to.name);
    return [`from ${describeRelease(from)} to ${describeRelease(to)}`, ...warnings].join('; ');
  } catch (error) {
    if (!(error instanceof BackoutFailure)) throw error;
    return { detail: `there would be none: ${error.parts.what}`, fix: error.parts.next };
  }
}
