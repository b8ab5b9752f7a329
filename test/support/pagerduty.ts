/** PagerDuty's Events API v2: what its documentation demands is checked, and events of one dedup_key are one incident. */
import * as z from 'zod';
import { json, startVendor } from './vendor.ts';
import type { Reply, Seen, Vendor } from './vendor.ts';

/** https://developer.pagerduty.com/docs/events-api-v2/trigger-events */
const common = {
  routing_key: z.string().length(32),
  dedup_key: z.string().min(1).max(255),
  client: z.string().optional(),
  client_url: z.string().optional(),
};
const payload = z.strictObject({
  summary: z.string().min(1).max(1024),
  source: z.string().min(1),
  severity: z.enum(['critical', 'error', 'warning', 'info']),
  timestamp: z.iso.datetime().optional(),
  component: z.string().optional(),
  group: z.string().optional(),
  class: z.string().optional(),
  custom_details: z.record(z.string(), z.unknown()).optional(),
});
const eventSchema = z.discriminatedUnion('event_action', [
  z.strictObject({ ...common, event_action: z.literal('trigger'), payload }),
  z.strictObject({
    ...common,
    event_action: z.enum(['acknowledge', 'resolve']),
    payload: payload.optional(),
  }),
]);
type Event = z.infer<typeof eventSchema>;

const MAX_BYTES = 512 * 1024;

export type Incident = {
  key: string;
  state: 'triggered' | 'acknowledged' | 'resolved';
  /** How often people were called: once per incident, whatever arrives for it while it is open. */
  calls: number;
  triggers: Event[];
};

export type PagerDuty = Vendor & { readonly incidents: Incident[] };

/** Knows one integration, with this key. */
export async function startPagerDuty(routingKey: string): Promise<PagerDuty> {
  const incidents: Incident[] = [];
  const vendor = await startVendor((request) => take(request, { routingKey, incidents }));
  return { ...vendor, incidents };
}

type Account = { routingKey: string; incidents: Incident[] };

function take(request: Seen, { routingKey, incidents }: Account): Reply {
  if (request.method !== 'POST' || request.path !== '/v2/enqueue') return { status: 404 };
  if (Buffer.byteLength(request.body) > MAX_BYTES) return { status: 413 };
  const parsed = eventSchema.safeParse(parse(request.body));
  if (!parsed.success)
    return invalid(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`));
  const event = parsed.data;
  if (event.routing_key !== routingKey) return invalid(['Invalid routing key']);
  apply(event, incidents);
  return json(202, { status: 'success', message: 'Event processed', dedup_key: event.dedup_key });
}

const invalid = (errors: string[]): Reply =>
  json(400, { status: 'invalid event', message: 'Event object is invalid', errors });

function apply(event: Event, incidents: Incident[]): void {
  const open = incidents.find(({ key, state }) => key === event.dedup_key && state !== 'resolved');
  if (event.event_action === 'trigger') {
    if (open) open.triggers.push(event);
    else incidents.push({ key: event.dedup_key, state: 'triggered', calls: 1, triggers: [event] });
  } else if (open) {
    open.state = event.event_action === 'resolve' ? 'resolved' : 'acknowledged';
  }
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
