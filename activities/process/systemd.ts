/** A process under systemd. */
import type { z } from 'zod';
import type { systemdProcessSchema } from '../../src/domain/process.ts';
import { BackoutFailure } from '../../src/domain/failure.ts';
import { formatCommand } from '../commands/format.ts';
import type { CommandResult, Host } from '../commands/host.ts';
import { explained } from '../lock/lock.ts';
import { cannotStart, stillRuns } from './failures.ts';
import type { Inspection, ReleaseProcess } from './driver.ts';
import { killUnit, readUnit, showUnit, startUnit, stopUnit } from './systemctl.ts';

type SystemdProcess = z.infer<typeof systemdProcessSchema>;

const KILL_SECONDS = 15;

export function createSystemdProcess(host: Host, settings: SystemdProcess): ReleaseProcess {
  const show = async () => {
    const result = await host.run(showUnit(settings));
    if (result.exitCode !== 0) throw systemctlFailed(host, settings, result);
    return readUnit(result.stdout);
  };
  const inspect = async (): Promise<Inspection> => {
    const { active, sub, mainPid, load } = await show();
    const running =
      active === 'active' || active === 'activating' || active === 'deactivating' || active === 'reloading';
    return {
      state: running ? 'running' : active === 'failed' ? 'failed' : 'stopped',
      pids: mainPid === 0 ? [] : [mainPid],
      detail: load === 'loaded' ? `${settings.systemd}: ${active} (${sub})` : `${settings.systemd}: ${load}`,
    };
  };
  const run = async (argv: string[], timeoutMs: number) => {
    const result = await host.run(argv, { timeoutMs });
    if (result.exitCode > 200) explained(host, settings.systemd, result);
    return result;
  };
  return {
    inspect,
    stop: async (guard) => {
      const before = await inspect();
      if (before.state !== 'running') return { outcome: 'already-stopped', pids: [] };
      const limitMs = settings.stopTimeoutSeconds * 1000;
      // systemd sends SIGTERM once per stop job and joins a job that is under way: safe to ask again.
      const ended = await run(guard(stopUnit(settings)), limitMs).then(
        ({ exitCode }) => exitCode === 0,
        (error: unknown) => {
          if (error instanceof BackoutFailure && error.type === 'CommandTimedOut') return false;
          throw error;
        },
      );
      if (!ended) await run(guard(killUnit(settings)), KILL_SECONDS * 1000);
      const after = await inspect();
      if (after.state === 'running') throw stillRuns(host, after.detail);
      return { outcome: ended ? 'stopped' : 'killed', pids: before.pids };
    },
    start: async (guard) => {
      if ((await inspect()).state === 'running') return 'already-running';
      const result = await run(guard(startUnit(settings)), 60_000);
      if (result.exitCode !== 0) throw cannotStart(host, result.stderr.trim());
      return 'started';
    },
    whyNotStartable: async () => {
      const { load } = await show();
      return load === 'loaded' ? null : `systemd says that ${settings.systemd} is ${load}`;
    },
    describe: () => ({
      stop: [
        formatCommand(stopUnit(settings)),
        `after ${settings.stopTimeoutSeconds} s: ${formatCommand(killUnit(settings))}`,
      ],
      start: [formatCommand(startUnit(settings))],
    }),
  };
}

function systemctlFailed(
  { name }: Host,
  { systemd }: SystemdProcess,
  { stderr }: CommandResult,
): BackoutFailure {
  return new BackoutFailure('CommandFailed', {
    what: `systemctl on ${name} could not tell the state of ${systemd}: ${stderr.trim()}`,
    changed: 'This command changed nothing.',
    next: 'See that systemd runs there and that the unit is named right.',
  });
}
