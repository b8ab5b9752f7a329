/** The process of one release on its host: is it there, stop it, start it. */
import type { ProcessSettings } from '../../src/domain/process.ts';
import type { Host } from '../commands/host.ts';
import type { Guard } from '../lock/lock.ts';
import { createFoundProcess } from './found.ts';
import { AGE } from './scripts.ts';
import { createSystemdProcess } from './systemd.ts';

export type Inspection = {
  state: 'running' | 'stopped' | 'failed';
  pids: number[];
  /** What the system says, in a few words. */
  detail: string;
};

export type Stopped = {
  /** `killed`: it did not end by itself in its time and got SIGKILL. */
  outcome: 'stopped' | 'already-stopped' | 'killed';
  pids: number[];
};

/** What was seen, in a few words. Not sure: what to do about it. */
export type MayStop = { isSure: true; detail: string } | { isSure: false; detail: string; next: string };

export type ReleaseProcess = {
  /** Changes nothing. */
  inspect(): Promise<Inspection>;
  /**
   * Ends it; SIGTERM is sent once however often this runs. Already stopped is a success.
   * @param spare pids that must live on, those of the release that serves: nothing is done when one of them is meant
   * @throws BackoutFailure InvalidConfiguration for such a pid; StillRunning when it survives or something starts it
   * again; AmbiguousState when the pid file may name another program; PermissionDenied
   */
  stop(guard: Guard, spare?: readonly number[]): Promise<Stopped>;
  /**
   * Starts it if it does not run. Whether it is healthy must be asked of the release itself.
   * @throws BackoutFailure DidNotStart, with what the command said when it failed at once
   */
  start(guard: Guard): Promise<'started' | 'already-running'>;
  /**
   * For how many milliseconds its oldest process has run, by its host's own clock; null when none runs, or nothing tells.
   * Changes nothing.
   */
  age(): Promise<number | null>;
  /** Why it could not be started, or null when it could. Changes nothing. */
  whyNotStartable(): Promise<string | null>;
  /**
   * Could `stop` end it? Looks only.
   * @throws BackoutFailure PermissionDenied
   */
  mayStop(): Promise<MayStop>;
  /** What `stop` and `start` will do, as people read it. */
  describe(): { stop: string[]; start: string[] };
};

/** `directory` is the target's state directory, where marks of what was begun are kept. */
export function createProcess(host: Host, settings: ProcessSettings, directory: string): ReleaseProcess {
  const found =
    'systemd' in settings
      ? createSystemdProcess(host, settings)
      : createFoundProcess(host, settings, directory);
  return { ...found, age: async () => await ageOf(host, (await found.inspect()).pids) };
}

async function ageOf(host: Host, pids: number[]): Promise<number | null> {
  if (pids.length === 0) return null;
  const { exitCode, stdout } = await host.run(['sh', '-c', AGE, 'backout', ...pids.map(String)]);
  const age = /^\d+$/.exec(stdout.trim())?.[0];
  return exitCode === 0 && age !== undefined ? Number(age) : null;
}
