/** How long it took, from the record's own times. */
import { judgeDeadline } from '../deadline.ts';
import type { IncidentRecord } from '../rollback.ts';
import { formatDuration, formatTime } from './format.ts';
import { isPartial, isRecovery, nounOf } from './kind.ts';
import { isRestored } from './data.ts';
import { resultOf } from './steps.ts';

/** ISO 8601, or null where it did not happen, or nobody said when. */
export type Moments = {
  /** When the faulty release went live, as the request says. */
  released: string | null;
  detected: string | null;
  started: string;
  /** When approvals were asked for, where the policy wants any. */
  approvalAsked: string | null;
  /** When they were there, or somebody went ahead without them. */
  approved: string | null;
  /** When a freeze proved that requests are held, where that ended the trouble for users. */
  requestsHeld: string | null;
  trafficSafe: string | null;
  faultyStopped: string | null;
  /** When a person let the restore be done. */
  restoreTyped: string | null;
  /** Null, too, where an earlier rollback had restored it. */
  databaseRestored: string | null;
  verified: string | null;
  ended: string | null;
};

export function momentsOf(record: IncidentRecord): Moments {
  const { plan, status } = record;
  const verdict = resultOf(record, 'verify')?.verdict;
  return {
    released: plan.request.releasedAt ?? null,
    detected: plan.request.detectedAt ?? null,
    started: status.startedAt,
    ...approvalOf(record),
    requestsHeld: requestsHeldAt(record),
    trafficSafe: status.trafficSafeAt,
    faultyStopped: resultOf(record, 'stop-faulty')?.provedAt ?? null,
    restoreTyped: resultOf(record, 'confirm-restore')?.provedAt ?? null,
    databaseRestored: isRestored(record) ? (resultOf(record, 'restore-database')?.provedAt ?? null) : null,
    verified: verdict?.passed === true ? verdict.finishedAt : null,
    ended: status.endedAt,
  };
}

function approvalOf({ status: { approvals } }: IncidentRecord): Pick<Moments, 'approvalAsked' | 'approved'> {
  const { terms, decision } = approvals;
  const isAsked = terms !== null && decision?.outcome !== 'not-needed';
  const isGiven = decision?.outcome === 'approved' || decision?.outcome === 'broken-glass';
  return { approvalAsked: isAsked ? terms.openedAt : null, approved: isGiven ? decision.at : null };
}

/** Only while they are held still, or were until traffic was safe: else users have met the trouble again. */
function requestsHeldAt({ status }: IncidentRecord): string | null {
  const { requestsHeldAt: at = null, trafficSafeAt, freeze } = status;
  const isHeld = freeze?.holds.some(({ name, state }) => name === 'requests' && state === 'held') === true;
  if (at === null || (trafficSafeAt === null && !isHeld)) return null;
  return trafficSafeAt !== null && Date.parse(trafficSafeAt) < Date.parse(at) ? null : at;
}

/** Milliseconds; null where one end did not happen. */
export type Durations = {
  releaseToDetection: number | null;
  detectionToStart: number | null;
  askToApproval: number | null;
  startToRequestsHeld: number | null;
  startToTrafficSafe: number | null;
  startToFaultyStopped: number | null;
  startToRestoreTyped: number | null;
  startToDatabaseRestored: number | null;
  startToVerified: number | null;
  /** From the start to the outcome. Writing report and messages comes after it. */
  total: number | null;
  /**
   * What users felt: from the release (or detection, or the start, where nobody gave it) until traffic was proved safe, or a
   * freeze held requests.
   */
  exposure: number | null;
};

export function durationsOf(moments: Moments): Durations {
  const { released, detected, started, requestsHeld, trafficSafe } = moments;
  return {
    releaseToDetection: between(released, detected),
    detectionToStart: between(detected, started),
    askToApproval: between(moments.approvalAsked, moments.approved),
    startToRequestsHeld: between(started, requestsHeld),
    startToTrafficSafe: between(started, trafficSafe),
    startToFaultyStopped: between(started, moments.faultyStopped),
    startToRestoreTyped: between(started, moments.restoreTyped),
    startToDatabaseRestored: between(started, moments.databaseRestored),
    startToVerified: between(started, moments.verified),
    total: between(started, moments.ended),
    exposure: between(released ?? detected ?? started, requestsHeld ?? trafficSafe),
  };
}

/** From when exposure counts, in words. */
export function exposedSince(record: IncidentRecord): string {
  const { released, detected } = momentsOf(record);
  if (released !== null) return `its release at ${formatTime(released)}`;
  return detected === null ? `the start of the ${nounOf(record)} (detection was not given)` : 'detection';
}

/** Until when exposure counts, in words. */
export function exposedUntil(record: IncidentRecord): string {
  if (momentsOf(record).requestsHeld !== null) return 'requests were proved to be held';
  return isRecovery(record) || isPartial(record) ? 'its end was proved' : 'traffic was proved off it';
}

function between(from: string | null, to: string | null): number | null {
  return from === null || to === null ? null : new Date(to).getTime() - new Date(from).getTime();
}

/** Whether the deadline was kept, as a sentence. */
export function deadlineSentence({ plan, status }: IncidentRecord): string {
  const { deadline } = plan;
  const what = isPartial({ plan }) ? 'service' : 'traffic';
  const due = `${deadline.severity}: ${what} safe by ${formatTime(deadline.at)}, ${deadline.minutes} min after ${
    plan.request.detectedAt === undefined ? 'the start' : 'detection'
  }`;
  const { trafficSafeAt, endedAt, outcome } = status;
  if (trafficSafeAt === null) {
    if (outcome === null) return `${due}. Still open.`;
    const isOver = judgeDeadline(deadline, endedAt ?? deadline.at).kept === false;
    return isOver
      ? `${due}. NOT KEPT: ${what} was not proved safe.`
      : `${due}. Not met by this rollback: it ended before that time, and ${what} was not proved safe.`;
  }
  const { kept, secondsLeft } = judgeDeadline(deadline, trafficSafeAt);
  const by = formatDuration(Math.abs(secondsLeft) * 1000);
  if (!kept) return `${due}. NOT KEPT: missed by ${by}.`;
  return outcome === 'unverified'
    ? `${due}. Traffic left the faulty release in time, with ${by} to spare, but the release returned to is not proved good.`
    : `${due}. Kept, with ${by} to spare.`;
}
