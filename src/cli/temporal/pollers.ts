/** Who asks a task queue for work, as Temporal tells it. */

/** A worker asks at least once a minute; the server remembers for longer that it did. */
const ASKED_WITHIN_MS = 75_000;

export type Poller = { identity: string; secondsAgo: number };

/** `temporal.api.taskqueue.v1.PollerInfo`, as far as it is used. */
type PollerInfo = {
  identity?: string | null;
  lastAccessTime?: { seconds?: { toString(): string } | null } | null;
};

export function readPollers(pollers: readonly PollerInfo[] | null | undefined, now = Date.now()): Poller[] {
  return (pollers ?? []).map(({ identity, lastAccessTime }) => ({
    identity: identity ?? '',
    secondsAgo: Math.max(0, now / 1000 - Number(lastAccessTime?.seconds ?? 0)),
  }));
}

/** Who asked a while ago is gone, though the server still remembers it. */
export function isPolling({ secondsAgo }: Poller): boolean {
  return secondsAgo * 1000 < ASKED_WITHIN_MS;
}
