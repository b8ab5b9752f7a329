/** How long it took, from the record's own times. */
import { judgeDeadline } from '../deadline.ts';
import type { IncidentRecord } from '../rollback.ts';
import { formatDuration, formatTime } from './format.ts';
import { resultOf } from './steps.ts';

/** ISO 8601, or null where it did not happen, or nobody said when. */
export type Moments = {
  detected: string | null;
  started: string;
  trafficSafe: string | null;
  faultyStopped: string | null;
  verified: string | null;
  ended: string | null;
};

export function momentsOf(record: IncidentRecord): Moments {
  const { plan, status } = record;
  const verdict = resultOf(record, 'verify')?.verdict;
  return {
    detected: plan.request.detectedAt ?? null,
    started: status.startedAt,
    trafficSafe: status.trafficSafeAt,
    faultyStopped: resultOf(record, 'stop-faulty')?.provedAt ?? null,
    verified: verdict?.passed === true ? verdict.finishedAt : null,
    ended: status.endedAt,
  };
}

/** Milliseconds; null where one end did not happen. */
export type Durations = {
  detectionToStart: number | null;
  startToTrafficSafe: number | null;
  startToFaultyStopped: number | null;
  startToVerified: number | null;
  /** From the start to the outcome. Writing report and messages comes after it. */
  total: number | null;
  /** What users felt: from detection (or the start, where nobody gave it) until traffic was proved safe. */
  exposure: number | null;
};

export function durationsOf(moments: Moments): Durations {
  const { detected, started } = moments;
  return {
    detectionToStart: between(detected, started),
    startToTrafficSafe: between(started, moments.trafficSafe),
    startToFaultyStopped: between(started, moments.faultyStopped),
    startToVerified: between(started, moments.verified),
    total: between(started, moments.ended),
    exposure: between(detected ?? started, moments.trafficSafe),
  };
}

function between(from: string | null, to: string | null): number | null {
  return from === null || to === null ? null : new Date(to).getTime() - new Date(from).getTime();
}

/** Whether the deadline was kept, as a sentence. */
export function deadlineSentence({ plan, status }: IncidentRecord): string {
  const { deadline } = plan;
  const due = `${deadline.severity}: traffic safe by ${formatTime(deadline.at)}, ${deadline.minutes} min after ${
    plan.request.detectedAt === undefined ? 'the start' : 'detection'
  }`;
  const { trafficSafeAt, endedAt, outcome } = status;
  if (trafficSafeAt === null) {
    if (outcome === null) return `${due}. Still open.`;
    const isOver = judgeDeadline(deadline, endedAt ?? deadline.at).kept === false;
    return isOver
      ? `${due}. NOT KEPT: traffic was not proved safe.`
      : `${due}. Not met by this rollback: it ended before that time, and traffic was not proved safe.`;
  }
  const { kept, secondsLeft } = judgeDeadline(deadline, trafficSafeAt);
  const by = formatDuration(Math.abs(secondsLeft) * 1000);
  if (!kept) return `${due}. NOT KEPT: missed by ${by}.`;
  return outcome === 'unverified'
    ? `${due}. Traffic left the faulty release in time, with ${by} to spare, but the release returned to is not proved good.`
    : `${due}. Kept, with ${by} to spare.`;
}
