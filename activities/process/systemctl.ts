/** systemctl's commands and output. Pure. */
type Unit = { systemd: string; user: boolean };

const systemctl = ({ user }: Unit, ...args: string[]) => ['systemctl', ...(user ? ['--user'] : []), ...args];

export const showUnit = (unit: Unit) =>
  systemctl(unit, 'show', '--property=LoadState,ActiveState,SubState,MainPID', '--', unit.systemd);
export const stopUnit = (unit: Unit) => systemctl(unit, 'stop', '--', unit.systemd);
export const startUnit = (unit: Unit) => systemctl(unit, 'start', '--', unit.systemd);
export const killUnit = (unit: Unit) => systemctl(unit, 'kill', '--signal', 'SIGKILL', '--', unit.systemd);

export type UnitState = {
  /** `not-found` where systemd knows no such unit. */
  load: string;
  active: string;
  sub: string;
  /** 0 where there is none. */
  mainPid: number;
};

/** From `systemctl show`. Null when it does not tell: that is no state to act on. */
export function readUnit(output: string): UnitState | null {
  const values = new Map(output.split('\n').map((line) => line.split('=', 2) as [string, string]));
  const load = values.get('LoadState');
  const active = values.get('ActiveState');
  if (!load || !active) return null;
  return { load, active, sub: values.get('SubState') ?? '', mainPid: Number(values.get('MainPID') ?? 0) };
}

/**
 * Whether something runs. Every state but systemd's two for "nothing runs" counts as running, also one that is on its
 * way (`activating`, `deactivating`) or that a later systemd invents.
 */
export function runState({ active }: UnitState): 'running' | 'stopped' | 'failed' {
  if (active === 'inactive') return 'stopped';
  return active === 'failed' ? 'failed' : 'running';
}
