/** Where requests go, as far as it is proved: the sentence that every message carries. */
import { describeRelease, plannedStep } from '../plan.ts';
import type { Observation } from '../plan.ts';
import type { IncidentRecord } from '../rollback.ts';
import { freezeSentence, isFrozen, unfreezeCommand } from '../freeze.ts';
import { changesSentence } from '../partial/words.ts';
import { applicationSentence } from './application.ts';
import { formatShare } from './format.ts';
import { nounOf } from './kind.ts';
import { asSentence, enumerate, oneLine } from './plain.ts';
import { findStep, whyUndone } from './steps.ts';
import type { StepsOf } from './steps.ts';

/**
 * One or more whole sentences. Says "all traffic is on …" only where requests have proved it, and that requests fail where
 * the release returned to is stopped.
 */
export function trafficSentence(record: Pick<IncidentRecord, 'plan'> & StepsOf & FreezeOf): string {
  return [whereTrafficIs(record), changesSentence(record), applicationSentence(record), frozen(record)]
    .filter((sentence) => sentence !== '')
    .join(' ');
}

/** Where traffic would go is half the truth while requests are held before it. */
function frozen({ status: { freeze } }: FreezeOf): string {
  if (freeze === undefined) return '';
  const lift = isFrozen(freeze) ? ` \`${unfreezeCommand(freeze)}\` lifts it once this has ended.` : '';
  return `${freezeSentence(freeze)}${lift}`;
}

type FreezeOf = { status: Pick<IncidentRecord['status'], 'freeze'> };

function whereTrafficIs(record: Pick<IncidentRecord, 'plan'> & StepsOf): string {
  const { plan } = record;
  const to = describeRelease(plan.to);
  const shift = findStep(record, 'shift-traffic');
  if (plan.request.dryRun || shift === null) return 'Traffic was not changed.';
  const said =
    shift.failure === null ? '' : ` The last try said: “${asSentence(oneLine(shift.failure.message))}”`;
  switch (shift.state) {
    case 'done':
      return `All traffic is on ${to}.`;
    case 'already':
      return `All traffic was on ${to} already.`;
    case 'not-needed':
      return `Traffic was not changed: ${asSentence(plannedStep(plan, 'shift-traffic').notNeeded ?? 'it was not needed')}`;
    case 'pending':
    case 'not-reached':
      return `Traffic was not changed by this ${nounOf(record)}: when the plan was made, ${whoServed(plan.observed)}.`;
    case 'running':
      return `Traffic is being moved from ${describeRelease(plan.from)} to ${to}; nothing is proved yet.`;
    case 'waiting-for-decision':
    case 'failed':
      return `Traffic is not proved to be on ${to}.${said}`;
    case 'aborted':
      // What an earlier try said is no longer true of one that was interrupted after it.
      return shift.decision?.decision === 'abort'
        ? `Traffic was not proved to be on ${to}.${said}`
        : `Traffic may have moved to ${to}: the step was interrupted before its proof.`;
    case 'skipped':
      // Verification ends with a look at where traffic goes, so a passed one proves what the skipped step did not.
      return findStep(record, 'verify')?.result?.verdict?.passed === true
        ? `All traffic is on ${to}: verification proved it, although the step that moves it was ${whyUndone(shift)}.`
        : `Traffic is not proved to be on ${to}: the step that moves it was ${whyUndone(shift)}.${said}`;
  }
}

/** True when requests have proved that all traffic is on the release returned to. */
export function isTrafficProved(record: IncidentRecord): boolean {
  const state = findStep(record, 'shift-traffic')?.state;
  return (
    state === 'done' ||
    state === 'already' ||
    ((state === 'skipped' || state === 'not-needed') &&
      findStep(record, 'verify')?.result?.verdict?.passed === true)
  );
}

/** `green (2.4.1) answered 100 % of the probes`, the end of a sentence. */
function whoServed({ releases }: Observation): string {
  const answering = releases.filter(({ answerShare }) => answerShare !== null && answerShare > 0);
  if (answering.length > 0) {
    const shares = answering.map(
      (release) => `${describeRelease(release)} gave ${formatShare(release.answerShare ?? 0)} of the answers`,
    );
    return enumerate(shares);
  }
  const active = releases.filter(({ configured }) => configured === 'active').map(describeRelease);
  return active.length === 0
    ? 'no release was seen to serve'
    : `no answer told who serves, and the configuration sent requests to ${enumerate(active)}`;
}
