/** A process under systemd. */
import type { z } from 'zod';
import type { systemdProcessSchema } from '../../src/domain/process.ts';
import { BackoutFailure } from '../../src/domain/failure.ts';
import { formatCommand } from '../commands/format.ts';
import type { CommandResult, Host } from '../commands/host.ts';
import { explained } from '../lock/lock.ts';
import type { Guard } from '../lock/lock.ts';
import { cannotStart, notManager, stillRuns, wouldStopOther } from './failures.ts';
import type { Inspection, ReleaseProcess } from './driver.ts';
import { EXIT, MAY_MANAGE } from './scripts.ts';
import { killUnit, readUnit, runState, showUnit, startUnit, stopUnit } from './systemctl.ts';
import type { UnitState } from './systemctl.ts';

type SystemdProcess = z.infer<typeof systemdProcessSchema>;

/** What a stop may take once everything has got SIGKILL. */
const KILL_SECONDS = 15;

export function createSystemdProcess(host: Host, settings: SystemdProcess): Omit<ReleaseProcess, 'age'> {
  const unit = settings.systemd;
  const show = async (): Promise<UnitState> => {
    const result = await host.run(showUnit(settings));
    const state = result.exitCode === 0 ? readUnit(result.stdout) : null;
    if (state === null) throw stateUnknown(host, unit, result);
    return state;
  };
  const inspect = async (): Promise<Inspection> => inspection(unit, await show());
  const run = async (guard: Guard, argv: string[], timeoutMs: number) => {
    const result = await host.run(guard(argv), { timeoutMs });
    // The lock's own codes; systemctl has none so high.
    if (result.exitCode > 200) explained(host, unit, result);
    return result;
  };
  /** Null when it did not end in time: systemd goes on with the job. */
  const stopWithin = async (guard: Guard, seconds: number) => {
    try {
      return await run(guard, stopUnit(settings), seconds * 1000);
    } catch (error) {
      if (error instanceof BackoutFailure && error.type === 'CommandTimedOut') return null;
      throw error;
    }
  };
  return {
    inspect,
    stop: async (guard, spare = []) => {
      const state = await show();
      if (state.load === 'not-found') throw noSuchUnit(host, unit);
      if (spare.includes(state.mainPid))
        throw wouldStopOther(host, { pid: String(state.mainPid), where: `unit ${unit}` });
      const before = inspection(unit, state);
      if (before.state !== 'running') return { outcome: 'already-stopped', pids: [] };
      // systemd sends SIGTERM once per stop job and joins a job that is under way: safe to ask again.
      const asked = await stopWithin(guard, settings.stopTimeoutSeconds);
      if (asked === null) {
        await run(guard, killUnit(settings), KILL_SECONDS * 1000);
        await stopWithin(guard, KILL_SECONDS);
      }
      const after = await inspect();
      if (after.state === 'running') throw stillRuns(host, sentences(after.detail, asked?.stderr));
      return { outcome: asked === null ? 'killed' : 'stopped', pids: before.pids };
    },
    start: async (guard) => {
      if ((await inspect()).state === 'running') return 'already-running';
      const result = await run(guard, startUnit(settings), 60_000);
      if (result.exitCode !== 0) throw cannotStart(host, sentences(result.stderr));
      return 'started';
    },
    whyNotStartable: async () => {
      const { load } = await show();
      return load === 'loaded' ? null : `systemd says that ${unit} is ${load}`;
    },
    mayStop: async () => {
      const asked = formatCommand(stopUnit(settings));
      if (settings.user) return { isSure: true, detail: `by \`${asked}\`, as the user's own unit` };
      const result = await host.run(['sh', '-c', MAY_MANAGE, 'backout']);
      const login = result.stdout.trim();
      if (result.exitCode === EXIT.notAllowed) throw notManager(host, { unit, login });
      if (result.exitCode === 0) return { isSure: true, detail: `${login} may run \`${asked}\`` };
      return {
        isSure: false,
        detail: `whether ${login} may run \`${asked}\` can't be told from here`,
        next: `See that a rule of polkit allows it for ${unit}, or set \`sudo: true\` for the host.`,
      };
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

function inspection(unit: string, state: UnitState): Inspection {
  const { load, active, sub, mainPid } = state;
  const said = [load === 'loaded' ? '' : `${load}, `, active, sub === '' ? '' : ` (${sub})`].join('');
  return { state: runState(state), pids: mainPid === 0 ? [] : [mainPid], detail: `${unit}: ${said}` };
}

/** Each with its full stop. */
function sentences(...said: (string | undefined)[]): string {
  return said
    .flatMap((text = '') => (text.trim() === '' ? [] : [text.trim().replace(/\.?$/, '.')]))
    .join(' ');
}

function stateUnknown({ name }: Host, unit: string, { stdout, stderr }: CommandResult): BackoutFailure {
  const said = stderr.trim() || stdout.trim() || 'it said nothing';
  return new BackoutFailure('CommandFailed', {
    what: `systemctl on ${name} could not tell the state of ${unit}: ${said}`,
    changed: 'This command changed nothing.',
    next: 'See that systemd runs there and that the unit is named right.',
  });
}

/** A unit of a misspelt name is inactive too. To call it stopped would be a lie. */
function noSuchUnit({ name }: Host, unit: string): BackoutFailure {
  return new BackoutFailure('InvalidConfiguration', {
    what: `systemd on ${name} knows no unit ${unit}: whether the release still runs is not known.`,
    changed: 'No process was touched, and this step did not change traffic.',
    next: 'Correct the name of the unit. Then stop the release by hand, if it runs, and decide `skip`.',
  });
}
