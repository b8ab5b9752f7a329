import type { ApplicationFailure } from '@temporalio/activity';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { changeTicket, openTicket, ticketFindings } from '../../../activities/tickets/index.ts';
import type { BackoutFailure } from '../../../src/domain/failure.ts';
import { ticketsSchema } from '../../../src/domain/follow-up/settings.ts';
import type { TicketDraft } from '../../../src/domain/follow-up/tickets.ts';
import { failureOf } from '../../support/failure-of.ts';
import { primaryLimit, REPO, secondaryLimit, startGithub } from '../../support/github-api.ts';
import type { GithubApi } from '../../support/github-api.ts';

let github: GithubApi;
beforeEach(async () => {
  github = await startGithub();
});
afterEach(() => github.close());

const MARKER = 'backout:rollback-1-follow-up:rollback';

const draft = (change: Partial<TicketDraft> = {}): TicketDraft => ({
  marker: MARKER,
  title: 'green (1.5.0) of listings was rolled back in production: 5xx',
  body: ['It is rolled back.', [['Service', 'listings']], 'Then: `backout tick ID root-cause`.'],
  severity: 'P1',
  labels: ['production', 'P1'],
  since: new Date(Date.now() - 60_000).toISOString(),
  ...change,
});

const settings = (repo = REPO) =>
  ticketsSchema.parse({ github: { repo, token: { env: 'GITHUB_TOKEN' }, baseUrl: github.url } });
const deps = () => ({ env: { GITHUB_TOKEN: github.token }, fetch });
const trying = (attempt = 1) => ({ attempt, signal: AbortSignal.timeout(20_000) });

const open = (change: Partial<TicketDraft> = {}, attempt = 1) =>
  openTicket(deps(), { settings: settings(), draft: draft(change) }, trying(attempt));

const posts = () => github.calls.filter(({ method }) => method === 'POST');

describe('a ticket on GitHub', () => {
  it('is an issue with the configured labels, those of the rollback, and its marker', async () => {
    const { ticket, already } = await open();
    expect(already).toBe(false);
    expect(ticket).toEqual({ system: 'github', id: '1', url: `${github.url}/${REPO}/issues/1` });
    expect(github.issues).toHaveLength(1);
    const [issue] = github.issues;
    expect(issue?.title).toBe('green (1.5.0) of listings was rolled back in production: 5xx');
    expect(issue?.labels).toEqual(['bug', 'rollback', 'production', 'P1']);
    expect(issue?.body).toBe(
      'It is rolled back.\n\n| What | Value |\n| --- | --- |\n| Service | listings |\n\nThen: `backout tick ID root-cause`.\n\n' +
        `<sub>Made by Backout, which finds it again by \`${MARKER}\`.</sub>\n`,
    );
  });

  it('is found instead of made when it is there, also when somebody has closed it', async () => {
    await open();
    Object.assign(github.issues[0] ?? {}, { state: 'closed' });
    const again = await open({}, 2);
    expect(again).toEqual({ ticket: { system: 'github', id: '1', url: expect.any(String) }, already: true });
    expect(github.issues).toHaveLength(1);
  });

  it('is not taken for one whose marker only begins alike', async () => {
    await open({ marker: `${MARKER}-2` });
    await open();
    expect(github.issues.map(({ number }) => number)).toEqual([1, 2]);
  });

  it('is found among hundreds of issues that changed since', async () => {
    await open();
    const [issue] = github.issues;
    if (issue === undefined) throw new Error('the issue was not made');
    for (let number = 2; number <= 251; number++)
      github.issues.push({ ...issue, number, body: `other ${number}` });
    github.calls.length = 0;
    expect((await open()).already).toBe(true);
    expect(github.calls.map(({ query }) => query.get('page'))).toEqual(['1', '2', '3']);
  });

  it('is one when it was made and the answer was lost', async () => {
    github.fail('POST', `/repos/${REPO}/issues`, 'cut-after');
    const failure = await failureOf(open());
    expect(failure).toMatchObject({ type: 'MessageNotSent' });
    expect((await open({}, 2)).already).toBe(true);
    expect(github.issues).toHaveLength(1);
  });

  it('calls nobody and names no other issue by what the reason says', async () => {
    await open({ body: ['because of @anna, #12 and <b>bold</b>', [['Reason', '`x` | @team/ops']]] });
    const body = github.issues[0]?.body ?? '';
    expect(body).toContain('because of @\u200banna, #\u200b12 and &lt;b>bold&lt;/b>');
    expect(body).toContain('| Reason | `x` \\| @\u200bteam/ops |');
  });

  it('is commented once and closed, then opened again', async () => {
    const { ticket } = await open();
    const over = { ticket, open: false, comment: { marker: `${MARKER}:over-1`, body: ['It is over.'] } };
    await changeTicket(deps(), { settings: settings(), change: over }, trying());
    await changeTicket(deps(), { settings: settings(), change: over }, trying(2));
    expect(github.issues[0]).toMatchObject({ state: 'closed', state_reason: 'completed' });
    expect(github.issues[0]?.comments).toEqual([
      `It is over.\n\n<sub>Made by Backout, which finds it again by \`${MARKER}:over-1\`.</sub>\n`,
    ]);
    const again = { ticket, open: true, comment: { marker: `${MARKER}:again-2`, body: ['It is back.'] } };
    await changeTicket(deps(), { settings: settings(), change: again }, trying());
    expect(github.issues[0]).toMatchObject({ state: 'open', state_reason: 'reopened' });
    expect(github.issues[0]?.comments).toHaveLength(2);
  });

  it('says its comment once when it was taken and the answer was lost', async () => {
    const { ticket } = await open();
    const change = { ticket, open: false, comment: { marker: `${MARKER}:over-1`, body: ['It is over.'] } };
    github.fail('POST', `/repos/${REPO}/issues/1/comments`, 'cut-after');
    await failureOf(changeTicket(deps(), { settings: settings(), change }, trying()));
    await changeTicket(deps(), { settings: settings(), change }, trying(2));
    expect(github.issues[0]?.comments).toHaveLength(1);
    expect(github.issues[0]?.state).toBe('closed');
  });
});

describe('a ticket that GitHub does not take', () => {
  it('waits until the rate limit is reset', async () => {
    github.fail('POST', `/repos/${REPO}/issues`, primaryLimit(120));
    const failure = (await failureOf(open())) as ApplicationFailure;
    expect(failure.type).toBe('MessageNotSent');
    expect(failure.message).toBe(
      'GitHub example/listings: it answered 403 "API rate limit exceeded for user ID 1.". Traffic and data were not changed by this: it only ' +
        'writes tickets. What the rollback did stays done. Backout tries again by itself, and looks first whether the ticket was made all the same.',
    );
    expect(Number(failure.nextRetryDelay)).toBeGreaterThan(115_000);
    expect(Number(failure.nextRetryDelay)).toBeLessThanOrEqual(121_000);
  });

  it.each([
    ['as long as Retry-After says', secondaryLimit(7), 7000],
    ['a minute where a secondary limit names no time', secondaryLimit(), 60_000],
    [
      'as long as a 429 says',
      { status: 429, headers: { 'retry-after': '3' }, body: { message: 'slow down' } },
      3000,
    ],
  ])('waits %s', async (_title, fault, delay) => {
    github.fail('POST', `/repos/${REPO}/issues`, fault);
    const failure = (await failureOf(open())) as ApplicationFailure;
    expect(failure.nextRetryDelay).toBe(delay);
  });

  it.each([
    ['500', { status: 500, body: { message: 'oops' } }, 'it answered 500 "oops"'],
    ['a cut line', 'cut-before', 'it could not be reached: other side closed'],
  ] as const)('is tried again after %s', async (_title, fault, said) => {
    github.fail('POST', `/repos/${REPO}/issues`, fault);
    const failure = (await failureOf(open())) as BackoutFailure;
    expect(failure.retryable).toBe(true);
    expect(failure.message).toContain(`GitHub example/listings: ${said}`);
    expect(github.issues).toHaveLength(0);
  });

  it.each([
    [{ status: 401, body: { message: 'Bad credentials' } }, 'The token is wrong or has expired'],
    [
      { status: 403, body: { message: 'Resource not accessible by integration' } },
      'The token may not do that',
    ],
    [
      { status: 404, body: { message: 'Not Found' } },
      'There is no such repository, or the token may not see it',
    ],
    [{ status: 422, body: { message: 'Validation Failed' } }, 'write it by hand'],
    [{ status: 301, headers: { location: '/elsewhere' } }, 'Put its new name into'],
  ])('is refused for good after %o', async (fault, next) => {
    github.fail('POST', `/repos/${REPO}/issues`, fault);
    const failure = (await failureOf(open())) as BackoutFailure;
    expect(failure.type).toBe('MessageRefused');
    expect(failure.retryable).toBe(false);
    expect(failure.parts.next).toContain(next);
  });

  it('shows its token nowhere', async () => {
    github.fail('GET', `/repos/${REPO}/issues`, { status: 500, body: { message: 'oops' } });
    const failure = await failureOf(open());
    expect(JSON.stringify([failure.message, failure.cause ?? null])).not.toContain(github.token);
    expect(posts()).toEqual([]);
  });

  it('shows a token nowhere that can be no header, such as one of two lines', async () => {
    const env = { GITHUB_TOKEN: 'ghp_5f3c1a\nline two' };
    const opened = openTicket({ env, fetch }, { settings: settings(), draft: draft() }, trying());
    expect(((await failureOf(opened)) as BackoutFailure).parts.what).toBe(
      `GitHub ${REPO}: it could not be reached: Headers.append: "token [secret]" is an invalid header value.`,
    );
  });
});

describe('what doctor says of GitHub', () => {
  const findings = (repo?: string) => ticketFindings(deps(), settings(repo), AbortSignal.timeout(5000));

  it('is that issues can be read', async () => {
    expect(await findings()).toEqual([
      { name: 'tickets', ok: true, detail: 'GitHub example/listings can be reached, and its issues read' },
    ]);
  });

  it('is that there is no such repository', async () => {
    expect(await findings('example/other')).toEqual([
      {
        name: 'tickets',
        ok: false,
        optional: true,
        detail: 'GitHub example/other: it answered 404 "Not Found - https://docs.github.com/rest".',
        fix: 'There is no such repository, or the token may not see it: check `followUp.tickets.github.repo` and the token.',
      },
    ]);
  });

  it('is that issues are switched off', async () => {
    github.hasIssues = false;
    expect((await findings())[0]).toMatchObject({
      ok: false,
      detail: 'GitHub example/listings is there, but its issues are switched off',
    });
  });

  it('is nothing where no tickets are wanted', async () => {
    expect(await ticketFindings(deps(), undefined, AbortSignal.timeout(5000))).toEqual([]);
  });

  it('is that the worker has no token', async () => {
    const [finding] = await ticketFindings({ env: {}, fetch }, settings(), AbortSignal.timeout(5000));
    expect(finding?.detail).toBe(
      'The worker has no secret in the environment variable GITHUB_TOKEN: it is not set.',
    );
  });
});
