/** What a person must still do, most urgent first. Holds only what Backout itself does not do. */
import { describeRelease } from '../plan.ts';
import type { IncidentRecord, StepRecord } from '../rollback.ts';
import { applicationSentence } from './application.ts';
import { isRecovery, nounOf } from './kind.ts';
import { undoneSteps, whyUndone } from './steps.ts';
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
  const again = isRecovery(record)
    ? `\`backout recover ${plan.service} --env ${plan.environment} --reason …\``
    : rollback;
  const steps: string[] = [];
  if (status.outcome === 'unverified') {
    steps.push(
      `Treat ${where} as broken, and tell the next level now: this ${nounOf(record)} is not a success.`,
      `Decide the next way: another release (${rollback} with \`--to RELEASE\`), or a fix forward.`,
    );
  }
  if (!isTrafficProved(record)) {
    steps.push(`See for yourself which release answers requests: this ${nounOf(record)} has not proved it.`);
  }
  if (status.outcome === 'aborted' || status.outcome === 'cancelled') {
    steps.push(
      `To finish what this ${nounOf(record)} began, start again: ${again}. It reads what is there and goes on.`,
    );
  }
  return [...steps, ...undoneSteps(record).flatMap((step) => byHand(record, step))];
}

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
  return [
    ...(plan.request.customerFacing ? ['Tell customers and update the status page: they are affected.'] : []),
    'Review the incident report within 30 minutes.',
    `Keep ${from} from being deployed again until its fault is found and fixed.`,
    `Write a bug ticket for ${from} and link this report.`,
    'Watch the service for 24 hours. Root cause within 24 hours, postmortem within a week.',
  ];
}
