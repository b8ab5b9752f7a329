/** GoAlert's generic API, as its handler reads requests: token in the query, JSON or form, dedup, action close. */
import { json, startVendor } from './vendor.ts';
import type { Reply, Seen, Vendor } from './vendor.ts';

export type Alert = { number: number; dedup: string; summary: string; details: string; isOpen: boolean };

export type GoAlert = Vendor & { readonly alerts: Alert[] };

const MAX_SUMMARY = 1024;
const MAX_DETAILS = 6 * 1024;

/** Knows one integration key, with this token. */
export async function startGoAlert(token: string): Promise<GoAlert> {
  const alerts: Alert[] = [];
  const vendor = await startVendor((request) => take(request, { token, alerts }));
  return { ...vendor, alerts };
}

function take(request: Seen, { token, alerts }: { token: string; alerts: Alert[] }): Reply {
  if (request.path !== '/api/v2/generic/incoming') return { status: 404 };
  if (request.method !== 'POST') return { status: 405 };
  if (request.query.get('token') !== token) return { status: 401, body: 'Unauthorized\n' };
  if (request.headers['content-type'] !== 'application/json') return { status: 415 };
  const fields = JSON.parse(request.body) as Record<string, unknown>;
  if (Object.values(fields).some((value) => typeof value !== 'string'))
    return { status: 400, body: 'json: cannot unmarshal\n' };
  const { summary = '', details = '', action = '', dedup = '' } = fields as Record<string, string>;
  // GoAlert cuts both off without a word; whoever sends more loses it, so the test server does not take it.
  if (summary === '' || summary.length > MAX_SUMMARY || Buffer.byteLength(details) > MAX_DETAILS) {
    return { status: 400, body: 'invalid value\n' };
  }
  const open = alerts.find((alert) => alert.dedup === dedup && alert.isOpen);
  if (action === 'close') {
    if (open) open.isOpen = false;
    return reply(request, open);
  }
  if (open) return reply(request, open);
  const made = { number: alerts.length + 1, dedup, summary, details, isOpen: true };
  alerts.push(made);
  return reply(request, made);
}

function reply(request: Seen, alert: Alert | undefined): Reply {
  if (request.headers.accept !== 'application/json') return { status: 204 };
  return json(200, { _id: alert?.number ?? 0, status: alert?.isOpen ? 'triggered' : 'closed' });
}
