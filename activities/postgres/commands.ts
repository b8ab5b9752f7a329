/** The command lines around every PostgreSQL program, and the constant scripts that carry them. Pure. */
import type { DatabaseSettings } from '../../src/domain/database.ts';
import { LEAVE_WORD, unlessEnded } from '../commands/given-up.ts';

/** `docker exec` and `kubectl exec` fail with exit codes that the command inside could have, too. This tells them apart. */
export const INSIDE = 'backout-inside';
/** What fed the command (gunzip, cat) failed: its exit code follows. */
export const FEED_FAILED = 'backout-feed-failed';

/**
 * Arguments: 1 when the first line of standard input is the password, the folder of the programs or "", NAME=VALUE…,
 * `--`, then the command. A password in an argument would show in `ps`; in the environment only its own user sees it.
 */
export const WITH_CONNECTION = String.raw`
echo ${INSIDE} >&2
secret=$1; [ -z "$2" ] || PATH=$2:$PATH; shift 2
unset PGSERVICE PGSERVICEFILE PGHOST PGHOSTADDR PGPASSWORD PGOPTIONS PGSSLMODE PGSSLROOTCERT PGTARGETSESSIONATTRS PGREQUIREAUTH
while [ "$1" != -- ]; do export "$1"; shift; done
shift
${unlessEnded('$BACKOUT_COMMAND')}
if [ "$secret" = 1 ]; then IFS= read -r PGPASSWORD; export PGPASSWORD; fi
export PATH
exec "$@"`;

/**
 * Arguments: 1 when the first line of standard input is a password to hand on, `cat` or `gunzip`, a file, then the
 * command that gets the file's content on its standard input. A command may have enough before its end (pg_restore that is
 * to print the schema): the rest is read for it, since a pipe that breaks looks like a file that can't be read.
 */
export const FEED = String.raw`
secret=$1 how=$2 file=$3; shift 3
content() { case $how in gunzip) gzip -dc <"$file" ;; *) cat <"$file" ;; esac; }
{
  if [ "$secret" = 1 ]; then IFS= read -r line; printf '%s\n' "$line"; fi
  content || echo "${FEED_FAILED} $?" >&2
} | {
  "$@" || exit
  cat >/dev/null
}`;

/** Arguments: a file, then the command whose output becomes it. Nobody else may read it. */
export const DRAIN = String.raw`
umask 077
file=$1; shift
exec "$@" >"$file"`;

/** Arguments: BACKOUT_COMMAND=MARK, then a command that gets it in its environment and no connection. */
const WITH_MARK = String.raw`
export "$1"; shift
${unlessEnded('$BACKOUT_COMMAND')}
exec "$@"`;

/**
 * Argument: the value of BACKOUT_COMMAND. Ends what a cut `docker exec`, `kubectl exec` or `sudo` left running, or has yet to
 * begin: whoever has no children first, so that every parent sees the end of its own. Where PostgreSQL is the first process of
 * the container, it inherits those whose parent is gone, and takes the violent end of one for a crash of its own: all sessions
 * would be ended. Such a one is left alone: it ends by itself when it loses its session or its pipe. A command line is looked
 * at before the environment, which a program has after it.
 */
export const END_MARKED = String.raw`
IFS= read -r first </proc/1/comm
${LEAVE_WORD}
parent_of() { sed -n 's/^PPid:[^0-9]*//p' "$@"; }
round=0
while [ "$round" -lt 300 ]; do
  round=$((round + 1)) left=
  parents=" $(parent_of /proc/[0-9]*/status | tr '\n' ' ')"
  for file in $(grep -ls "BACKOUT_COMMAND[=]$1" /proc/[0-9]*/cmdline /proc/[0-9]*/environ); do
    pid=${'$'}{file#/proc/}; pid=${'$'}{pid%/*}
    [ "$first" != postgres ] || [ "$(parent_of "/proc/$pid/status")" != 1 ] || continue
    case $parents in *" $pid "*) left=1 ;; *) kill -s KILL "$pid" && left=1 ;; esac
  done
  [ -n "$left" ] || break
done 2>/dev/null
true`;

export type Connection = {
  database: string;
  applicationName: string;
  /** Of the session, as `SET` has them; the values without spaces. */
  settings: Record<string, string>;
  /** Unlike that of any other command. */
  command: string;
};

/** What libpq reads, as NAME=VALUE. The name of the database comes this way because `-d` would take a=b apart. */
export function connectionEnvironment(settings: DatabaseSettings, connection: Connection): string[] {
  const { socket, address, port, user, sslMode, sslRootCertificate } = settings.connection;
  const host = socket ?? address;
  const options = Object.entries(connection.settings).map(([name, value]) => `-c ${name}=${value}`);
  return [
    ...(host === undefined ? [] : [`PGHOST=${host}`]),
    `PGPORT=${port}`,
    `PGUSER=${user}`,
    `PGDATABASE=${connection.database}`,
    `PGAPPNAME=${connection.applicationName}`,
    'PGCONNECT_TIMEOUT=10',
    'PGCLIENTENCODING=UTF8',
    ...(options.length === 0 ? [] : [`PGOPTIONS=${options.join(' ')}`]),
    ...(sslMode === undefined ? [] : [`PGSSLMODE=${sslMode}`]),
    ...(sslRootCertificate === undefined ? [] : [`PGSSLROOTCERT=${sslRootCertificate}`]),
    'LC_ALL=C',
    'LANGUAGE=en',
    `BACKOUT_COMMAND=${connection.command}`,
  ];
}

type Wrapped = { settings: DatabaseSettings; environment: string[]; secret: boolean };

/** `argv` with its connection around it: still the same on every kind of place. */
export function withConnection(
  argv: readonly string[],
  { settings, environment, secret }: Wrapped,
): string[] {
  return [
    ...['sh', '-c', WITH_CONNECTION, 'backout'],
    ...[secret ? '1' : '0', settings.programs ?? ''],
    ...environment,
    '--',
    ...argv,
  ];
}

/** `argv`, which has no connection, so that it can be ended by its mark. */
export function withMark(argv: readonly string[], mark: string): string[] {
  return ['sh', '-c', WITH_MARK, 'backout', `BACKOUT_COMMAND=${mark}`, ...argv];
}

/** `argv` where the database is. `pod` is the name of the pod that a selector stands for. */
export function inside(
  argv: readonly string[],
  settings: DatabaseSettings,
  pod = settings.pod?.name,
): string[] {
  const { container, systemUser } = settings;
  if (container !== undefined) {
    const user = systemUser === undefined ? [] : ['-u', systemUser];
    return ['docker', 'exec', '-i', ...user, container, ...argv];
  }
  if (settings.pod !== undefined) {
    const { container: inPod } = settings.pod;
    return [
      ...kubectl(settings.pod),
      ...['exec', '-i', pod ?? ''],
      ...(inPod === undefined ? [] : ['-c', inPod]),
      ...['--', ...argv],
    ];
  }
  return asSystemUser(argv, settings);
}

/** `argv` on the host itself, whatever the database runs in. */
export function asSystemUser(
  argv: readonly string[],
  { container, pod, systemUser }: DatabaseSettings,
): string[] {
  if (systemUser === undefined || container !== undefined || pod !== undefined) return [...argv];
  return ['sudo', '-n', '-u', systemUser, '--', ...argv];
}

/** Prints the names of the running pods that the selector means. */
export function findPods(pod: NonNullable<DatabaseSettings['pod']>): string[] {
  return [
    ...kubectl(pod),
    ...['get', 'pods', '-l', pod.selector ?? ''],
    ...['--field-selector=status.phase=Running', '-o', 'name'],
  ];
}

function kubectl({ namespace, context }: NonNullable<DatabaseSettings['pod']>): string[] {
  return ['kubectl', ...(context === undefined ? [] : ['--context', context]), '-n', namespace];
}

/** The script comes on standard input, because psql replaces :'variables' there, and not in `-c`. */
export function psql(variables: Record<string, string>, options: string[] = []): string[] {
  return [
    ...['psql', '-X', '-q', '-w', '-v', 'ON_ERROR_STOP=1', '-v', 'VERBOSITY=verbose'],
    ...['-v', 'SHOW_CONTEXT=never'],
    ...options,
    ...Object.entries(variables).flatMap(([name, value]) => ['-v', `${name}=${value}`]),
    ...['-f', '-'],
  ];
}

/** For programs that want `-d`: they would take a name like `a=b` for something else. */
export function connectionString(database: string): string {
  return `dbname='${database.replace(/[\\']/g, '\\$&')}'`;
}

/** Whether what is started there is out of reach for whoever kills the program that started it. */
export function isOutOfReach(settings: DatabaseSettings): boolean {
  return isElsewhere(settings) || settings.systemUser !== undefined;
}

/** Whether the programs run elsewhere than on the host itself. */
export function isElsewhere({ container, pod }: DatabaseSettings): boolean {
  return container !== undefined || pod !== undefined;
}
