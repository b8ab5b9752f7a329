/** A process that is found by its pid file or by its command line. */
import type { z } from 'zod';
import type { matchedProcessSchema, pidFileProcessSchema } from '../../src/domain/process.ts';
import { formatCommand } from '../commands/format.ts';
import type { CommandResult, Host } from '../commands/host.ts';
import { explained } from '../lock/lock.ts';
import { cannotStart, scriptFailure, staleDetail, stillRuns, wouldStopOther } from './failures.ts';
import type { Inspection, ReleaseProcess } from './driver.ts';
import { EXIT, HAS_PROGRAM, INSPECT, MAY_STOP, START, STOP } from './scripts.ts';

type FoundProcess = z.infer<typeof pidFileProcessSchema> | z.infer<typeof matchedProcessSchema>;

/** On top of the time until SIGKILL: for SIGKILL itself, a busy host, and waiting for the lock. */
const MARGIN_SECONDS = 30;

export function createFoundProcess(
  host: Host,
  settings: FoundProcess,
  directory: string,
): Omit<ReleaseProcess, 'age'> {
  const how = 'pidFile' in settings ? 'file' : 'match';
  const what = 'pidFile' in settings ? settings.pidFile : '';
  const pattern = 'match' in settings ? settings.match : '';
  const where = 'pidFile' in settings ? `pid file ${what}` : `command line matching ${pattern}`;
  const { start: startCommand, cwd = '', stopTimeoutSeconds } = settings;
  const sh = (script: string, ...args: string[]) => ['sh', '-c', script, 'backout', ...args];

  const judged = (result: CommandResult): CommandResult => {
    const failure = scriptFailure(host, where, result);
    if (failure !== null) throw failure;
    return explained(host, directory, result);
  };
  const inspect = async (): Promise<Inspection> => {
    const result = await host.run(sh(INSPECT, how, what), { stdin: pattern });
    if (result.exitCode === EXIT.stalePidFile)
      return { state: 'failed', pids: [], detail: `${where}: ${staleDetail(result.stdout)}` };
    const pids = numbers(judged(result).stdout);
    return { state: pids.length > 0 ? 'running' : 'stopped', pids, detail: where };
  };
  return {
    inspect,
    stop: async (guard, spare = []) => {
      const limit = String(Math.ceil(stopTimeoutSeconds));
      const argv = guard(sh(STOP, directory, how, what, limit, ...spare.map(String)));
      const timeoutMs = (stopTimeoutSeconds + MARGIN_SECONDS) * 1000;
      const result = await host.run(argv, { stdin: pattern, timeoutMs });
      const said = result.stdout.trim();
      if (result.exitCode === EXIT.stillRunning) throw stillRuns(host, `it survived SIGKILL (${where}).`);
      if (result.exitCode === EXIT.cameBack)
        throw stillRuns(host, `it was ended, and something started it again as process ${said} (${where}).`);
      if (result.exitCode === EXIT.spared) throw wouldStopOther(host, { pid: said, where });
      const [outcome = '', ...pids] = judged(result).stdout.trim().split(/\s+/);
      if (outcome === 'already') return { outcome: 'already-stopped', pids: [] };
      return { outcome: outcome === 'killed' ? 'killed' : 'stopped', pids: pids.map(Number) };
    },
    start: async (guard) => {
      if (startCommand === undefined) throw cannotStart(host, 'no `start` command is configured.');
      const argv = guard(sh(START, directory, how, what, cwd, ...startCommand));
      const result = await host.run(argv, { stdin: pattern });
      const why = whyNotStarted(result, { program: startCommand[0] ?? '', cwd });
      if (why !== null) throw cannotStart(host, `${why}.`);
      return judged(result).stdout.trim() === 'already' ? 'already-running' : 'started';
    },
    whyNotStartable: async () => {
      const program = startCommand?.[0];
      if (program === undefined) return 'no `start` command is configured';
      const result = await host.run(sh(HAS_PROGRAM, cwd, program));
      const why = whyNotStarted(result, { program, cwd });
      return why === null ? null : `${why} on ${host.name}`;
    },
    mayStop: async () => {
      const result = await host.run(sh(MAY_STOP, how, what), { stdin: pattern });
      if (result.exitCode === EXIT.stalePidFile) {
        const detail = `${where}: ${staleDetail(result.stdout)}`;
        return { isSure: false, detail, next: 'Remove the pid file when the release runs no more.' };
      }
      const pids = numbers(judged(result).stdout);
      const detail =
        pids.length === 0 ? `it does not run (${where})` : `process ${pids.join(', ')} can be signalled`;
      return { isSure: true, detail };
    },
    describe: () => ({
      stop: [`SIGTERM to the process of ${where}, SIGKILL after ${stopTimeoutSeconds} s`],
      start: startCommand === undefined ? [] : [formatCommand(startCommand)],
    }),
  };
}

function whyNotStarted(
  { exitCode, stdout }: CommandResult,
  { program, cwd }: { program: string; cwd: string },
): string | null {
  if (exitCode === EXIT.noWorkingDirectory) return `there is no working directory ${cwd}`;
  if (exitCode === EXIT.noProgram) return `there is no program ${program}`;
  if (exitCode !== EXIT.startFailed) return null;
  const [code = '', ...said] = stdout.trim().split('\n');
  return `${program} ended with exit code ${code}: ${said.join('\n') || 'it said nothing'}`;
}

const numbers = (text: string) =>
  text
    .split(/\s+/)
    .filter((word) => word !== '')
    .map(Number);
