/** What the database's machine has for a restore, and what is asked of it: so many connections, so much memory. */
import type { DatabaseSettings } from '../../../src/domain/database.ts';
import type { Postgres } from '../client.ts';
import { isHere } from './room.ts';

export type Machine = {
  cores: number;
  /** For everything that the restore does at once; what is left for the rest of the machine is not in it. */
  freeKb: number;
  /** The server's own `maintenance_work_mem`. */
  ownKb: number;
};

/** Prints the cores, the kilobytes that are free, and the server's own setting. A container's limits count. */
const LOOK = String.raw`
cores=$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN)
free=$(sed -n 's/^MemAvailable: *\([0-9]*\) kB$/\1/p' /proc/meminfo)
limits=/sys/fs/cgroup
if [ -r "$limits/cpu.max" ]; then
  read -r quota period <"$limits/cpu.max"
  [ "$quota" = max ] || [ $((quota / period)) -ge "$cores" ] || cores=$((quota / period))
fi
if [ -r "$limits/memory.max" ]; then
  read -r most <"$limits/memory.max"
  [ "$most" = max ] || [ $((most / 2048)) -ge "$free" ] || free=$((most / 2048))
fi
printf '%s %s ' "$cores" "$free"
psql -X -q -A -t -w -c "SELECT setting FROM pg_catalog.pg_settings WHERE name = 'maintenance_work_mem'"`;

/** Null where it can't be known: the server is on another machine than its programs. */
export async function lookAtMachine(postgres: Postgres, signal?: AbortSignal): Promise<Machine | null> {
  const { settings } = postgres;
  if (!isHere(settings)) return null;
  const { stdout } = await postgres.script(LOOK, [], {
    database: settings.connection.maintenanceDatabase,
    ...(signal === undefined ? {} : { signal }),
  });
  const [, cores, freeKb, ownKb] = /^(\d+) (\d+) (\d+)\n$/.exec(stdout) ?? [];
  if (cores === undefined) return null;
  return { cores: Number(cores), freeKb: Number(freeKb), ownKb: Number(ownKb) };
}

/** For a machine that is not known. */
const JOBS = 4;
/** One that waits for the disk leaves its core to another; more than so many take each other's disk away. */
const LEAST_JOBS = 2;
const MOST_JOBS = 8;
/** Of what is free, all index builds together get an eighth; one gets no more than helps it. */
const SHARE = 8;
const MOST_KB = 524_288;

export type Tuning = {
  jobs: number;
  /** Of the sessions that restore. */
  settings: Record<string, string>;
};

/**
 * `synchronous_commit` may be off, because nothing counts before a later transaction says so (the mark that it is ready, the
 * swap): that one waits for the disk, and so for everything in the log before it. A crash before leaves what is begun anew. Pure.
 */
export function tuningFor(machine: Machine | null, { jobs: wanted }: DatabaseSettings['restore']): Tuning {
  const jobs = wanted ?? Math.min(MOST_JOBS, Math.max(LEAST_JOBS, machine?.cores ?? JOBS));
  const memoryKb = machine === null ? 0 : Math.min(MOST_KB, Math.floor(machine.freeKb / SHARE / jobs));
  const settings = { synchronous_commit: 'off' };
  return machine !== null && memoryKb > machine.ownKb
    ? { jobs, settings: { ...settings, maintenance_work_mem: `${memoryKb}kB` } }
    : { jobs, settings };
}
