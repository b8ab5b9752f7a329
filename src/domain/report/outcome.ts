/** How a rollback ended, in plain words. Used by the workflow's result, the report, the messages and the CLI alike. */
import { describeRelease } from '../plan.ts';
import type { IncidentRecord, StepRecord } from '../rollback.ts';
import { formatTime } from './format.ts';
import { asSentence, enumerate, oneLine } from './plain.ts';
import { isPartial, nounOf, routeOf, troublesOf } from './kind.ts';
import { describeChanges, undoneChanges } from '../partial/words.ts';
import { findStep, undoneSteps, whyUndone } from './steps.ts';
import { dataSentence, isRestoreUnproved } from './data.ts';
import { trafficSentence } from './traffic.ts';

/** A line for the top of a report or message. Nothing but a proved rollback reads like a success. */
export function headline(record: IncidentRecord): string {
  const { service, environment } = record.plan;
  const where = `${service} in ${environment}`;
  switch (record.status.outcome) {
    case 'rolled-back':
      return isPartial(record) ? `Partially rolled back: ${where}` : `Rolled back: ${where}`;
    case 'restored':
      return `Put back as before: ${where}`;
    case 'recovered':
      return `Recovered: ${where}`;
    case 'released':
      return `The freeze is lifted: ${where}`;
    case 'left-frozen':
      return `LEFT FROZEN: ${where}`;
    case 'unverified':
      return `NOT A SUCCESS: ${where} is not proved good after its ${nounOf(record)}`;
    case 'aborted':
      return `ABORTED: the ${nounOf(record)} of ${where} was ended before it was done`;
    case 'cancelled':
      return `CANCELLED: the ${nounOf(record)} of ${where} was ended from outside before it was done`;
    case 'dry-run':
      return `Dry run: nothing was changed for ${where}`;
    case null:
      return `In progress: ${nounOf(record)} of ${where}`;
  }
}

/** What happened, where traffic is, and what became of the data: everything that somebody must know at once. */
export function outcomeSentence(record: IncidentRecord): string {
  const { plan, status } = record;
  const where = `${plan.service} in ${plan.environment}`;
  const [from, to] = [describeRelease(plan.from), describeRelease(plan.to)];
  const run = `${nounOf(record)} of ${where} ${routeOf(plan)}`;
  const tail = `${trafficSentence(record)} ${dataSentence(record)}`;
  switch (status.outcome) {
    case 'restored':
      return `${where} is as it was before the partial rollback: ${changesOf(record)}; ${to} goes on serving, and passed verification. ${tail}${exceptions(record)}`;
    case 'rolled-back': {
      if (isPartial(record))
        return `${where} is partially rolled back: ${changesOf(record)}; ${to} goes on serving, and passed verification. ${tail}${exceptions(record)}`;
      const what = wasSoAlready(record)
        ? `${where} was back on ${to} already when this rollback from ${from} came; ${to} passed verification.`
        : `${where} is rolled back from ${from} to ${to}, which passed verification.`;
      return `${what} ${tail}${exceptions(record)}`;
    }
    case 'recovered':
      return `${where} is recovered: ${to} runs and passed verification. ${troublesOf(plan)}${tail}${exceptions(record)}`;
    case 'unverified':
      return `The ${run} is NOT a success: ${whyUnverified(record)} ${tail}${exceptions(record, ['verify'])}`;
    case 'aborted':
      return `The ${run} was ${describeAbort(record)}. ${tail}${exceptions(record, ['aborted'])}`;
    case 'cancelled':
      return `The ${run} was cancelled from outside${interrupted(record)}. ${tail}${exceptions(record, ['aborted'])}`;
    case 'released':
    case 'left-frozen':
      return `The ${run} was not begun. ${tail}`;
    case 'dry-run':
      return `Dry run of the ${run}. ${tail}`;
    case null:
      return `The ${run} is in progress. ${tail}`;
  }
}

const changesOf = ({ plan: { partial } }: IncidentRecord): string =>
  partial === undefined ? '' : describeChanges(partial);

/** True when everything was as wanted before this rollback did anything to traffic or processes. */
export function wasSoAlready(record: IncidentRecord): boolean {
  const was = (name: 'shift-traffic' | 'stop-faulty') => findStep(record, name)?.state;
  return was('shift-traffic') === 'already' && ['already', 'not-needed'].includes(was('stop-faulty') ?? '');
}

/** Why the release returned to is not proved good: one or more whole sentences. */
export function whyUnverified(record: IncidentRecord): string {
  const to = describeRelease(record.plan.to);
  if (isRestoreUnproved(record)) return 'whether the database was restored is not proved.';
  const [undone] = undoneChanges(record);
  const change = undone === undefined ? null : findStep(record, undone);
  if (change !== null) return `“${change.title}” was ${whyUndone(change)}.`;
  const step = findStep(record, 'verify');
  const failed = step?.result?.verdict?.checks.filter(({ passed }) => !passed) ?? [];
  if (failed.length > 0) {
    const checks = failed.map(({ name, detail }) => `${name} (${oneLine(detail)})`);
    return `${to} failed ${enumerate(checks)}.`;
  }
  if (step === null) return `${to} was not verified.`;
  if (step.result?.verdict) return `${to} did not pass verification.`;
  const said =
    step.failure === null ? '' : ` The last try said: “${asSentence(oneLine(step.failure.message))}”`;
  return `${to} was not verified: the step was ${whyUndone(step)}.${said}`;
}

function describeAbort(record: IncidentRecord): string {
  const { decision, restoreDecision } = record.status.approvals;
  if (decision?.outcome === 'rejected')
    return `rejected by ${oneLine(decision.by)} ("${oneLine(decision.reason)}")`;
  if (decision?.outcome === 'expired')
    return `ended because nobody approved it until ${formatTime(decision.at)}`;
  if (restoreDecision?.outcome === 'rejected')
    return `ended because ${oneLine(restoreDecision.by)} rejected the restore ("${oneLine(restoreDecision.reason)}")`;
  if (restoreDecision?.outcome === 'expired')
    return `ended because nobody typed RESTORE until ${formatTime(restoreDecision.at)}`;
  const step = record.status.steps.find(({ state }) => state === 'aborted');
  return step === undefined ? 'aborted' : `${whyUndone(step)} at “${step.title}”`;
}

function interrupted(record: IncidentRecord): string {
  const step = record.status.steps.find(({ state }) => state === 'aborted');
  return step === undefined ? '' : ` during “${step.title}”`;
}

/** What else was not done. A step that the sentence names already is left out. */
function exceptions(
  record: IncidentRecord,
  named: (StepRecord['name'] | StepRecord['state'])[] = [],
): string {
  const others = undoneSteps(record).filter(
    ({ name, state }) => !named.includes(name) && !named.includes(state) && name !== 'shift-traffic',
  );
  const isNotReached = ({ state }: StepRecord) => state === 'not-reached';
  const quote = ({ title }: StepRecord) => `“${title}”`;
  const notReached = others.filter(isNotReached).map(quote);
  const notDone = others
    .filter((step) => !isNotReached(step))
    .map((step) => `${quote(step)} was ${whyUndone(step)}`);
  return [
    ...(notDone.length === 0 ? [] : [` Not done: ${enumerate(notDone)}.`]),
    ...(notReached.length === 0 ? [] : [` Not reached: ${enumerate(notReached)}.`]),
  ].join('');
}
