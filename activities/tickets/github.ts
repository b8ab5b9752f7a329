/** Issues on GitHub and GitHub Enterprise, by GitHub's own client. */
import { Octokit } from '@octokit/rest';
import type { GithubSettings } from '../../src/domain/follow-up/settings.ts';
import type { Ticket, TicketDraft } from '../../src/domain/follow-up/tickets.ts';
import type { Finding } from '../../src/domain/readiness.ts';
import { githubBody } from './github-body.ts';
import { githubTrouble } from './github-trouble.ts';
import { ticketFailure, TIMEOUT_MS } from './tracker.ts';
import type { Tracker } from './tracker.ts';

/** The list of issues is read from a copy that may be behind by a moment. */
const FINDABLE_AFTER_MS = 5000;
const PER_PAGE = 100;
/** So many issues that changed since the rollback are looked through. */
const MAX_PAGES = 20;

const SILENT = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

export type Reach = { fetch: typeof fetch; signal: AbortSignal };

export function createGithub(settings: GithubSettings, token: string, reach: Reach): Tracker {
  const [owner = '', repo = ''] = settings.repo.split('/');
  const name = `GitHub ${settings.repo}`;
  const octokit = new Octokit({
    auth: token,
    baseUrl: settings.baseUrl,
    userAgent: 'backout',
    log: SILENT,
    // A redirect leads to a login page, or to a repository that has moved.
    request: { fetch: reach.fetch, redirect: 'manual' },
  });
  const { issues, repos } = octokit.rest;
  /** Makes a failure that Temporal understands of whatever goes wrong. */
  const ask = async <Result>(
    request: (options: { owner: string; repo: string; request: { signal: AbortSignal } }) => Promise<Result>,
  ): Promise<Result> => {
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    try {
      const signal = AbortSignal.any([reach.signal, timeout]);
      return refuseMoved(name, await request({ owner, repo, request: { signal } }));
    } catch (error) {
      reach.signal.throwIfAborted();
      const trouble = githubTrouble(error, { timedOut: timeout.aborted, now: Date.now(), secrets: [token] });
      throw ticketFailure(name, trouble);
    }
  };
  const number = ({ id }: Ticket) => Number(id);
  return {
    name,
    findableAfterMs: FINDABLE_AFTER_MS,
    find: async ({ marker, since }) => {
      for (let page = 1; page <= MAX_PAGES; page++) {
        const { data } = await ask((at) =>
          issues.listForRepo({ ...at, state: 'all', since, per_page: PER_PAGE, page }),
        );
        // As it stands in the body, between backticks: one marker may be the beginning of another.
        const found = data.find(({ body }) => body?.includes(`\`${marker}\``));
        if (found !== undefined) return ticketOf(found);
        if (data.length < PER_PAGE) return null;
      }
      return null;
    },
    create: async (draft) => {
      const { data } = await ask((at) => issues.create({ ...at, ...issueOf(draft, settings) }));
      return ticketOf(data);
    },
    hasComment: async (ticket, marker) => {
      for (let page = 1; page <= MAX_PAGES; page++) {
        const { data } = await ask((at) =>
          issues.listComments({ ...at, issue_number: number(ticket), per_page: PER_PAGE, page }),
        );
        if (data.some(({ body }) => body?.includes(`\`${marker}\``))) return true;
        if (data.length < PER_PAGE) return false;
      }
      return false;
    },
    comment: async (ticket, { marker, body }) => {
      await ask((at) =>
        issues.createComment({ ...at, issue_number: number(ticket), body: githubBody(body, marker) }),
      );
    },
    setOpen: async (ticket, open) => {
      const state = open ? 'open' : 'closed';
      await ask((at) =>
        issues.update({
          ...at,
          issue_number: number(ticket),
          state,
          state_reason: open ? 'reopened' : 'completed',
        }),
      );
    },
    check: async (): Promise<Finding> => {
      const { data } = await ask((at) => repos.get(at));
      if (!data.has_issues)
        return {
          name: 'tickets',
          ok: false,
          optional: true,
          detail: `${name} is there, but its issues are switched off`,
          fix: 'Switch issues on in the settings of the repository, or name another one under `followUp.tickets.github`.',
        };
      // Reading its issues is what tells a token for issues from one that may only see that the repository exists.
      await ask((at) => issues.listForRepo({ ...at, per_page: 1 }));
      return { name: 'tickets', ok: true, detail: `${name} can be reached, and its issues read` };
    },
  };
}

function issueOf(draft: TicketDraft, { labels }: GithubSettings) {
  return {
    title: draft.title,
    body: githubBody(draft.body, draft.marker),
    labels: [...new Set([...labels, ...draft.labels])],
  };
}

const ticketOf = ({ number, html_url }: { number: number; html_url: string }): Ticket => ({
  system: 'github',
  id: String(number),
  url: html_url,
});

/** Octokit takes a redirect that was not followed for an answer. */
function refuseMoved<Result>(name: string, result: Result): Result {
  const { status } = result as { status?: number };
  if (status === undefined || status < 300) return result;
  throw new MovedError(`${name} answered ${status}`);
}

export class MovedError extends Error {}
