/** systemctl's commands and output. Pure. */
type Unit = { systemd: string; user: boolean };

const systemctl = ({ user }: Unit, ...args: string[]) => ['systemctl', ...(user ? ['--user'] : []), ...args];

export const showUnit = (unit: Unit) =>
  systemctl(unit, 'show', '--property=LoadState,ActiveState,SubState,MainPID', '--', unit.systemd);
export const stopUnit = (unit: Unit) => systemctl(unit, 'stop', '--', unit.systemd);
export const startUnit = (unit: Unit) => systemctl(unit, 'start', '--', unit.systemd);
export const killUnit = (unit: Unit) => systemctl(unit, 'kill', '--signal=SIGKILL', '--', unit.systemd);

export type UnitState = { load: string; active: string; sub: string; mainPid: number };

/** From `systemctl show`. */
export function readUnit(output: string): UnitState {
  const values = new Map(output.split('\n').map((line) => line.split('=', 2) as [string, string]));
  return {
    load: values.get('LoadState') ?? 'unknown',
    active: values.get('ActiveState') ?? 'unknown',
    sub: values.get('SubState') ?? 'unknown',
    mainPid: Number(values.get('MainPID') ?? 0),
  };
}
