/** The runbook's checklists: each box is ticked by the step that did it, or left open for a person. */
import { channelsFor } from '../announcement-channels.ts';
import type { AnnouncementEvent } from '../notification.ts';
import { describeRelease } from '../plan.ts';
import type { DatabasePlan, StepName } from '../plan.ts';
import { isSuccess } from '../rollback.ts';
import type { AftercareNote, IncidentRecord } from '../rollback.ts';
import { listed } from '../approval/words.ts';
import { describeChanges } from '../partial/words.ts';
import { isPartial, isRecovery } from './kind.ts';
import { findStep, isDone, stateInWords, undoneSteps, whyUndone } from './steps.ts';

export type Box = {
  text: string;
  /** What ticked it and when (ISO 8601), or null while it is open. */
  ticked: { by: string; at: string } | null;
  /** Why it is open, where something is known. */
  open?: string;
};
export type Checklists = { before: Box[]; during: Box[]; after: Box[] };

export function checklists(record: IncidentRecord): Checklists {
  if (isPartial(record)) return partialChecklists(record);
  return isRecovery(record) ? recoveryChecklists(record) : rollbackChecklists(record);
}

/** No traffic moves and no release is left: what is changed is the boxes. */
function partialChecklists(record: IncidentRecord): Checklists {
  const { plan } = record;
  const to = describeRelease(plan.to);
  const { restores = false, flags = [], files = [] } = plan.partial ?? {};
  const said = (part: { flags: typeof flags; files: typeof files }) => describeChanges({ restores, ...part });
  return {
    before: [
      ...begun(record, 'partial rollback'),
      told(record, 'started', 'Team told that a partial rollback is under way'),
      ...approved(record),
    ],
    during: [
      ...neededBox(record, 'switch-flags', `Flags: ${said({ flags, files: [] })}, read back`),
      ...neededBox(record, 'put-back-configuration', `Files: ${said({ flags: [], files })}, read back`),
      ...neededBox(record, 'restart-application', 'Restarted and healthy'),
      verified(record, `${to} verified`),
    ],
    after: [
      ...closed(record, 'known to be good'),
      ...(restores
        ? []
        : [
            forPerson('Bug ticket written: labels bug, production, rollback; linked to this report'),
            forPerson('Flags and configuration put as they were before, once it is mended'),
          ]),
      forPerson('Service watched for 24 hours'),
      forPerson('Root cause found (within 24 hours)'),
      forPerson('Postmortem held (within a week)'),
    ],
  };
}

/** Nothing was found faulty: there is no version to keep from being deployed, and no logs of it. */
function recoveryChecklists(record: IncidentRecord): Checklists {
  const { plan } = record;
  const to = describeRelease(plan.to);
  return {
    before: [...begun(record, 'recovery'), told(record, 'started', 'Team told that a recovery is under way')],
    during: [
      ...neededBox(record, 'start-database', 'PostgreSQL started, and it answers'),
      ...neededBox(record, 'start-previous', `${to} started and healthy`),
      ...neededBox(record, 'restart-application', `${to} restarted and healthy`),
      ...neededBox(record, 'shift-traffic', `All traffic on ${to}, proved by requests`),
      verified(record, `${to} verified`),
    ],
    after: [
      ...closed(record, 'known to be good again'),
      forPerson('Why it went down found (within 24 hours)'),
      forPerson('Service watched for 24 hours'),
    ],
  };
}

function rollbackChecklists(record: IncidentRecord): Checklists {
  const { plan } = record;
  const [from, to] = [describeRelease(plan.from), describeRelease(plan.to)];
  return {
    before: [
      ...begun(record, 'rollback'),
      previousHealthy(record, `${to} runs and is healthy`),
      told(record, 'started', 'Team told that a rollback is under way'),
      ...approved(record),
    ],
    during: [
      byStep(record, 'shift-traffic', `All traffic on ${to}, proved by requests`),
      told(record, 'traffic-shifted', 'Team told that traffic has moved'),
      byStep(record, 'capture-logs', `Logs of ${from} saved`),
      byStep(record, 'stop-faulty', `${from} stopped`),
      ...database(record),
      verified(record, `${to} verified`),
    ],
    after: [
      ...closed(record, 'known to be good again'),
      forPerson(`Bug ticket written: labels bug, production, rollback; linked to this report`),
      ...keptOut(record, from),
      forPerson('Service watched for 24 hours'),
      forPerson('Root cause found (within 24 hours)'),
      forPerson('Postmortem held (within a week)'),
    ],
  };
}

/** How every kind begins. */
function begun(record: IncidentRecord, what: string): Box[] {
  const { plan } = record;
  return [
    { text: 'Plan made from the live state', ticked: { by: `plan ${plan.hash}`, at: plan.madeAt } },
    commander(record),
    byStep(record, 'capture-before', `State before the ${what} recorded`),
  ];
}

/** What comes after every kind. `known`: what is still to be found of the service, unless it is proved. */
function closed(record: IncidentRecord, known: string): Box[] {
  const { plan, status } = record;
  return [
    byStep(record, 'report', 'Incident report written'),
    byStep(record, 'announce', 'Team told how it ended'),
    acknowledged(record),
    resolved(record),
    ...(plan.request.customerFacing ? [forPerson('Customers told, status page updated')] : []),
    ...(undoneSteps(record).length > 0 ? [forPerson('What was not done (see above) done by hand')] : []),
    ...(isSuccess(status.outcome) ? [] : [forPerson(`${plan.service} ${known}`)]),
    forPerson('Incident report reviewed (within 30 minutes)'),
  ];
}

const forPerson = (text: string): Box => ({ text, ticked: null });

function byStep(record: IncidentRecord, name: StepName, text: string): Box {
  const step = findStep(record, name);
  if (step === null) return { text, ticked: null };
  if (isDone(step) && step.result !== null) {
    return { text, ticked: { by: `step ${name}`, at: step.result.provedAt } };
  }
  const isUndone = undoneSteps(record).includes(step);
  return { text, ticked: null, open: isUndone ? whyUndone(step) : stateInWords(step.state) };
}

/** Only where somebody's approval was awaited. */
function approved({ status }: IncidentRecord): Box[] {
  const { terms, decision } = status.approvals;
  if (terms === null || terms.policy.seats.length === 0) return [];
  const text = `Approved by ${listed(
    terms.policy.seats.map(({ who }) => who),
    'and',
  )}`;
  switch (decision?.outcome) {
    case 'approved':
      return [{ text, ticked: { by: listed(decision.by, 'and'), at: decision.at } }];
    case 'broken-glass':
      return [{ text, ticked: null, open: `${decision.by} broke the glass: ${decision.reason}` }];
    case 'rejected':
      return [{ text, ticked: null, open: `rejected by ${decision.by}` }];
    case 'expired':
      return [{ text, ticked: null, open: 'nobody did in time' }];
    default:
      return [{ text, ticked: null, open: 'awaited' }];
  }
}

/** Only where the kind of rollback restores one. */
function database(record: IncidentRecord): Box[] {
  const plan = record.plan.database;
  if (plan === undefined) return [];
  const to = describeRelease(record.plan.to);
  const restarted = neededBox(
    record,
    'restart-application',
    `${to} restarted on the restored database, and healthy`,
  );
  if (plan.alreadyRestored !== undefined) return [restoredEarlier(record, plan), ...restarted];
  return [
    byStep(record, 'prepare-restore', `${plan.backup} restored beside the live database and checked`),
    byStep(record, 'confirm-restore', 'RESTORE typed by a person'),
    ...neededBox(record, 'stop-application', `${to} stopped for the restore`),
    byStep(record, 'restore-database', `${plan.database} restored`),
    ...restarted,
  ];
}

/** By an earlier rollback, at its time: this one has only to see that it is so still. */
function restoredEarlier(record: IncidentRecord, { database, backup, alreadyRestored }: DatabasePlan): Box {
  const box = byStep(record, 'restore-database', `${database} restored`);
  if (box.ticked === null || alreadyRestored === undefined) return box;
  const { run, at } = alreadyRestored;
  return { ...box, ticked: { by: `${run}, from ${backup}, where RESTORE was typed`, at } };
}

/** Only where the plan has the step done. */
function neededBox(record: IncidentRecord, name: StepName, text: string): Box[] {
  const planned = record.plan.steps.find((step) => step.name === name);
  return planned === undefined || planned.notNeeded !== undefined ? [] : [byStep(record, name, text)];
}

/** Ticked by the step that started it, or else by the plan, which found it running and healthy. */
function previousHealthy(record: IncidentRecord, text: string): Box {
  const { plan } = record;
  const found = plan.observed.releases.find(({ name }) => name === plan.to.name);
  if (findStep(record, 'start-previous')?.state !== 'not-needed')
    return byStep(record, 'start-previous', text);
  return found?.health === 'healthy'
    ? { text, ticked: { by: `plan ${plan.hash}`, at: plan.observed.at } }
    : { text, ticked: null, open: `the plan found its health ${found?.health ?? 'unknown'}` };
}

/** Ticked only by a verification that passed: one that was done and failed leaves the box open. */
function verified(record: IncidentRecord, text: string): Box {
  const verdict = findStep(record, 'verify')?.result?.verdict;
  const box = byStep(record, 'verify', text);
  return verdict === undefined || verdict.passed || box.ticked === null
    ? box
    : { text, ticked: null, open: 'verification FAILED' };
}

function told(record: IncidentRecord, event: AnnouncementEvent, text: string): Box {
  if (channelsFor(event, record.plan.config.slack).length === 0) {
    return { text, ticked: null, open: 'no channel is configured for it' };
  }
  const entry = record.timeline.find(({ announced }) => announced === event);
  return { text, ticked: entry === undefined ? null : { by: 'Slack', at: entry.at } };
}

/** Backout does it itself as traffic leaves it, where it can. */
function keptOut({ plan, status }: IncidentRecord, from: string): Box[] {
  const { block, tag } = status.aftercare ?? {};
  return [
    caredFor(`${from} kept from being deployed again`, 'backout block', block),
    ...(plan.config.git === undefined ? [] : [caredFor(`${from} tagged as faulty in git`, 'backout', tag)]),
  ];
}

function caredFor(text: string, by: string, note: AftercareNote | undefined): Box {
  return note?.done === true ? { text, ticked: { by, at: note.at } } : forPerson(text);
}

function commander({ plan, status }: IncidentRecord): Box {
  const { incidentCommander } = plan.request;
  return {
    text: 'Incident commander named',
    ticked:
      incidentCommander === undefined
        ? null
        : { by: `the request (${incidentCommander})`, at: status.startedAt },
  };
}

function acknowledged({ status }: IncidentRecord): Box {
  const first = status.acknowledgements[0];
  return { text: 'Acknowledged by a person', ticked: first ? { by: first.by, at: first.at } : null };
}

function resolved({ status }: IncidentRecord): Box {
  const { resolution } = status;
  return {
    text: 'Incident resolved by a person',
    ticked: resolution ? { by: resolution.by, at: resolution.at } : null,
  };
}
