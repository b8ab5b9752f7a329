/** Public updates as Atlassian Statuspage wants them. Pure. https://developer.statuspage.io/ */
import type { Severity } from '../../src/domain/request.ts';
import type { PageOf } from '../../src/domain/status-page/settings.ts';
import type { PublicUpdate } from '../../src/domain/status-page/update.ts';

const IMPACTS: Record<Severity, string> = { P0: 'critical', P1: 'major', P2: 'minor', P3: 'minor' };
const AFFECTED: Record<Severity, string> = {
  P0: 'major_outage',
  P1: 'partial_outage',
  P2: 'degraded_performance',
  P3: 'degraded_performance',
};

type Components = Pick<PageOf<'statuspage'>, 'componentIds'>;

/** What an incident is made of. */
export function newIncident(update: PublicUpdate, page: Components): object {
  const { name, severity } = update;
  return { incident: { name, impact_override: IMPACTS[severity], ...changeOf(update, page) } };
}

/** What an update changes: title and impact stay as they are, since a person may have put them right. */
export function incidentUpdate(update: PublicUpdate, page: Components): object {
  return { incident: changeOf(update, page) };
}

function changeOf(
  { status, body, severity, run, number }: PublicUpdate,
  { componentIds }: Components,
): object {
  const isAffected = status === 'investigating' || status === 'identified';
  const component = isAffected ? AFFECTED[severity] : 'operational';
  return {
    status,
    body,
    deliver_notifications: true,
    metadata: { backout: { run, update: number } },
    ...(componentIds.length === 0
      ? {}
      : {
          component_ids: componentIds,
          components: Object.fromEntries(componentIds.map((id) => [id, component])),
        }),
  };
}

export type FoundIncident = {
  id: string;
  url: string | null;
  /** Closed there, by us or by a person. */
  isClosed: boolean;
  /** Of the last update of ours that stands there; 0 where it says none. */
  update: number;
};

/** Null for an incident that is not this run's. */
export function readIncident(found: unknown, run: string): FoundIncident | null {
  const { id, status, shortlink, metadata } = fieldsOf(found);
  const { run: by, update } = fieldsOf(fieldsOf(metadata)['backout']);
  if (typeof id !== 'string' || by !== run) return null;
  return {
    id,
    url: typeof shortlink === 'string' ? shortlink : null,
    isClosed: ['resolved', 'postmortem', 'completed'].includes(String(status)),
    update: typeof update === 'number' ? update : 0,
  };
}

const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
