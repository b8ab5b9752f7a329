/** An observed state as text: for the incident folder, where `cat` and `diff` must be enough. */
import type { ObservedRelease, Observation } from '../plan.ts';
import { formatShare, formatTime } from './format.ts';
import { oneLine } from './plain.ts';

/** `100 %`, or `unknown` where no answer told who gave it. */
export const answersOf = ({ answerShare }: ObservedRelease): string =>
  answerShare === null ? 'unknown' : formatShare(answerShare);

/** Everything that was observed, in columns. */
export function renderState(observation: Observation): string {
  const rows = observation.releases.map((release) => [
    release.name,
    release.version ?? '-',
    release.configured,
    answersOf(release),
    release.process,
    release.health,
    oneLine(release.detail),
  ]);
  const header = ['release', 'version', 'configured', 'answers', 'process', 'health', 'detail'];
  const notes = observation.notes.map((note) => `- ${oneLine(note)}`);
  return lines([
    `State at ${formatTime(observation.at)}`,
    '',
    ...columns([header, ...rows]),
    ...(notes.length === 0 ? [] : ['', ...notes]),
  ]);
}

/** One line per release: name, version, and what the configuration makes of it. */
export function renderReleases({ releases }: Observation): string {
  const rows = releases.map(({ name, version, configured }) => [name, version ?? '-', configured]);
  return lines(columns(rows));
}

const lines = (all: string[]): string => all.map((line) => `${line}\n`).join('');

function columns(rows: string[][]): string[] {
  const cleaned = rows.map((row) => row.map(oneLine));
  const widths = (cleaned[0] ?? []).map((_, index) =>
    Math.max(...cleaned.map((row) => (row[index] ?? '').length)),
  );
  return cleaned.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
