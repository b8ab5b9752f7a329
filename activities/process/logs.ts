/** Fetching logs from a host into a local file, bounded, as evidence. */
import type { CommandResult, Host } from '../commands/host.ts';

export type LogSource = { file: string } | { journal: string } | { systemJournal: true };

/** Arguments: file, bytes. Prints its last bytes. */
const TAIL = String.raw`[ -e "$1" ] || exit 230; tail -c "$2" -- "$1"`;
const NO_SUCH_FILE = 230;

/** The command that prints the log's end. Pure. */
export function logCommand(source: LogSource, maxBytes: number): string[] {
  if ('file' in source) return ['sh', '-c', TAIL, 'backout', source.file, String(maxBytes)];
  const lines = String(Math.ceil(maxBytes / 200));
  const unit = 'journal' in source ? ['--unit', source.journal] : [];
  return ['journalctl', '--no-pager', '--output', 'short-iso-precise', '--lines', lines, ...unit];
}

/** The log as people know it. Pure. */
export function describeLog(source: LogSource): string {
  if ('file' in source) return source.file;
  return 'journal' in source ? `journal of ${source.journal}` : 'system journal';
}

/** A name for the file that keeps it. Pure. */
export function logName(source: LogSource): string {
  const name = 'file' in source ? source.file : 'journal' in source ? `journal-${source.journal}` : 'journal';
  return name
    .replace(/^\/+/, '')
    .replaceAll('/', '-')
    .replace(/\.(log|txt)$/, '');
}

/** Streams the log's end into `path` on the worker. @returns why it could not be, or null */
export async function fetchLog(
  host: Host,
  source: LogSource,
  options: { path: string; maxBytes: number; timeoutMs: number; signal: AbortSignal },
): Promise<string | null> {
  const { path, maxBytes, timeoutMs, signal } = options;
  const result = await host.run(logCommand(source, maxBytes), { outputFile: path, timeoutMs, signal });
  return whyNot(result);
}

/** Could it be fetched? @returns why not, or null */
export async function checkLog(host: Host, source: LogSource): Promise<string | null> {
  return whyNot(await host.run(logCommand(source, 1)));
}

function whyNot({ exitCode, stderr }: CommandResult): string | null {
  if (exitCode === 0) return null;
  return exitCode === NO_SUCH_FILE
    ? 'there is no such file'
    : stderr.trim().split('\n')[0] || `exit code ${exitCode}`;
}
