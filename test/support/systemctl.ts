/**
 * A `systemctl` for machines without systemd, that behaves like the documented one for a single unit: it steers a real
 * process, sends SIGTERM once per stop job, lets a second `stop` join the job, and goes on with it when the client is
 * killed. It writes down how it was called.
 */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Unit = {
  name: string;
  load?: 'loaded' | 'not-found' | 'masked';
  active?: string;
  sub?: string;
  mainPid?: number;
  /** What `start` says when it fails. */
  startFails?: string;
  /** What `stop` says when it refuses. */
  stopRefused?: string;
};

export type Systemctl = {
  /** Goes first on the PATH. */
  readonly bin: string;
  set(unit: Unit): void;
  /** Every call but `show`, as it was. */
  calls(): string[];
  remove(): void;
};

const PROGRAM = String.raw`#!/bin/sh
state=$(dirname "$0")/state
get() { cat "$state/$1" 2>/dev/null; }
put() { printf '%s\n' "$2" >"$state/$1.new"; mv "$state/$1.new" "$state/$1"; }
runs() { [ "$1" -gt 0 ] && grep -q '^State:	[^ZX]' "/proc/$1/status" 2>/dev/null; }
settle() {
  if [ -e "$state/job" ] && ! runs "$(get pid)"; then
    put active inactive; put sub dead; put pid 0; rm -f "$state/job"
  fi
}
verb=
for word do
  case $word in --user) ;; --) break ;; -*) ;; *) [ -n "$verb" ] || verb=$word ;; esac
done
for unit do :; done
[ "$verb" = show ] || echo "$*" >>"$state/calls"
settle
load=$(get load)
[ "$unit" = "$(get name)" ] || load=not-found
case $verb in
  show)
    [ "$load" = not-found ] && { printf 'MainPID=0\nLoadState=not-found\nActiveState=inactive\nSubState=dead\n'; exit 0; }
    printf 'MainPID=%s\nLoadState=%s\nActiveState=%s\nSubState=%s\n' "$(get pid)" "$load" "$(get active)" "$(get sub)" ;;
  start)
    [ "$load" = masked ] && { echo "Failed to start $unit: Unit $unit is masked." >&2; exit 1; }
    [ "$load" = loaded ] || { echo "Failed to start $unit: Unit $unit not found." >&2; exit 5; }
    if [ -s "$state/start-fails" ]; then put active failed; put sub failed; get start-fails >&2; exit 1; fi
    put active active; put sub running ;;
  stop)
    [ "$load" = not-found ] && { echo "Failed to stop $unit: Unit $unit not loaded." >&2; exit 5; }
    [ -s "$state/stop-refused" ] && { get stop-refused >&2; exit 1; }
    if [ ! -e "$state/job" ]; then
      runs "$(get pid)" || exit 0
      : >"$state/job"; put active deactivating; put sub stop-sigterm
      kill -TERM "$(get pid)"
    fi
    while [ -e "$state/job" ]; do sleep 0.02; settle; done ;;
  kill)
    kill -KILL "$(get pid)" 2>/dev/null || { echo "Failed to kill unit $unit: No such process" >&2; exit 1; } ;;
  *) echo "Unknown command verb '$verb'." >&2; exit 1 ;;
esac
`;

export function createSystemctl(): Systemctl {
  const bin = mkdtempSync(join(tmpdir(), 'systemctl-'));
  const state = join(bin, 'state');
  writeFileSync(join(bin, 'systemctl'), PROGRAM);
  chmodSync(join(bin, 'systemctl'), 0o755);
  return {
    bin,
    set: ({ name, load = 'loaded', active = 'active', sub = 'running', mainPid = 0, ...rest }) => {
      rmSync(state, { recursive: true, force: true });
      mkdirSync(state);
      const values = { name, load, active, sub, pid: String(mainPid) };
      for (const [key, value] of Object.entries(values)) writeFileSync(join(state, key), `${value}\n`);
      if (rest.startFails !== undefined) writeFileSync(join(state, 'start-fails'), `${rest.startFails}\n`);
      if (rest.stopRefused !== undefined) writeFileSync(join(state, 'stop-refused'), `${rest.stopRefused}\n`);
    },
    calls: () => {
      const path = join(state, 'calls');
      return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
    },
    remove: () => rmSync(bin, { recursive: true, force: true }),
  };
}
