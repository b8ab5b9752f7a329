/** A page as an event of PagerDuty's Events API v2, within its documented limits. Pure. */
import { CUT_NOTE } from '../../src/domain/paging/page-text.ts';
import type { Page } from '../../src/domain/paging/page.ts';
import { clean, oneLine, shorten } from '../../src/domain/report/plain.ts';
import { keyWithin } from './keys.ts';

/** https://developer.pagerduty.com/docs/events-api-v2/trigger-events: characters, and bytes of the whole event. */
export const LIMITS = { summary: 1024, dedupKey: 255, eventBytes: 512 * 1024 } as const;
/** Of the event, what its parts outside `custom_details` need at most, with room for their JSON escapes. */
const ENVELOPE_BYTES = 16 * 1024;

const SEVERITIES = { P0: 'critical', P1: 'error', P2: 'warning', P3: 'info' } as const;

export type PagerDutyEvent = {
  routing_key: string;
  event_action: Page['action'];
  dedup_key: string;
  client?: string;
  payload?: {
    summary: string;
    source: string;
    severity: (typeof SEVERITIES)[keyof typeof SEVERITIES];
    component: string;
    group: string;
    class: string;
    custom_details: Record<string, string>;
  };
};

/** Acknowledging and resolving name the incident only; everything else is known there. */
export function toPagerDutyEvent(page: Page, routingKey: string): PagerDutyEvent {
  const event = {
    routing_key: routingKey,
    event_action: page.action,
    dedup_key: keyWithin(page.incidentKey, LIMITS.dedupKey),
  };
  if (page.action !== 'trigger') return event;
  return {
    ...event,
    client: 'Backout',
    payload: {
      summary: shorten(oneLine(page.title), LIMITS.summary),
      source: `${page.service} in ${page.environment}`,
      severity: SEVERITIES[page.severity],
      component: page.service,
      group: page.environment,
      class: 'rollback',
      custom_details: detailsOf(page),
    },
  };
}

/** In the order in which people need them, as many as fit. */
function detailsOf(page: Page): Record<string, string> {
  const wanted: [string, string][] = [
    ['What', page.body.map(clean).join('\n\n')],
    ['Level', `${page.level.number}: ${oneLine(page.level.name)}`],
    ...page.commands.map(({ heading, lines }): [string, string] => [heading, lines.map(clean).join('\n')]),
    ...page.facts,
  ];
  const details: Record<string, string> = {};
  let left = LIMITS.eventBytes - ENVELOPE_BYTES;
  for (const [name, value] of wanted) {
    const key = oneLine(name);
    const text = clean(value);
    const size = bytesOf(key) + bytesOf(text) + ENTRY_BYTES;
    if (size > left) {
      details[key] = cutToBytes(text, left - bytesOf(key) - ENTRY_BYTES);
      return details;
    }
    details[key] = text;
    left -= size;
  }
  return details;
}

/** Quotes, colon and comma of an entry, and the note where it is cut. */
const ENTRY_BYTES = 100;

const bytesOf = (text: string): number => Buffer.byteLength(JSON.stringify(text));

function cutToBytes(text: string, max: number): string {
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (bytesOf(text.slice(0, middle)) <= max) low = middle;
    else high = middle - 1;
  }
  return `${text.slice(0, low).replace(/[\ud800-\udbff]$/, '')}${CUT_NOTE}`;
}
