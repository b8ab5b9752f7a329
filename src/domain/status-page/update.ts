/** What customers read. Short texts of our own: nothing of the request, the plan or the release gets in. Pure. */
import type { Severity } from '../request.ts';
import type { Stage } from './stage.ts';

/** What Statuspage and most others call it. */
export type PublicStatus = 'investigating' | 'identified' | 'monitoring' | 'resolved';

export type PublicUpdate = {
  /** One per incident, and without a meaning to anybody else: the incident is found by it. */
  run: string;
  /** Counts up: one that stands there already is not posted again. */
  number: number;
  status: PublicStatus;
  severity: Severity;
  /** Title of the incident. */
  name: string;
  body: string;
  /** ISO 8601: when the incident began. */
  startedAt: string;
  /** ISO 8601; null with the last one. */
  nextUpdateAt: string | null;
};

/** `resolved` is the last one. */
export type PublicStage = Stage | 'resolved';

const STATUSES: Record<PublicStage, PublicStatus> = {
  assessing: 'investigating',
  mending: 'identified',
  waiting: 'identified',
  held: 'identified',
  restoring: 'identified',
  safe: 'monitoring',
  open: 'identified',
  resolved: 'resolved',
};

const SENTENCES: Record<PublicStage, (name: string) => string> = {
  assessing: (name) => `We are investigating problems with ${name}.`,
  mending: (name) => `We know how to put ${name} right, and are doing so.`,
  waiting: (name) => `We know how to put ${name} right. The next step is being decided by our team.`,
  held: (name) =>
    `To protect data, we hold ${name} in maintenance while we put it right. It is not available until then.`,
  restoring: (name) => `We are putting data right. Until that is done ${name} is not available.`,
  safe: (name) => `A fix is in place and ${name} is available again. We are checking it closely.`,
  open: (name) => `The problems with ${name} are not over yet. Our team is working on them.`,
  resolved: (name) =>
    `This incident is resolved: ${name} works normally again. We are monitoring for stability.`,
};

type Parts = {
  stage: PublicStage;
  /** What was said last; null when this is the first. */
  before: PublicStage | null;
  publicName: string;
} & Pick<PublicUpdate, 'run' | 'number' | 'severity' | 'startedAt' | 'nextUpdateAt'>;

export function writeUpdate({ stage, before, publicName, ...rest }: Parts): PublicUpdate {
  const unchanged = stage === before ? ['Nothing has changed since our last update.'] : [];
  const next = rest.nextUpdateAt === null ? [] : [`Next update by ${publicTime(rest.nextUpdateAt)}.`];
  return {
    ...rest,
    status: STATUSES[stage],
    name: `Problems with ${publicName}`,
    body: [...unchanged, SENTENCES[stage](publicName), ...next].join(' '),
  };
}

/** `2026-11-21 02:45 UTC`: never later than the time itself. */
export const publicTime = (iso: string): string => `${iso.slice(0, 16).replace('T', ' ')} UTC`;
