/** Atlassian Statuspage's API v1: what its documentation demands is checked. https://developer.statuspage.io/ */
import * as z from 'zod';
import { json, startVendor } from './vendor.ts';
import type { Reply, Seen, Vendor } from './vendor.ts';

const component = z.enum([
  'operational',
  'under_maintenance',
  'degraded_performance',
  'partial_outage',
  'major_outage',
]);
const common = {
  status: z.enum(['investigating', 'identified', 'monitoring', 'resolved']).optional(),
  impact_override: z.enum(['none', 'maintenance', 'minor', 'major', 'critical']).optional(),
  body: z.string().min(1).max(25_000).optional(),
  component_ids: z.array(z.string()).optional(),
  components: z.record(z.string(), component).optional(),
  deliver_notifications: z.boolean().optional(),
  /** All top-level values must be objects. */
  metadata: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
};
const createSchema = z.strictObject({
  incident: z.strictObject({ name: z.string().min(1).max(255), ...common }),
});
const changeSchema = z.strictObject({
  incident: z.strictObject({ name: z.string().min(1).max(255).optional(), ...common }),
});

export type Incident = {
  id: string;
  name: string;
  status: string;
  impact: string;
  metadata: Record<string, Record<string, unknown>>;
  shortlink: string;
  /** The newest last, as text: `status: body`. */
  updates: string[];
};

export type Statuspage = Vendor & {
  /** The oldest first. */
  readonly incidents: Incident[];
  /** Status of each component. */
  readonly components: Record<string, string>;
};

type Account = {
  pageId: string;
  apiKey: string;
  incidents: Incident[];
  components: Record<string, string>;
};

/** Knows one page and one key. */
export async function startStatuspage(
  known: Pick<Account, 'pageId' | 'apiKey'> & { componentIds?: string[] },
): Promise<Statuspage> {
  const components = Object.fromEntries((known.componentIds ?? []).map((id) => [id, 'operational']));
  const account: Account = { ...known, incidents: [], components };
  const vendor = await startVendor((request) => answer(request, account));
  return { ...vendor, incidents: account.incidents, components };
}

function answer(request: Seen, account: Account): Reply {
  if (request.headers.authorization !== `OAuth ${account.apiKey}`)
    return json(401, { error: 'Could not authenticate' });
  const base = `/v1/pages/${account.pageId}`;
  if (request.path !== base && !request.path.startsWith(`${base}/`)) return notFound;
  const [kind = '', id] = request.path.slice(base.length + 1).split('/');
  const route = `${request.method} ${kind}${id === undefined ? '' : '/ID'}`;
  switch (route) {
    case 'GET ':
      return json(200, { id: account.pageId, name: 'Example Status' });
    case 'GET components/ID':
      return id !== undefined && id in account.components
        ? json(200, { id, status: account.components[id] })
        : notFound;
    case 'GET incidents':
      return json(200, account.incidents.slice(-Number(request.query.get('limit') ?? 100)).toReversed());
    case 'GET incidents/ID': {
      const incident = account.incidents.find((one) => one.id === id);
      return incident === undefined ? notFound : json(200, incident);
    }
    case 'POST incidents':
      return create(request, account);
    case 'PATCH incidents/ID':
      return change(request, { account, incident: account.incidents.find((one) => one.id === id) });
    default:
      return notFound;
  }
}

const notFound: Reply = json(404, { error: 'Not found' });

function create(request: Seen, account: Account): Reply {
  const parsed = createSchema.safeParse(contentOf(request));
  if (!parsed.success) return invalid(parsed.error);
  const { incident: wanted } = parsed.data;
  const id = `inc${account.incidents.length + 1}`;
  const incident: Incident = {
    id,
    name: wanted.name,
    status: 'investigating',
    impact: wanted.impact_override ?? 'none',
    metadata: {},
    shortlink: `https://stspg.example.net/${id}`,
    updates: [],
  };
  const refused = apply(wanted, { account, incident });
  if (refused !== null) return refused;
  account.incidents.push(incident);
  return json(201, incident);
}

function change(
  request: Seen,
  { account, incident }: { account: Account; incident: Incident | undefined },
): Reply {
  if (incident === undefined) return notFound;
  const parsed = changeSchema.safeParse(contentOf(request));
  if (!parsed.success) return invalid(parsed.error);
  return apply(parsed.data.incident, { account, incident }) ?? json(200, incident);
}

type Wanted = z.infer<typeof changeSchema>['incident'];

/** @returns the refusal, or null */
function apply(
  { status, body, metadata, component_ids: ids = [], components = {} }: Wanted,
  { account, incident }: { account: Account; incident: Incident },
): Reply | null {
  const stranger = [...ids, ...Object.keys(components)].find((id) => !(id in account.components));
  if (stranger !== undefined) return json(422, { error: [`Component ${stranger} not found`] });
  Object.assign(account.components, components);
  incident.status = status ?? incident.status;
  incident.metadata = metadata ?? incident.metadata;
  if (body !== undefined) incident.updates.push(`${incident.status}: ${body}`);
  return null;
}

const invalid = (error: z.ZodError): Reply =>
  json(422, { error: error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) });

function contentOf({ body, headers }: Seen): unknown {
  if (!headers['content-type']?.startsWith('application/json')) return null;
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
