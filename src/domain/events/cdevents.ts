/**
 * Events about a rollback, in the words of CDEvents 0.5 (https://cdevents.dev), as CloudEvents 1.0. Pure: the same record gives the
 * same event, with the same id, so that whoever gets it twice can tell.
 */
import type { Plan, Release } from '../plan.ts';
import { outcomeSentence } from '../report/outcome.ts';
import { isSuccess } from '../rollback.ts';
import type { IncidentRecord } from '../rollback.ts';
import type { EventsSettings } from './settings.ts';

export const EVENT_KINDS = [
  'incident.detected',
  'incident.reported',
  'service.rolledback',
  'incident.resolved',
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

const SPEC_VERSION = '0.5.1';

/** Each event has a version of its own. */
const TYPE: Record<EventKind, string> = {
  'incident.detected': 'dev.cdevents.incident.detected.0.3.0',
  'incident.reported': 'dev.cdevents.incident.reported.0.3.0',
  'service.rolledback': 'dev.cdevents.service.rolledback.0.3.0',
  'incident.resolved': 'dev.cdevents.incident.resolved.0.3.0',
};

export type CdEvent = {
  context: {
    specversion: string;
    id: string;
    source: string;
    type: string;
    timestamp: string;
    chainId: string;
  };
  subject: { id: string; source: string; content: Record<string, unknown> };
  customData: Record<string, unknown>;
  customDataContentType: 'application/json';
};

export type CloudEvent = {
  specversion: '1.0';
  id: string;
  source: string;
  type: string;
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: CdEvent;
};

export type Sender = {
  settings: EventsSettings;
  /** Of the rollback's first run: a run that goes on after a reset sends the same events, with the same ids. */
  firstRunId: string;
};

/** Null where this rollback has no such event, or not yet. */
export function cloudEventOf(kind: EventKind, record: IncidentRecord, sender: Sender): CloudEvent | null {
  const happened = happenedAt(kind, record, sender.settings);
  return happened === null ? null : writeEvent({ kind, record, happened }, sender);
}

/** Flags and configuration that are put back as they were meant to be: no incident begins or ends with that. */
export const isIncident = ({ partial }: Pick<Plan, 'partial'>): boolean => partial?.restores !== true;

/** As it would be, had it happened then. */
export function writeEvent(
  { kind, record, happened }: { kind: EventKind; record: IncidentRecord; happened: string },
  { settings, firstRunId }: Sender,
): CloudEvent {
  const { source } = settings;
  const id = `${firstRunId}/${kind}`;
  const subject = subjectOf(kind, record, settings);
  const context = {
    specversion: SPEC_VERSION,
    id,
    source,
    type: TYPE[kind],
    timestamp: happened,
    // What belongs together, over all events of one rollback.
    chainId: firstRunId,
  };
  return {
    specversion: '1.0',
    id,
    source,
    type: context.type,
    subject: subject.id,
    time: happened,
    datacontenttype: 'application/json',
    data: { context, subject, customData: customData(record), customDataContentType: 'application/json' },
  };
}

function happenedAt(
  kind: EventKind,
  { plan, status }: IncidentRecord,
  { ticketUrl }: EventsSettings,
): string | null {
  if (!isIncident(plan)) return null;
  switch (kind) {
    case 'incident.detected':
      return inUtc(plan.request.detectedAt ?? status.startedAt);
    case 'incident.reported':
      return ticketUrl === undefined ? null : status.startedAt;
    case 'service.rolledback':
      // By the specification it is another version that runs: flags and configuration don't count.
      return plan.kind === 'traffic-only' || plan.kind === 'full' ? status.trafficSafeAt : null;
    case 'incident.resolved':
      return status.resolution?.at ?? (isSuccess(status.outcome) ? status.endedAt : null);
  }
}

function subjectOf(kind: EventKind, record: IncidentRecord, settings: EventsSettings): CdEvent['subject'] {
  const { plan, status } = record;
  const { source } = settings;
  const environment = { id: plan.environment };
  const artifact = (release: Release) => purl(settings.artifact, plan.service, release);
  if (kind === 'service.rolledback')
    // What runs now: the release that was returned to.
    return { id: plan.service, source, content: { environment, artifactId: artifact(plan.to) } };
  const { ticketUrl } = settings;
  const workflowId = encodeURIComponent(status.workflowId);
  return {
    id: status.workflowId,
    source,
    content: {
      description: kind === 'incident.resolved' ? resolution(record) : plan.request.reason,
      environment,
      service: { id: plan.service },
      // What the trouble came with: the release that was left.
      artifactId: artifact(plan.from),
      ...(kind === 'incident.reported' && ticketUrl !== undefined
        ? { ticketURI: ticketUrl.replaceAll('$workflowId', () => workflowId) }
        : {}),
    },
  };
}

const resolution = (record: IncidentRecord): string =>
  record.status.resolution?.resolution ?? outcomeSentence(record);

function customData({ plan, status }: IncidentRecord): Record<string, unknown> {
  return {
    workflowId: status.workflowId,
    kind: plan.kind,
    severity: plan.request.severity,
    customerFacing: plan.request.customerFacing,
    from: plan.from,
    to: plan.to,
    outcome: status.outcome,
  };
}

/** Without the version where it is not known: that is a package URL, too. */
function purl(template: string, service: string, { version }: Release): string {
  const filled = template.replaceAll('$service', () => encodeURIComponent(service));
  if (version !== null) return filled.replaceAll('$version', () => encodeURIComponent(version));
  return filled.replace(/@\$version/g, '').replaceAll('$version', '');
}

const inUtc = (iso: string): string => new Date(iso).toISOString();
