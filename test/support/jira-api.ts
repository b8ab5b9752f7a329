/**
 * Jira's REST API for issues, versions 2 and 3, as strict as it is documented
 * (https://developer.atlassian.com/cloud/jira/platform/rest/v3/): what Jira refuses is refused, and unknown fields, too. Its
 * search runs behind, as Jira's does.
 */
import * as z from 'zod';
import { startFaulty } from './faults.ts';
import type { Call, FaultyServer, Reply } from './faults.ts';

export type JiraIssue = {
  key: string;
  fields: z.infer<typeof newIssue>['fields'];
  status: 'new' | 'done';
  comments: unknown[];
  madeAt: number;
};

export type JiraApi = FaultyServer & {
  readonly issues: JiraIssue[];
  /** So long the search does not find a new issue. */
  lagMs: number;
  /** Those that this token has. */
  permissions: string[];
};

export const JIRA = { project: 'OPS', user: 'bot@example.com', token: 'ATATT3xFfGF0aBcDeF' };

const text = z.strictObject({
  type: z.literal('text'),
  text: z.string().min(1),
  marks: z.array(z.strictObject({ type: z.enum(['code', 'strong', 'em', 'link']) })).optional(),
});
const paragraph = z.strictObject({ type: z.literal('paragraph'), content: z.array(text) });
const list = z.strictObject({
  type: z.literal('bulletList'),
  content: z
    .array(z.strictObject({ type: z.literal('listItem'), content: z.array(paragraph).min(1) }))
    .min(1),
});
const document = z.strictObject({
  version: z.literal(1),
  type: z.literal('doc'),
  content: z.array(z.union([paragraph, list])),
});
const newIssue = z.strictObject({
  fields: z.strictObject({
    project: z.strictObject({ key: z.literal(JIRA.project) }),
    issuetype: z.strictObject({ name: z.enum(['Bug', 'Task']) }),
    summary: z
      .string()
      .min(1)
      .max(255)
      .regex(/^[^\n\r]*$/),
    description: z.union([document, z.string().max(32_767)]),
    labels: z.array(z.string().max(255).regex(/^\S+$/, "The label can't contain spaces.")),
    priority: z.strictObject({ name: z.enum(['Highest', 'High', 'Medium', 'Low', 'Lowest']) }).optional(),
  }),
});
const search = z.strictObject({
  jql: z.string(),
  maxResults: z.int().min(1).max(5000),
  fields: z.array(z.string()),
});
const comment = z.strictObject({ body: z.union([document, z.string().max(32_767)]) });
const transition = z.strictObject({ transition: z.strictObject({ id: z.enum(['11', '31']) }) });

export async function startJira(apiVersion: '2' | '3' = '3'): Promise<JiraApi> {
  const jira = {
    issues: [] as JiraIssue[],
    lagMs: 0,
    permissions: ['CREATE_ISSUES', 'ADD_COMMENTS', 'TRANSITION_ISSUES'],
  };
  const server = await startFaulty((call) => whyNoEntry(call, apiVersion) ?? answer(call, api, apiVersion));
  const api: JiraApi = Object.assign(server, jira);
  return api;
}

function whyNoEntry({ headers, path, method, body }: Call, apiVersion: '2' | '3'): Reply | null {
  const cloud = `Basic ${Buffer.from(`${JIRA.user}:${JIRA.token}`).toString('base64')}`;
  const wanted = apiVersion === '3' ? cloud : `Bearer ${JIRA.token}`;
  if (headers.authorization !== wanted)
    return {
      status: 401,
      body: { errorMessages: ['Client must be authenticated to access this resource.'] },
    };
  if (method === 'POST' && !(headers['content-type'] ?? '').startsWith('application/json'))
    return { status: 415, body: { errorMessages: ['Unsupported Media Type'] } };
  if (method === 'POST' && body === undefined)
    return { status: 400, body: { errorMessages: ['no content'] } };
  return path.startsWith(`/rest/api/${apiVersion}/`) ? null : { status: 404, body: { errorMessages: [] } };
}

function answer({ method, path, query, body }: Call, api: JiraApi, apiVersion: '2' | '3'): Reply {
  const [area = '', id = '', sub] = path.slice('/rest/api/3/'.length).split('/');
  switch (`${method} ${area}`) {
    case 'GET mypermissions': {
      if (query.get('projectKey') !== JIRA.project) return refused(404, { errorMessages: ['no project'] });
      const asked = (query.get('permissions') ?? '').split(',');
      const permissions = Object.fromEntries(
        asked.map((name) => [name, { key: name, havePermission: api.permissions.includes(name) }]),
      );
      return { status: 200, body: { permissions } };
    }
    case 'POST search':
      // Jira Cloud has taken /search away; Data Center never had /search/jql.
      if ((apiVersion === '3') !== (id === 'jql'))
        return refused(410, { errorMessages: ['The requested API has been removed.'] });
      return found(api, body);
    case 'POST issue':
      return id === '' ? create(api, body) : change(api, { id, sub, body });
    case 'GET issue':
      return show(api, { id, sub });
    default:
      return refused(404, { errorMessages: ['null for uri'] });
  }
}

function found({ issues, lagMs }: JiraApi, body: unknown): Reply {
  const parsed = search.safeParse(body);
  if (!parsed.success) return invalid(parsed.error);
  const asked = /^project = "([A-Z0-9_]+)" AND labels = "([^"\\\s]+)" ORDER BY created ASC$/.exec(
    parsed.data.jql,
  );
  if (asked === null) return refused(400, { errorMessages: [`Error in the JQL Query: ${parsed.data.jql}`] });
  const [, , label = ''] = asked;
  const known = issues.filter(
    ({ fields, madeAt }) => fields.labels.includes(label) && Date.now() - madeAt >= lagMs,
  );
  return { status: 200, body: { issues: known.map(({ key }) => ({ id: '1', key })) } };
}

function create(api: JiraApi, body: unknown): Reply {
  const parsed = newIssue.safeParse(body);
  if (!parsed.success) return invalid(parsed.error);
  const key = `${JIRA.project}-${api.issues.length + 1}`;
  api.issues.push({ key, fields: parsed.data.fields, status: 'new', comments: [], madeAt: Date.now() });
  return { status: 201, body: { id: '10001', key, self: `${api.url}/rest/api/3/issue/10001` } };
}

type Asked = { id: string; sub: string | undefined; body?: unknown };

function change({ issues }: JiraApi, { id, sub, body }: Asked): Reply {
  const issue = issues.find(({ key }) => key === id);
  if (issue === undefined) return refused(404, { errorMessages: ['Issue does not exist'] });
  const schema = sub === 'comment' ? comment : transition;
  const parsed = schema.safeParse(body);
  if (!parsed.success) return invalid(parsed.error);
  if ('body' in parsed.data) {
    issue.comments.push(parsed.data.body);
    return { status: 201, body: { id: String(issue.comments.length) } };
  }
  issue.status = parsed.data.transition.id === '31' ? 'done' : 'new';
  return { status: 204 };
}

function show({ issues }: JiraApi, { id, sub }: Asked): Reply {
  const issue = issues.find(({ key }) => key === id);
  if (issue === undefined) return refused(404, { errorMessages: ['Issue does not exist'] });
  if (sub === 'comment')
    return { status: 200, body: { comments: issue.comments.map((said) => ({ body: said })) } };
  if (sub === 'transitions') {
    const transitions = [
      { id: '11', name: 'To Do', to: { statusCategory: { key: 'new' } } },
      { id: '31', name: 'Done', to: { statusCategory: { key: 'done' } } },
    ];
    return { status: 200, body: { transitions } };
  }
  return { status: 200, body: { key: id, fields: { status: { statusCategory: { key: issue.status } } } } };
}

const refused = (status: number, body: object): Reply => ({ status, body });

/** In Jira's form: the field, and what is wrong with it. */
function invalid(error: z.ZodError): Reply {
  const errors = Object.fromEntries(
    error.issues.map(({ path, message }) => [String(path[1] ?? path[0] ?? 'content'), message]),
  );
  return refused(400, { errorMessages: [], errors });
}
