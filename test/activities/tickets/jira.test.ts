import type { ApplicationFailure } from '@temporalio/activity';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { changeTicket, openTicket, ticketFindings } from '../../../activities/tickets/index.ts';
import type { BackoutFailure } from '../../../src/domain/failure.ts';
import { ticketsSchema } from '../../../src/domain/follow-up/settings.ts';
import type { JiraSettings } from '../../../src/domain/follow-up/settings.ts';
import type { TicketDraft } from '../../../src/domain/follow-up/tickets.ts';
import { failureOf } from '../../support/failure-of.ts';
import { JIRA, startJira } from '../../support/jira-api.ts';
import type { JiraApi } from '../../support/jira-api.ts';

let jira: JiraApi;
beforeEach(async () => {
  jira = await startJira();
});
afterEach(() => jira.close());

const MARKER = 'backout:rollback-1-follow-up:rollback';

const DRAFT: TicketDraft = {
  marker: MARKER,
  title: 'green (1.5.0) of listings was rolled back in production: 5xx',
  body: ['It is rolled back.', [['Service', 'listings']], 'Then: `backout tick ID root-cause`.'],
  severity: 'P1',
  labels: ['production', 'P1'],
  since: '2026-11-21T04:15:00.000Z',
};

type Change = Partial<Record<keyof JiraSettings, unknown>>;
const settings = (change: Change = {}, url = jira.url) =>
  ticketsSchema.parse({
    jira: { url, project: JIRA.project, user: JIRA.user, token: { env: 'JIRA_TOKEN' }, ...change },
  });
const deps = { env: { JIRA_TOKEN: JIRA.token }, fetch };
const trying = (attempt = 1) => ({ attempt, signal: AbortSignal.timeout(20_000) });
const open = (attempt = 1, change: Change = {}) =>
  openTicket(deps, { settings: settings(change), draft: DRAFT }, trying(attempt));

describe('a ticket in Jira', () => {
  it('is an issue with priority, labels and a document as its description', async () => {
    expect(await open()).toEqual({
      ticket: { system: 'jira', id: 'OPS-1', url: `${jira.url}/browse/OPS-1` },
      already: false,
    });
    expect(jira.issues.map(({ fields }) => fields)).toEqual([
      {
        project: { key: 'OPS' },
        issuetype: { name: 'Bug' },
        summary: DRAFT.title,
        priority: { name: 'High' },
        labels: ['bug', 'rollback', 'production', 'P1', MARKER],
        description: {
          version: 1,
          type: 'doc',
          content: [
            { type: 'paragraph', content: [{ type: 'text', text: 'It is rolled back.' }] },
            {
              type: 'bulletList',
              content: [
                {
                  type: 'listItem',
                  content: [
                    {
                      type: 'paragraph',
                      content: [
                        { type: 'text', text: 'Service: ', marks: [{ type: 'strong' }] },
                        { type: 'text', text: 'listings' },
                      ],
                    },
                  ],
                },
              ],
            },
            {
              type: 'paragraph',
              content: [
                { type: 'text', text: 'Then: ' },
                { type: 'text', text: 'backout tick ID root-cause', marks: [{ type: 'code' }] },
                { type: 'text', text: '.' },
              ],
            },
            {
              type: 'paragraph',
              content: [
                { type: 'text', text: 'Made by Backout, which finds it again by ' },
                { type: 'text', text: MARKER, marks: [{ type: 'code' }] },
                { type: 'text', text: '.' },
              ],
            },
          ],
        },
      },
    ]);
  });

  it('has no priority where none is configured for its severity', async () => {
    await open(1, { priorities: {} });
    expect(jira.issues[0]?.fields).not.toHaveProperty('priority');
  });

  it('is one when it was made and the answer was lost, although the search runs behind', async () => {
    jira.lagMs = 1500;
    jira.fail('POST', '/rest/api/3/issue', 'cut-after');
    expect(await failureOf(open())).toMatchObject({ type: 'MessageNotSent' });
    expect((await open(2)).already).toBe(true);
    expect(jira.issues).toHaveLength(1);
    const searches = jira.calls.filter(({ path }) => path === '/rest/api/3/search/jql');
    // It goes on looking, instead of making a second one.
    expect(searches.length).toBeGreaterThan(2);
  });

  it('is commented once, made done, and opened again', async () => {
    const { ticket } = await open();
    const over = { ticket, open: false, comment: { marker: `${MARKER}:over-1`, body: ['It is over.'] } };
    await changeTicket(deps, { settings: settings(), change: over }, trying());
    await changeTicket(deps, { settings: settings(), change: over }, trying(2));
    expect(jira.issues[0]?.status).toBe('done');
    expect(jira.issues[0]?.comments).toHaveLength(1);
    expect(
      jira.calls.filter(({ path, method }) => method === 'POST' && path.endsWith('/transitions')),
    ).toHaveLength(1);
    const again = { ticket, open: true, comment: { marker: `${MARKER}:again-2`, body: ['It is back.'] } };
    await changeTicket(deps, { settings: settings(), change: again }, trying());
    expect(jira.issues[0]?.status).toBe('new');
    expect(jira.issues[0]?.comments).toHaveLength(2);
  });
});

describe('a ticket in Jira Data Center', () => {
  it('is made by version 2 with a bearer token, and its text is no markup', async () => {
    const server = await startJira('2');
    try {
      const chosen = ticketsSchema.parse({
        jira: { url: server.url, project: 'OPS', token: { env: 'JIRA_TOKEN' }, apiVersion: '2' },
      });
      const draft = { ...DRAFT, body: ['{noformat} [~anna] *bold*', ...DRAFT.body.slice(1)] };
      const { ticket } = await openTicket(deps, { settings: chosen, draft }, trying());
      expect(server.issues[0]?.fields.description).toBe(
        '{noformat}\n{ noformat } [~anna] *bold*\n\nService: listings\n\nThen: `backout tick ID root-cause`.\n\n' +
          `Made by Backout, which finds it again by \`${MARKER}\`.\n{noformat}`,
      );
      expect((await openTicket(deps, { settings: chosen, draft }, trying(2))).already).toBe(true);
      const change = { ticket, open: false, comment: { marker: `${MARKER}:over-1`, body: ['It is over.'] } };
      await changeTicket(deps, { settings: chosen, change }, trying());
      await changeTicket(deps, { settings: chosen, change }, trying(2));
      expect(server.issues[0]?.comments).toHaveLength(1);
    } finally {
      await server.close();
    }
  });
});

describe('a ticket that Jira does not take', () => {
  it.each([
    ['as long as Retry-After says', { status: 429, headers: { 'retry-after': '9' }, body: {} }, 9000],
    ['half a minute where it names no time', { status: 429, body: {} }, 30_000],
    ['as long as a 503 says', { status: 503, headers: { 'retry-after': '5' }, body: {} }, 5000],
  ])('waits %s', async (_title, fault, delay) => {
    jira.fail('POST', '/rest/api/3/issue', fault);
    expect(((await failureOf(open())) as ApplicationFailure).nextRetryDelay).toBe(delay);
  });

  it.each([
    ['500', { status: 500, body: { errorMessages: ['oops'] } }],
    ['a cut line', 'cut-before'],
  ] as const)('is tried again after %s', async (_title, fault) => {
    jira.fail('POST', '/rest/api/3/issue', fault);
    expect(((await failureOf(open())) as BackoutFailure).retryable).toBe(true);
    expect((await open(1)).already).toBe(false);
    expect(jira.issues).toHaveLength(1);
  });

  it('says which field the project does not take, and what to change', async () => {
    jira.fail('POST', '/rest/api/3/issue', {
      status: 400,
      body: { errorMessages: [], errors: { priority: "Field 'priority' cannot be set." } },
    });
    const failure = (await failureOf(open())) as BackoutFailure;
    expect(failure.message).toBe(
      `Jira project OPS (${new URL(jira.url).host}): it answered 400 "priority: Field 'priority' cannot be set.". Traffic and data were not ` +
        'changed by this: it only writes tickets. What the rollback did stays done. Correct `followUp.tickets.jira.priorities`; `{}` sets none.',
    );
    expect(failure.retryable).toBe(false);
  });

  it('is refused with a wrong token, which it shows nowhere', async () => {
    const wrong = { ...deps, env: { JIRA_TOKEN: 'wrong-token-123' } };
    const failure = await failureOf(openTicket(wrong, { settings: settings(), draft: DRAFT }, trying()));
    expect(failure.message).toContain('The token is wrong or has expired');
    expect(failure.message).not.toContain('wrong-token-123');
  });

  it('is refused where another page answers', async () => {
    jira.fail('POST', '/rest/api/3/search', { status: 302, headers: { location: '/login' } });
    expect(((await failureOf(open())) as BackoutFailure).type).toBe('MessageRefused');
  });
});

describe('what doctor says of Jira', () => {
  const findings = () => ticketFindings(deps, settings(), AbortSignal.timeout(5000));

  it('is that issues can be made', async () => {
    expect((await findings())[0]).toMatchObject({ ok: true });
  });

  it('is which permissions are missing', async () => {
    jira.permissions = ['ADD_COMMENTS'];
    expect((await findings())[0]).toMatchObject({
      ok: false,
      optional: true,
      detail: `Jira project OPS (${new URL(jira.url).host}) does not give this token CREATE_ISSUES, TRANSITION_ISSUES`,
    });
  });
});
