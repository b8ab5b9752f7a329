/** What a person must still do, most urgent first. Holds only what Backout itself does not do. */
import { describeRelease } from '../plan.ts';
import type { IncidentRecord, StepRecord } from '../rollback.ts';
import { followUpIdOf, wantsFollowUp } from '../follow-up/id.ts';
import { DEFAULT_FOLLOW_UP } from '../follow-up/settings.ts';
import { againCommand, frozenAgain } from './again.ts';
import { applicationSentence } from './application.ts';
import { restoreCommand, startCommand } from '../partial/words.ts';
import { isRestored } from './data.ts';
import { FILES } from './files.ts';
import { formatTime } from './format.ts';
import { isPartial, isRecovery, nounOf } from './kind.ts';
import { findStep, undoneSteps, whyUndone } from './steps.ts';
import { countedRows } from './loss.ts';
import { isTrafficProved } from './traffic.ts';

/** Plain sentences. Commands in them stand between backticks. */
export function nextSteps(record: IncidentRecord): string[] {
  if (record.plan.request.dryRun) return [];
  return record.status.outcome === null ? whileRunning(record) : [...urgent(record), ...afterwards(record)];
}

function whileRunning({ status }: IncidentRecord): string[] {
  return [
    `Watch it: \`backout watch ${status.workflowId}\`, or this workflow in the Temporal UI.`,
    'Be ready to decide: a step that can’t be done waits for `retry`, `skip` or `abort`.',
    ...(status.acknowledgements.length === 0 ? ['Acknowledge, so that others know somebody is at it.'] : []),
  ];
}

function urgent(record: IncidentRecord): string[] {
  const { plan, status } = record;
  const where = `${plan.service} in ${plan.environment}`;
  const rollback = `\`backout rollback traffic-only ${plan.service} --env ${plan.environment} --reason …\``;
  const again = isPartial(record) ? `\`${startCommand(plan)}\`` : `\`${againCommand(plan)}\``;
  const frozen = frozenAgain(plan, status.freeze);
  const steps: string[] = [];
  if (status.outcome === 'unverified') {
    steps.push(
      `Treat ${where} as broken, and tell the next level now: this ${nounOf(record)} is not a success.`,
      frozen === null
        ? `Decide the next way: another release (${rollback} with \`--to RELEASE\`), or a fix forward.`
        : `Decide the next way: another release (\`--to RELEASE\`), or a fix forward. For now ${frozen}`,
    );
  }
  // What moves no traffic has nothing to prove about it.
  if (!isPartial(record) && !isTrafficProved(record)) {
    steps.push(`See for yourself which release answers requests: this ${nounOf(record)} has not proved it.`);
  }
  if (status.outcome === 'aborted' || status.outcome === 'cancelled') {
    steps.push(
      frozen === null
        ? `To finish what this ${nounOf(record)} began, start again: ${again}. It reads what is there and goes on.`
        : `To finish what this ${nounOf(record)} began: ${frozen}`,
    );
  }
  if (areMetricsUnjudged(record)) {
    steps.push(
      'Look at the metrics now: they were NOT judged by the verification, for no traffic came while the service was frozen.',
    );
  }
  return [...steps, ...undoneSteps(record).flatMap((step) => byHand(record, step))];
}

/** Configured to be judged, and left out because of a freeze. */
const areMetricsUnjudged = ({ plan }: IncidentRecord): boolean =>
  plan.request.dataCorruption && plan.config.verify.metrics !== undefined;

/** What to do by hand about a step that was not done. */
function byHand(record: IncidentRecord, step: StepRecord): string[] {
  const { from, to } = record.plan;
  const why = `(${whyUndone(step)})`;
  switch (step.name) {
    case 'capture-before':
      return [`The state before was not kept ${why}: what the plan saw stands in this report.`];
    case 'start-database':
      return [`Start PostgreSQL, and see that it answers ${why}.`];
    case 'start-previous':
      return [`Make sure that ${describeRelease(to)} runs and is healthy ${why}.`];
    case 'shift-traffic':
      return [];
    case 'switch-flags':
      return [
        `See which flags are as planned and which are not ${why}; what was changed is put back by \`${restoreCommand(record.plan)}\`.`,
      ];
    case 'put-back-configuration':
      return [
        `See which configuration files are as planned and which are not ${why}; what was changed is put back by \`${restoreCommand(record.plan)}\`.`,
      ];
    case 'capture-logs':
      return [`Save the logs of ${describeRelease(from)} before anything removes them ${why}.`];
    case 'stop-faulty':
      // Stopping what still serves would turn a bad release into an outage.
      return [
        isTrafficProved(record)
          ? `Stop ${describeRelease(from)} if it still runs ${why}.`
          : `Leave ${describeRelease(from)} running until you have seen that no traffic goes to it; then stop it ${why}.`,
      ];
    case 'check-release':
      return [];
    case 'prepare-restore':
    case 'confirm-restore':
      return [];
    case 'stop-application':
      return [];
    case 'restart-application':
      return applicationSentence(record) === ''
        ? []
        : [`See that ${describeRelease(to)} runs and is healthy, and start it if it does not ${why}.`];
    case 'restore-database':
      return [
        `Decide what becomes of the database ${why}: the full rollback started again, or a fix forward.`,
      ];
    case 'verify':
      return [`Verify ${describeRelease(to)} by hand ${why}.`];
    case 'report':
      return [`Complete the records by hand ${why}.`];
    case 'announce':
      return [`Tell everybody how it ended ${why}.`];
  }
}

/** Backout blocks the version itself, where it can. */
function keepOut({ plan, status }: IncidentRecord): string[] {
  const block = status.aftercare?.block;
  const keep = `Keep ${describeRelease(plan.from)} from being deployed again until its fault is found and fixed.`;
  return block === undefined ? [keep] : block.done ? [block.what] : [`${keep} ${block.what}`];
}

/** What the restore has taken out of the live database is not gone, but it goes. */
/** Where the database was restored, something is lost that customers may miss. */
function customerNotice(record: IncidentRecord): string[] {
  if (!isRestored(record)) return [];
  const send =
    record.plan.config.customerNotice === undefined
      ? 'send it as you do'
      : `send it with \`backout notify-customers ${record.status.workflowId}\``;
  return [`Tell customers what was lost: complete the draft ${FILES.customerNotice}, and ${send}.`];
}

function keptRows(record: IncidentRecord): string[] {
  const { plan, status } = record;
  const kept = findStep(record, 'restore-database')?.result?.kept;
  if (plan.database === undefined || kept === undefined) return [];
  const { keepOldDays } = plan.config.database?.restore ?? {};
  const days = keepOldDays === undefined ? '' : ` (\`keepOldDays\`: ${keepOldDays})`;
  const until =
    kept.until === null
      ? ''
      : ` It is kept at least until ${formatTime(kept.until)}${days}, and dropped after that.`;
  const which = countedRows(plan.database, status.loss);
  return [
    `Take over what is needed of the rows that are not in the live database any more${which}: they are in ${kept.where}.${until}`,
  ];
}

function afterwards(record: IncidentRecord): string[] {
  const { plan } = record;
  const from = describeRelease(plan.from);
  if (isRecovery(record)) {
    return [
      ...(plan.request.customerFacing
        ? ['Tell customers and update the status page: they are affected.']
        : []),
      'Review the incident report within 30 minutes.',
      'Find out why it went down, within 24 hours: starting it again is no cure.',
      'Watch the service for 24 hours.',
    ];
  }
  if (isPartial(record)) return afterPartial(record);
  return [
    ...keptRows(record),
    ...customerNotice(record),
    ...(plan.request.customerFacing ? ['Tell customers and update the status page: they are affected.'] : []),
    'Review the incident report within 30 minutes.',
    ...keepOut(record),
    `Write a bug ticket for ${from} and link this report.`,
    ...later(record),
  ];
}

/**
 * What Backout watches and reminds of itself, and how it is told that something is done. The follow-up starts after the last
 * report; the record does not tell whether this ran with `--local`, which has none.
 */
function later(record: IncidentRecord): string[] {
  const { enabled, reminders, watchHours } = record.plan.config.followUp ?? DEFAULT_FOLLOW_UP;
  if (!enabled || !wantsFollowUp(record))
    return ['Watch the service for 24 hours. Root cause within 24 hours, postmortem within a week.'];
  const id = record.status.followUp ?? followUpIdOf(record.status);
  const watches = watchHours === 0 ? '' : `watches the service for ${watchHours} hours and `;
  return [
    `Root cause within ${reminders.rootCauseHours} hours, postmortem within ${reminders.postmortemDays} days: both belong in ${FILES.postmortem}.`,
    `Backout ${watches}reminds of what is open: see \`backout status ${id}\`, and say what is done with \`backout tick ${id} ITEM\`. After a rollback with \`--local\`, do both yourself.`,
  ];
}

/** No version was found faulty: a part of it was switched off, or its configuration was. */
function afterPartial({ plan }: IncidentRecord): string[] {
  return [
    ...(plan.request.customerFacing ? ['Tell customers and update the status page: they are affected.'] : []),
    'Review the incident report within 30 minutes.',
    ...(plan.partial?.restores === true
      ? []
      : [
          'Write a bug ticket and link this report: what was switched off is not mended.',
          `When it is mended, put everything as it was before: \`${restoreCommand(plan)}\`.`,
        ]),
    'Watch the service for 24 hours. Root cause within 24 hours, postmortem within a week.',
  ];
}
