/** Incidents on Atlassian Statuspage: looked for by their metadata, made once, updated until they are resolved. */
import { describePage } from '../../src/domain/status-page/settings.ts';
import type { PageOf } from '../../src/domain/status-page/settings.ts';
import type { Posted } from '../../src/domain/status-page/state.ts';
import type { PublicUpdate } from '../../src/domain/status-page/update.ts';
import { notTaken } from '../outbound/failures.ts';
import { judgeTrouble, retryAfterMs, said } from '../outbound/judge.ts';
import { post } from '../outbound/post.ts';
import type { Answer } from '../outbound/post.ts';
import { describeSecret, readSecret } from '../secrets/read.ts';
import type { Outside } from './outside.ts';
import { incidentUpdate, newIncident, readIncident } from './statuspage-request.ts';
import type { FoundIncident } from './statuspage-request.ts';

type Page = PageOf<'statuspage'>;
type Asked = { method: 'GET' | 'PATCH' | 'POST'; path: string; content?: object };

/** A key may ask once a second, counted over a minute. */
const TOO_MANY_MS = 15_000;
const LATEST = 100;
/** A hundred incidents with all their updates. */
const MAX_CHARACTERS = 5_000_000;

/** @throws as `postPublicUpdate` */
export async function postToStatuspage(
  page: Page,
  { update, incident }: { update: PublicUpdate; incident: string | null },
  outside: Outside,
): Promise<Posted> {
  const api = await open(page, outside);
  const found = incident === null ? await api.find(update.run) : await api.read(incident, update.run);
  if (found === 'gone') return { outcome: 'closed', incident, url: null };
  if (found === null) {
    if (update.status === 'resolved') return { outcome: 'nothing-to-close', incident: null, url: null };
    return posted(
      await api.write({ method: 'POST', path: '/incidents', content: newIncident(update, page) }),
    );
  }
  if (found.update >= update.number) return { outcome: 'already', incident: found.id, url: found.url };
  if (found.isClosed) return { outcome: 'closed', incident: found.id, url: found.url };
  const path = `/incidents/${encodeURIComponent(found.id)}`;
  return posted(await api.write({ method: 'PATCH', path, content: incidentUpdate(update, page) }));
}

/** Reads the page and its components. @returns what can be said of them. Changes nothing. @throws as `postPublicUpdate` */
export async function checkStatuspage(page: Page, outside: Outside): Promise<string> {
  const api = await open(page, outside);
  const [{ name }, ...components] = (await Promise.all(
    ['', ...page.componentIds.map((id) => `/components/${encodeURIComponent(id)}`)].map((path) =>
      api.look(path),
    ),
  )) as [{ name?: unknown }, ...unknown[]];
  const known = components.length === 0 ? '' : `, with ${components.length} components`;
  return `the key can read the page ${String(name)}${known}`;
}

const posted = ({ id, url }: FoundIncident): Posted => ({ outcome: 'posted', incident: id, url });

async function open(page: Page, { env, ...outside }: Outside) {
  const apiKey = await readSecret(page.apiKey, env);
  const to = `${describePage(page)} (API key in the ${describeSecret(page.apiKey)})`;
  const ask = async ({ method, path, content }: Asked): Promise<Answer> => {
    const answer = await post(
      {
        url: new URL(`${page.baseUrl.replace(/\/+$/, '')}/pages/${encodeURIComponent(page.pageId)}${path}`),
        method,
        headers: {
          Authorization: `OAuth ${apiKey}`,
          Accept: 'application/json',
          ...(content === undefined ? {} : { 'Content-Type': 'application/json' }),
        },
        ...(content === undefined ? {} : { body: JSON.stringify(content) }),
      },
      { ...outside, secrets: [apiKey], maxCharacters: MAX_CHARACTERS },
    );
    if ('why' in answer) throw notTaken(to, { kind: 'later', why: answer.why });
    const trouble = laterOf(answer);
    if (trouble !== null) throw notTaken(to, trouble);
    return answer;
  };
  const refuse = (answer: Answer): Error =>
    notTaken(to, { kind: 'refused', why: said(answer), next: whatToDo(answer) });
  const contentOf = (answer: Answer): unknown => {
    if (answer.status < 200 || answer.status >= 300) throw refuse(answer);
    try {
      return JSON.parse(answer.body);
    } catch {
      throw notTaken(to, {
        kind: 'later',
        why: `it answered ${answer.status} with something that is no JSON`,
      });
    }
  };
  return {
    look: async (path: string): Promise<unknown> => contentOf(await ask({ method: 'GET', path })),
    /** Among the latest, closed ones too: an earlier try may have made it and closed it. */
    find: async (run: string): Promise<FoundIncident | null> => {
      const list = contentOf(await ask({ method: 'GET', path: `/incidents?limit=${LATEST}&page=1` }));
      if (!Array.isArray(list)) throw notTaken(to, { kind: 'later', why: 'it answered with no list' });
      return list.map((one) => readIncident(one, run)).find((one) => one !== null) ?? null;
    },
    read: async (id: string, run: string): Promise<FoundIncident | 'gone'> => {
      const answer = await ask({ method: 'GET', path: `/incidents/${encodeURIComponent(id)}` });
      if (answer.status === 404) return 'gone';
      return readIncident(contentOf(answer), run) ?? 'gone';
    },
    write: async (asked: Asked): Promise<FoundIncident> => {
      const content = contentOf(await ask(asked)) as { id?: unknown; shortlink?: unknown } | null;
      return {
        id: String(content?.id),
        url: typeof content?.shortlink === 'string' ? content.shortlink : null,
        isClosed: false,
        update: 0,
      };
    },
  };
}

/** 420 is what 429 is elsewhere. */
function laterOf(answer: Answer) {
  if (answer.status !== 420) return judgeTrouble(answer, { tooManyMs: TOO_MANY_MS, now: Date.now() });
  const afterMs = retryAfterMs(answer.retryAfter, Date.now()) ?? TOO_MANY_MS;
  return { kind: 'later' as const, why: said(answer), afterMs };
}

function whatToDo({ status }: Answer): string {
  switch (status) {
    case 401:
    case 403:
      return 'Put an API key under `statusPage.apiKey` whose user may manage incidents of this page.';
    case 404:
      return 'Check `statusPage.pageId`, `statusPage.componentIds` and `statusPage.baseUrl`.';
    case 422:
      return 'Check `statusPage.componentIds`: each must be a component of this page.';
    default:
      return 'Check `statusPage`, and tell customers by hand until it works.';
  }
}
