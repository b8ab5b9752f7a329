/**
 * Log errors since the switch (requirement E4). Not by the time stamps in the lines, which every service writes in its
 * own way, but by where each file ended just before the switch: what comes after its mark was written since.
 */
import { BackoutFailure } from '../../src/domain/failure.ts';
import type { Check, LogErrorSettings, LogMark } from '../../src/domain/verification.ts';
import type { Host } from '../commands/host.ts';
import { lastWords } from './format.ts';
import { judgeLogErrors, noLogData } from './log-judge.ts';
import {
  countCommand,
  countJournalCommand,
  type LogCount,
  markCommand,
  readCounts,
  readMarks,
  UnexpectedOutput,
} from './log-scripts.ts';

/** Marks are taken on the way to safety, so this is all that a hanging disk may cost. */
const MARK_TIMEOUT_MS = 2000;
const COUNT_TIMEOUT_MS = 30_000;

/**
 * Notes where each file ends now, in one round trip. Changes nothing. A file that does not exist (yet) is marked too.
 *
 * Never keeps traffic from moving: where the files can't be measured there are no marks, and the check says so later.
 * @throws the signal's reason when it is aborted, and nothing else
 */
export async function markLogs(host: Host, files: string[], signal?: AbortSignal): Promise<LogMark[]> {
  if (files.length === 0) return [];
  const options = { timeoutMs: MARK_TIMEOUT_MS, ...(signal && { signal }) };
  // A line that was cut is made anew for the switch in any case.
  for (let isLast = false; ; isLast = true) {
    try {
      const { exitCode, stdout } = await host.run(markCommand(files), options);
      return exitCode === 0 ? readMarks(files, stdout) : [];
    } catch (error) {
      signal?.throwIfAborted();
      if (isLast || !isCut(error)) return [];
    }
  }
}

function isCut(error: unknown): boolean {
  return error instanceof BackoutFailure && error.type === 'HostUnreachable';
}

/** Counts matching lines that were written since the marks, in one round trip. A string says why it can't. */
export async function countErrorsSince(
  host: Host,
  marks: LogMark[],
  { pattern, signal }: { pattern: string; signal: AbortSignal },
): Promise<LogCount[] | string> {
  if (marks.length === 0) return [];
  const files = marks.map(({ file }) => file);
  return count(host, files, { argv: countCommand(pattern, marks), pattern, signal });
}

export type LogErrorCheck = {
  settings: LogErrorSettings;
  host: Host;
  files: string[];
  marks: LogMark[] | undefined;
  units: string[];
  /** Epoch milliseconds of the switch. */
  switchedAt: number;
  signal: AbortSignal;
};

export async function checkLogErrors(check: LogErrorCheck): Promise<Check> {
  const { settings, host, files, units, signal } = check;
  const marks = (check.marks ?? []).filter(({ file }) => files.includes(file));
  const unmarked = files.filter((file) => !marks.some((mark) => mark.file === file));
  if (unmarked.length > 0) {
    return noLogData(`it was not noted before the switch where these files ended: ${unmarked.join(', ')}`);
  }
  const { pattern } = settings;
  const sinceSwitch = Date.now() - check.switchedAt;
  const argv = countJournalCommand(pattern, { units, secondsAgo: sinceSwitch / 1000 });
  const [inFiles, inJournals] = await Promise.all([
    countErrorsSince(host, marks, { pattern, signal }),
    units.length === 0 ? [] : count(host, units, { argv, pattern, signal }),
  ]);
  if (typeof inFiles === 'string') return noLogData(inFiles);
  if (typeof inJournals === 'string') return noLogData(inJournals);
  return judgeLogErrors(settings, [...inFiles, ...inJournals], sinceSwitch);
}

type Counting = { argv: string[]; pattern: string; signal: AbortSignal };

async function count(
  host: Host,
  sources: string[],
  { argv, pattern, signal }: Counting,
): Promise<LogCount[] | string> {
  try {
    const { exitCode, stdout, stderr } = await host.run(argv, { timeoutMs: COUNT_TIMEOUT_MS, signal });
    if (exitCode === 0) return readCounts(sources, stdout);
    if (exitCode === 3)
      return `grep -E on ${host.name} refuses the pattern ${pattern}: ${lastWords(stderr, 200)}`;
    if (exitCode === 4) return `${host.name} has no journalctl`;
    return `counting on ${host.name} ended with exit code ${exitCode}: ${lastWords(stderr, 300)}`;
  } catch (error) {
    if (error instanceof UnexpectedOutput) return error.message;
    if (!(error instanceof BackoutFailure) || error.type !== 'CommandTimedOut') throw error;
    return `the lines could not be counted within ${COUNT_TIMEOUT_MS / 1000} s`;
  }
}
