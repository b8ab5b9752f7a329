/** By when traffic must be safe, by severity (requirement A5), and whether that was kept. */
import type { Severity } from './request.ts';

/** Minutes from detection until traffic must have left the faulty release. */
export const DEADLINE_MINUTES: Record<Severity, number> = { P0: 5, P1: 15, P2: 60, P3: 240 };

export type Deadline = {
  severity: Severity;
  minutes: number;
  /** ISO 8601: the moment the clock started, which is detection, or the start where detection is not given. */
  from: string;
  /** ISO 8601: the moment by which traffic must be safe. */
  at: string;
};

/** The deadline for a rollback that was noticed at `from` (ISO 8601). */
export function deadlineFor(severity: Severity, from: string): Deadline {
  const minutes = DEADLINE_MINUTES[severity];
  const start = new Date(from).getTime();
  return {
    severity,
    minutes,
    from: new Date(start).toISOString(),
    at: new Date(start + minutes * 60_000).toISOString(),
  };
}

/** How the deadline fared: `secondsLeft` is whole seconds, negative when it was missed, if only by a moment. */
export function judgeDeadline(deadline: Deadline, safeAt: string): { kept: boolean; secondsLeft: number } {
  const secondsLeft = Math.floor((new Date(deadline.at).getTime() - new Date(safeAt).getTime()) / 1000);
  return { kept: secondsLeft >= 0, secondsLeft };
}
