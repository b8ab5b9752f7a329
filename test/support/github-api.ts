/**
 * GitHub's REST API for issues, as strict as it is documented (https://docs.github.com/rest/issues, version 2022-11-28): what
 * GitHub refuses is refused, and unknown fields, too.
 */
import * as z from 'zod';
import { startFaulty } from './faults.ts';
import type { Call, FaultyServer, Reply } from './faults.ts';

export type GithubIssue = {
  number: number;
  title: string;
  body: string;
  labels: string[];
  state: 'open' | 'closed';
  state_reason: string | null;
  comments: string[];
  updated_at: string;
};

export type GithubApi = FaultyServer & {
  readonly issues: GithubIssue[];
  token: string;
  /** What GET /repos says of it. */
  hasIssues: boolean;
};

const newIssue = z.strictObject({
  title: z.string().min(1).max(256),
  body: z.string().max(65_536),
  labels: z.array(z.string().min(1).max(50)).max(100),
});
const changedIssue = z.strictObject({
  state: z.enum(['open', 'closed']),
  state_reason: z.enum(['completed', 'not_planned', 'duplicate', 'reopened']).nullable(),
});
const newComment = z.strictObject({ body: z.string().min(1).max(65_536) });
const listed = z.strictObject({
  state: z.enum(['open', 'closed', 'all']).optional(),
  since: z.iso.datetime().optional(),
  per_page: z.coerce.number().int().min(1).max(100).optional(),
  page: z.coerce.number().int().min(1).optional(),
});

export const REPO = 'example/listings';

export async function startGithub(): Promise<GithubApi> {
  const server = await startFaulty((call) => whyNoEntry(call, api.token) ?? answer(call, api));
  const state = { issues: [] as GithubIssue[], token: 'ghp_0123456789abcdef', hasIssues: true };
  const api: GithubApi = Object.assign(server, state);
  return api;
}

function whyNoEntry({ headers }: Call, token: string): Reply | null {
  if ((headers['user-agent'] ?? '') === '')
    return { status: 403, body: { message: 'Request forbidden by administrative rules.' } };
  if (!(headers.accept ?? '').includes('application/vnd.github'))
    return { status: 415, body: { message: 'Unsupported Media Type' } };
  const given = headers.authorization ?? '';
  return given === `token ${token}` || given === `Bearer ${token}`
    ? null
    : {
        status: 401,
        body: { message: 'Bad credentials', documentation_url: 'https://docs.github.com/rest' },
      };
}

function answer({ method, path, query, body }: Call, { issues, hasIssues, url }: GithubApi): Reply {
  const [, owner, repo, ...rest] = path.replace(/^\/repos/, '').split('/');
  if (!path.startsWith('/repos/') || `${owner}/${repo}` !== REPO) return notFound();
  const shown = (issue: GithubIssue) => ({ ...issue, html_url: `${url}/${REPO}/issues/${issue.number}` });
  const [area, id, sub] = rest;
  if (area === undefined && method === 'GET')
    return { status: 200, body: { full_name: REPO, has_issues: hasIssues } };
  if (area !== 'issues') return notFound();
  if (!hasIssues) return { status: 410, body: { message: 'Issues has been disabled in this repository.' } };
  const now = new Date().toISOString();
  if (id === undefined && method === 'GET') {
    const parsed = listed.safeParse(Object.fromEntries(query));
    if (!parsed.success) return invalid(parsed.error);
    const { state = 'open', since, per_page = 30, page = 1 } = parsed.data;
    const found = issues.filter(
      (issue) =>
        (state === 'all' || issue.state === state) && (since === undefined || issue.updated_at >= since),
    );
    return {
      status: 200,
      body: found
        .toReversed()
        .slice((page - 1) * per_page, page * per_page)
        .map(shown),
    };
  }
  if (id === undefined && method === 'POST') {
    const parsed = newIssue.safeParse(body);
    if (!parsed.success) return invalid(parsed.error);
    const issue: GithubIssue = {
      ...parsed.data,
      number: issues.length + 1,
      state: 'open',
      state_reason: null,
      comments: [],
      updated_at: now,
    };
    issues.push(issue);
    return { status: 201, body: shown(issue) };
  }
  const issue = issues.find(({ number }) => String(number) === id);
  if (issue === undefined) return notFound();
  if (sub === 'comments' && method === 'GET') {
    const per = Number(query.get('per_page') ?? 30);
    const page = Number(query.get('page') ?? 1);
    const some = issue.comments.slice((page - 1) * per, page * per);
    return { status: 200, body: some.map((text, index) => ({ id: index + 1, body: text })) };
  }
  if (sub === 'comments' && method === 'POST') {
    const parsed = newComment.safeParse(body);
    if (!parsed.success) return invalid(parsed.error);
    issue.comments.push(parsed.data.body);
    return { status: 201, body: { id: issue.comments.length, body: parsed.data.body } };
  }
  if (sub === undefined && method === 'PATCH') {
    const parsed = changedIssue.safeParse(body);
    if (!parsed.success) return invalid(parsed.error);
    Object.assign(issue, parsed.data, { updated_at: now });
    return { status: 200, body: shown(issue) };
  }
  return notFound();
}

const notFound = (): Reply => ({
  status: 404,
  body: { message: 'Not Found', documentation_url: 'https://docs.github.com/rest' },
});

const invalid = (error: z.ZodError): Reply => ({
  status: 422,
  body: { message: `Validation Failed: ${z.prettifyError(error)}`, errors: [] },
});

/** As documented for the primary limit, which is counted by the hour. */
export const primaryLimit = (resetInSeconds: number): Reply => ({
  status: 403,
  headers: {
    'x-ratelimit-limit': '5000',
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': String(Math.ceil(Date.now() / 1000 + resetInSeconds)),
  },
  body: { message: 'API rate limit exceeded for user ID 1.' },
});

/** As documented for the secondary limits, which are about too much at once. */
export const secondaryLimit = (retryAfter?: number): Reply => ({
  status: 403,
  headers: retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) },
  body: {
    message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
  },
});
