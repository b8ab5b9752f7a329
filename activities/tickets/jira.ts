/**
 * Issues in Jira Cloud and Data Center, by its REST API. Its clients are tens of megabytes for the few requests that are
 * made here.
 */
import type { JiraSettings } from '../../src/domain/follow-up/settings.ts';
import type { Ticket, TicketDraft } from '../../src/domain/follow-up/tickets.ts';
import type { Finding } from '../../src/domain/readiness.ts';
import { describeError } from '../outbound/post.ts';
import { scrub } from '../outbound/scrub.ts';
import type { Reach } from './github.ts';
import { jiraBody } from './jira-body.ts';
import { jiraTrouble } from './jira-trouble.ts';
import { ticketFailure, TIMEOUT_MS } from './tracker.ts';
import type { Tracker } from './tracker.ts';

/** Jira's search index runs behind what was written, by seconds. */
const FINDABLE_AFTER_MS = 15_000;
const MAX_COMMENTS = 100;

type Asked = { method: 'GET' | 'POST'; path: string; content?: object };
type Found = { issues?: { key: string }[] };
type Transitions = {
  transitions?: { id: string; name: string; to?: { statusCategory?: { key?: string } } }[];
};
type Shown = { fields?: { status?: { statusCategory?: { key?: string } } } };
type Comments = { comments?: { body: unknown }[] };

export function createJira(settings: JiraSettings, token: string, reach: Reach): Tracker {
  const { project, apiVersion } = settings;
  const base = settings.url.replace(/\/+$/, '');
  const name = `Jira project ${project} (${new URL(base).host})`;
  const ask = async <Answer>({ method, path, content }: Asked): Promise<Answer> => {
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    const secrets = [token, authorization(settings, token).replace(/^\S+ /, '')];
    let answer: { status: number; text: string; retryAfter: string | null };
    try {
      const response = await reach.fetch(`${base}/rest/api/${apiVersion}${path}`, {
        method,
        headers: {
          Authorization: authorization(settings, token),
          Accept: 'application/json',
          ...(content === undefined ? {} : { 'Content-Type': 'application/json' }),
        },
        ...(content === undefined ? {} : { body: JSON.stringify(content) }),
        // A redirect leads to a login page.
        redirect: 'manual',
        signal: AbortSignal.any([reach.signal, timeout]),
      });
      const { status, headers } = response;
      answer = { status, text: await response.text(), retryAfter: headers.get('retry-after') };
    } catch (error) {
      reach.signal.throwIfAborted();
      const why = timeout.aborted
        ? 'it did not answer in time'
        : `it could not be reached: ${scrub(describeError(error), secrets)}`;
      throw ticketFailure(name, { kind: 'later', why });
    }
    const trouble = jiraTrouble({ ...answer, text: scrub(answer.text, secrets) }, Date.now());
    if (trouble !== null) throw ticketFailure(name, trouble);
    return (answer.text === '' ? {} : parse(name, answer.text)) as Answer;
  };
  const of = ({ id }: Ticket) => `/issue/${encodeURIComponent(id)}`;
  const ticketOf = (key: string): Ticket => ({ system: 'jira', id: key, url: `${base}/browse/${key}` });
  return {
    name,
    findableAfterMs: FINDABLE_AFTER_MS,
    find: async ({ marker }) => {
      const jql = `project = "${project}" AND labels = "${marker}" ORDER BY created ASC`;
      // Jira Cloud has taken the search of version 2 away.
      const path = apiVersion === '3' ? '/search/jql' : '/search';
      const content = { jql, maxResults: 1, fields: ['summary'] };
      const { issues = [] } = await ask<Found>({ method: 'POST', path, content });
      const [first] = issues;
      return first === undefined ? null : ticketOf(first.key);
    },
    create: async (draft) => {
      const content = { fields: fieldsOf(draft, settings) };
      const { key } = await ask<{ key: string }>({ method: 'POST', path: '/issue', content });
      return ticketOf(key);
    },
    hasComment: async (ticket, marker) => {
      const path = `${of(ticket)}/comment?orderBy=-created&maxResults=${MAX_COMMENTS}`;
      const { comments = [] } = await ask<Comments>({ method: 'GET', path });
      // In a document it is a run of its own, in text it stands between backticks.
      return comments.some(({ body }) =>
        typeof body === 'string'
          ? body.includes(`\`${marker}\``)
          : JSON.stringify(body).includes(`"${marker}"`),
      );
    },
    comment: async (ticket, { marker, body }) => {
      const content = { body: jiraBody(body, { marker, apiVersion }) };
      await ask({ method: 'POST', path: `${of(ticket)}/comment`, content });
    },
    setOpen: async (ticket, open) => {
      const { fields } = await ask<Shown>({ method: 'GET', path: `${of(ticket)}?fields=status` });
      const isDone = fields?.status?.statusCategory?.key === 'done';
      if (isDone !== open) return;
      const path = `${of(ticket)}/transitions`;
      const { transitions = [] } = await ask<Transitions>({ method: 'GET', path });
      const wanted = transitions.find(({ to }) => (to?.statusCategory?.key === 'done') !== open);
      if (wanted === undefined) throw ticketFailure(name, noWay(ticket, open));
      await ask({ method: 'POST', path, content: { transition: { id: wanted.id } } });
    },
    check: async (): Promise<Finding> => {
      const path = `/mypermissions?projectKey=${project}&permissions=CREATE_ISSUES,ADD_COMMENTS,TRANSITION_ISSUES`;
      const { permissions = {} } = await ask<{ permissions?: Record<string, { havePermission: boolean }> }>({
        method: 'GET',
        path,
      });
      const missing = ['CREATE_ISSUES', 'ADD_COMMENTS', 'TRANSITION_ISSUES'].filter(
        (permission) => permissions[permission]?.havePermission !== true,
      );
      if (missing.length === 0)
        return { name: 'tickets', ok: true, detail: `${name} can be reached, and issues made in it` };
      return {
        name: 'tickets',
        ok: false,
        optional: true,
        detail: `${name} does not give this token ${missing.join(', ')}`,
        fix: 'Ask an administrator of the project for these permissions, or use another token under `followUp.tickets.jira`.',
      };
    },
  };
}

function fieldsOf(draft: TicketDraft, settings: JiraSettings): object {
  const { project, issueType, apiVersion, priorities, labels } = settings;
  const priority = priorities[draft.severity];
  return {
    project: { key: project },
    issuetype: { name: issueType },
    summary: draft.title,
    description: jiraBody(draft.body, { marker: draft.marker, apiVersion }),
    labels: [...new Set([...labels, ...draft.labels, draft.marker])],
    ...(priority === undefined ? {} : { priority: { name: priority } }),
  };
}

function authorization({ user }: JiraSettings, token: string): string {
  if (user === undefined) return `Bearer ${token}`;
  return `Basic ${Buffer.from(`${user}:${token}`).toString('base64')}`;
}

function noWay({ id }: Ticket, open: boolean) {
  const state = open ? 'open again' : 'done';
  return {
    kind: 'refused' as const,
    why: `the workflow of ${id} has no step from where it is that makes it ${state}`,
    next: `Make it ${state} by hand. What was seen stands in its comments.`,
  };
}

function parse(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw ticketFailure(name, {
      kind: 'refused',
      why: 'it answered with something that is no JSON, such as a login page',
      next: 'Check `followUp.tickets.jira.url`, and whether a login page stands before it.',
    });
  }
}
