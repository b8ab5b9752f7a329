/** Public updates to a URL of the team's own. The Idempotency-Key is the same for every try of the same update. */
import { describePage } from '../../src/domain/status-page/settings.ts';
import type { PageOf } from '../../src/domain/status-page/settings.ts';
import type { Posted } from '../../src/domain/status-page/state.ts';
import type { PublicUpdate } from '../../src/domain/status-page/update.ts';
import { notTaken } from '../outbound/failures.ts';
import { judgeTrouble, said } from '../outbound/judge.ts';
import { post } from '../outbound/post.ts';
import type { Answer } from '../outbound/post.ts';
import { describeSecret, readSecret } from '../secrets/read.ts';
import type { Outside } from './outside.ts';

type Page = PageOf<'webhook'>;

const TOO_MANY_MS = 10_000;

/** @throws as `postPublicUpdate` */
export async function postToWebhook(
  page: Page,
  update: PublicUpdate,
  { env, ...outside }: Outside,
): Promise<Posted> {
  const token = await readSecret(page.token, env);
  const { run, number, ...told } = update;
  const answer = await post(
    {
      url: new URL(page.url),
      headers: {
        Authorization: `Bearer ${token}`,
        'Content-Type': 'application/json; charset=utf-8',
        'Idempotency-Key': `${run}/${number}`,
      },
      body: JSON.stringify({ version: 1, incident: run, update: number, ...told }),
    },
    { ...outside, secrets: [token] },
  );
  const to = `${describePage(page)} (token in the ${describeSecret(page.token)})`;
  if ('why' in answer) throw notTaken(to, { kind: 'later', why: answer.why });
  if (answer.status >= 200 && answer.status < 300) return { outcome: 'posted', incident: run, url: null };
  const trouble = judgeTrouble(answer, { tooManyMs: TOO_MANY_MS, now: Date.now() });
  throw notTaken(to, trouble ?? { kind: 'refused', why: said(answer), next: whatToDo(answer) });
}

function whatToDo({ status }: Answer): string {
  if (status === 401 || status === 403) return 'Check `statusPage.token`: the receiver does not accept it.';
  if (status >= 300 && status < 400)
    return 'A redirect is not followed: put the final URL into `statusPage.url`.';
  return 'Ask whoever runs the receiver: it should answer 2xx to what it takes, and 5xx to what it may take later.';
}
