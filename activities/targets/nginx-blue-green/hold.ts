/** Holding the target's lock for one step, with what the next rollback must know written beside it. */
import type { LogMark } from '../../../src/domain/verification.ts';
import type { Guard } from '../../lock/lock.ts';
import type { StepContext } from '../driver.ts';
import { MARKER, parseMarker } from '../marker.ts';
import type { Marker } from '../marker.ts';
import type { Ports } from './ports.ts';

export type Held = {
  guard: Guard;
  /** Writes how far this rollback has come. */
  note(phase: Marker['phase'], outcome?: string): Promise<void>;
};

/** Longer than any step's command may take: an expired lock is free for others to take. */
const TTL_SECONDS = 300;

type HoldOptions = {
  step: string;
  logMarks: LogMark[];
  /** Noted in the same round trip as the lock. */
  phase?: Marker['phase'];
  outcome?: string;
};

/** Takes the lock, or takes it again: a later attempt of the same rollback fences off an earlier one. */
export async function hold(
  ports: Ports,
  context: StepContext,
  { step, logMarks, phase, outcome }: HoldOptions,
): Promise<Held> {
  const { rollback, from, to, attempt, scheduledAt, lives, isEnded, heirOf } = context;
  const owner = rollback.workflowId;
  const record = (at: Marker['phase'], outcome: string | null = null) => ({
    name: MARKER,
    json: JSON.stringify({
      owner,
      ...(heirOf === undefined ? {} : { heirOf }),
      from,
      to,
      phase: at,
      outcome,
      at: new Date().toISOString(),
      logMarks,
    } satisfies Marker),
  });
  const { token } = await ports.lock.acquire({
    owner,
    step,
    by: rollback.requestedBy,
    attempt,
    scheduledAt,
    lives,
    ttlSeconds: TTL_SECONDS,
    isEnded,
    ...(phase === undefined ? {} : { record: record(phase, outcome) }),
  });
  const guard = ports.lock.guard({ owner, token });
  return { guard, note: (at, outcome) => ports.lock.writeRecord(guard, record(at, outcome)) };
}

/** What the last rollback left on the target, whoever's it was. */
export async function readMarker(ports: Ports): Promise<Marker | null> {
  const { records } = await ports.reading.lock.readState();
  return parseMarker(records[MARKER] ?? null);
}
