/** What a message is made of, whatever carries it. */
import type { IncidentRecord } from './rollback.ts';
import { describeRelease } from './plan.ts';
import { formatDuration } from './report/format.ts';
import { describeChanges } from './partial/words.ts';

export type Announcement = {
  /** The same for every try of the same message, so that a repeat can be known as one. */
  id: string[];
  tone: 'begin' | 'progress' | 'question' | 'good' | 'bad';
  /** One line. */
  title: string;
  /** Paragraphs. They say where traffic is, and what became of the data. */
  body: string[];
  /** Name and value, in the order in which they are shown. */
  fields: [name: string, value: string][];
  lists: { heading: string; items: string[] }[];
  /** Commands that answer, ready to paste. */
  commands: { heading: string; lines: string[] }[];
};

/** "Rolling back: listings in production (P1)". */
export function title(what: string, { plan }: IncidentRecord): string {
  return `${what}: ${plan.service} in ${plan.environment} (${plan.request.severity})`;
}

/** What is left behind; a recovery leaves nothing, and a partial rollback changes flags and configuration. */
export function fromField(record: IncidentRecord): [name: string, value: string][] {
  const { kind, from, partial } = record.plan;
  switch (kind) {
    case 'recover':
      return [];
    case 'partial':
      return partial === undefined ? [] : [['Changes', describeChanges(partial)]];
    case 'traffic-only':
    case 'full':
      return [['From (faulty)', describeRelease(from)]];
  }
}

/** The release that is to serve. */
export function toField({ plan }: IncidentRecord): [name: string, value: string] {
  return [plan.kind === 'partial' ? 'Serves' : 'To', describeRelease(plan.to)];
}

/** How long the steps that are not done yet usually take. */
export function expectedRemaining({ plan, status }: IncidentRecord): string {
  const open = status.steps.filter(({ state }) => state === 'pending' || state === 'running');
  const seconds = plan.steps
    .filter(({ name, notNeeded }) => notNeeded === undefined && open.some((step) => step.name === name))
    .reduce((sum, { expectedSeconds }) => sum + expectedSeconds, 0);
  return `about ${formatDuration(Math.ceil(seconds) * 1000)} from now`;
}
