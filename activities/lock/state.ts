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
  host: string;
  pid: number;
  lives: string;
};

export type TargetState = {
  /** Null when nobody holds the lock, or when it has expired. */
  lock: LockRecord | null;
  records: Record<string, string>;
};

/** From "key=value" lines; what is missing is empty. */
export function parseLock(lines: string[]): LockRecord {
  const values = new Map(
    lines
      .filter((line) => line.includes('='))
      .map((line) => {
        const at = line.indexOf('=');
        return [line.slice(0, at), line.slice(at + 1)];
      }),
  );
  const text = (key: string) => values.get(key) ?? '';
  return {
    owner: text('owner'),
    token: Number(text('token')),
    expires: Number(text('expires')),
    since: Number(text('since')),
    step: text('step'),
    by: text('by'),
    host: text('host'),
    pid: Number(text('pid')),
    lives: text('lives'),
  };
}

/** From what the READ_STATE script prints. */
export function parseState(stdout: string): TargetState {
  const lines = stdout.split('\n');
  const rest = (prefix: string) =>
    lines.filter((line) => line.startsWith(prefix)).map((line) => line.slice(prefix.length));
  const lock = parseLock(rest('lock '));
  const now = Number(rest('now ')[0] ?? 0);
  const records = rest('record ').map((line) => {
    const at = line.indexOf(' ');
    return [line.slice(0, at), line.slice(at + 1)];
  });
  return {
    lock: lock.owner !== '' && lock.expires > now ? lock : null,
    records: Object.fromEntries(records),
  };
}
