/** Judges how many error lines a release wrote since the switch. Pure; a log that can't be read is not an empty one. */
import type { Check, LogErrorSettings } from '../../src/domain/verification.ts';
import { plural, seconds } from './format.ts';
import type { LogCount } from './log-scripts.ts';

const NAME = 'log errors';

/** The verdict over all logs of the release, counted `sinceSwitchMs` after the switch. */
export function judgeLogErrors(
  { pattern, max }: LogErrorSettings,
  counts: LogCount[],
  sinceSwitchMs: number,
): Check {
  if (counts.length === 0)
    return noLogData('the release has no log file or journal unit in the configuration');
  const unknown = counts.flatMap((count) => describeUnknown(count) ?? []);
  const lines = counts.reduce((sum, count) => sum + count.lines, 0);
  const where = counts.map((count) => `${count.source}: ${count.lines}${describeNote(count)}`).join(', ');
  const seen = `${plural(lines, 'line')} matching ${pattern} in the ${seconds(sinceSwitchMs)} since the switch (${where}), ${max} allowed.`;
  // Too many are too many, whatever the other logs would say.
  if (lines > max) return { name: NAME, passed: false, detail: seen };
  if (unknown.length > 0) return noLogData(unknown.join('; '));
  return { name: NAME, passed: true, detail: seen };
}

/** The check where nothing could be counted. */
export function noLogData(why: string): Check {
  return { name: NAME, passed: false, detail: `No data: ${why}.` };
}

function describeUnknown({ source, state }: LogCount): string | null {
  switch (state) {
    case 'missing':
      return `${source} does not exist`;
    case 'unreadable':
      return `${source} can't be read`;
    case 'empty':
      return `the journal has no entry of ${source}, or may not be read (group systemd-journal)`;
    default:
      return null;
  }
}

function describeNote({ state }: LogCount): string {
  switch (state) {
    case 'rotated':
      return ' (rotated since, both files counted)';
    case 'lost':
      return ' (rotated since and the old file is gone, so only the new one is counted)';
    case 'truncated':
      return ' (emptied since, so only what was written after that is counted)';
    default:
      return '';
  }
}
