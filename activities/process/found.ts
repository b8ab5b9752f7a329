/** A process that is found by its pid file or by its command line. */
import type { z } from 'zod';
import type { matchedProcessSchema, pidFileProcessSchema } from '../../src/domain/process.ts';
import { BackoutFailure } from '../../src/domain/failure.ts';
import { formatCommand } from '../commands/format.ts';
import type { CommandResult, Host } from '../commands/host.ts';
import { explained } from '../lock/lock.ts';
import { cannotStart, stillRuns } from './failures.ts';
import type { Inspection, ReleaseProcess } from './driver.ts';
import { EXIT, HAS_PROGRAM, INSPECT, START, STOP } from './scripts.ts';

type FoundProcess = z.infer<typeof pidFileProcessSchema> | z.infer<typeof matchedProcessSchema>;

/** On top of the time until SIGKILL: for SIGKILL itself, a busy host, and waiting for the lock. */
const MARGIN_SECONDS = 30;

export function createFoundProcess(host: Host, settings: FoundProcess, directory: string): ReleaseProcess {
  const how = 'pidFile' in settings ? 'file' : 'match';
  const what = 'pidFile' in settings ? settings.pidFile : '';
  const pattern = 'match' in settings ? settings.match : '';
  const sh = (script: string, ...args: string[]) => ['sh', '-c', script, 'backout', ...args];

  const inspect = async (): Promise<Inspection> => {
    const { stdout } = judged(host, directory, await host.run(sh(INSPECT, how, what), { stdin: pattern }));
    const pids = numbers(stdout);
    return { state: pids.length > 0 ? 'running' : 'stopped', pids, detail: whereFound(settings) };
  };
  return {
    inspect,
    stop: async (guard) => {
      const limit = settings.stopTimeoutSeconds;
      const argv = guard(sh(STOP, directory, how, what, String(Math.ceil(limit))));
      const result = await host.run(argv, { stdin: pattern, timeoutMs: (limit + MARGIN_SECONDS) * 1000 });
      if (result.exitCode === EXIT.stillRunning)
        throw stillRuns(host, `it survived SIGKILL (${whereFound(settings)}).`);
      const [outcome = '', ...rest] = judged(host, directory, result).stdout.trim().split(/\s+/);
      if (outcome === 'already') return { outcome: 'already-stopped', pids: [] };
      return { outcome: outcome === 'killed' ? 'killed' : 'stopped', pids: numbers(rest.join(' ')) };
    },
    start: async (guard) => {
      if (settings.start === undefined) throw cannotStart(host, 'no `start` command is configured.');
      if ((await inspect()).state === 'running') return 'already-running';
      const result = await host.run(guard(sh(START, directory, settings.cwd ?? '', ...settings.start)));
      if (result.exitCode === 127) throw cannotStart(host, `there is no program ${settings.start[0] ?? ''}.`);
      judged(host, directory, result);
      return 'started';
    },
    whyNotStartable: async () => {
      const program = settings.start?.[0];
      if (program === undefined) return 'no `start` command is configured';
      const { exitCode } = await host.run(sh(HAS_PROGRAM, program));
      return exitCode === 0 ? null : `there is no program ${program} on ${host.name}`;
    },
    describe: () => ({
      stop: [
        `SIGTERM to the process of ${whereFound(settings)}, SIGKILL after ${settings.stopTimeoutSeconds} s`,
      ],
      start: settings.start === undefined ? [] : [formatCommand(settings.start)],
    }),
  };
}

const numbers = (text: string) =>
  text
    .split(/\s+/)
    .filter((word) => word !== '')
    .map(Number);

const whereFound = (settings: FoundProcess) =>
  'pidFile' in settings ? `pid file ${settings.pidFile}` : `command line matching ${settings.match}`;

function judged(host: Host, directory: string, result: CommandResult): CommandResult {
  if (result.exitCode !== EXIT.badPidFile) return explained(host, directory, result);
  throw new BackoutFailure('CommandFailed', {
    what: `The pid file on ${host.name} can't be read, or holds something else than the ID of one process.`,
    changed: 'No process was touched, and this step did not change traffic.',
    next: 'Correct the pid file or the configuration, then decide `retry`.',
  });
}
