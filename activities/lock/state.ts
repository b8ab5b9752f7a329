/** How the lock and the records read. Pure. */

export type LockRecord = {
  /** Empty when nobody holds it. */
  owner: string;
  token: number;
  /** Unix seconds, by the target's clock. */
  expires: number;
  since: number;
  step: string;
  by: string;
  attempt: number;
  /** Name and identity of the worker's machine, and the worker's process on it. */
  host: string;
  machine: string;
  pid: number;
  lives: string;
};

export type TargetState = {
  /** Null when nobody holds the lock, or when it has expired. */
  lock: LockRecord | null;
  records: Record<string, string>;
};

/** What a script that refused has to say, beside the lock. */
export type Refusal = { holder: LockRecord; directory: string; running: number };

/** From "key=value" lines; what is missing is empty. */
export function parseLock(lines: string[]): LockRecord {
  const text = reader(lines);
  return {
    owner: text('owner'),
    token: Number(text('token')),
    expires: Number(text('expires')),
    since: Number(text('since')),
    step: text('step'),
    by: text('by'),
    attempt: Number(text('attempt')),
    host: text('host'),
    machine: text('machine'),
    pid: Number(text('pid')),
    lives: text('lives'),
  };
}

/** From what a script prints before it ends with one of its own exit codes. */
export function parseRefusal(stdout: string): Refusal {
  const lines = stdout.split('\n');
  const text = reader(lines);
  return { holder: parseLock(lines), directory: text('directory'), running: Number(text('running')) };
}

/** The first line with a key counts: whatever follows can't hide it. */
function reader(lines: string[]): (key: string) => string {
  return (key) => lines.find((line) => line.startsWith(`${key}=`))?.slice(key.length + 1) ?? '';
}

/** From what the READ_STATE script prints. */
export function parseState(stdout: string): TargetState {
  const lines = stdout.split('\n');
  const rest = (prefix: string) =>
    lines.filter((line) => line.startsWith(prefix)).map((line) => line.slice(prefix.length));
  const lock = parseLock(rest('lock '));
  const now = Number(rest('now ')[0] ?? 0);
  const records = rest('record ').map((line): [string, string] => {
    const at = line.indexOf(' ');
    return [line.slice(0, at), line.slice(at + 1)];
  });
  return {
    lock: lock.owner !== '' && lock.expires > now ? lock : null,
    records: Object.fromEntries(records),
  };
}
