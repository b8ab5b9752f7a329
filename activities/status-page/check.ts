/** What `backout doctor` says of the status page. Posts nothing. */
import type { Finding } from '../../src/domain/readiness.ts';
import { describePage } from '../../src/domain/status-page/settings.ts';
import type { StatusPageSettings } from '../../src/domain/status-page/settings.ts';
import { partsOf } from '../outbound/failures.ts';
import { readSecret } from '../secrets/read.ts';
import type { Outside } from './outside.ts';
import { checkStatuspage } from './statuspage.ts';

/** A server that hangs must not keep the rest from being told. */
const LOOK_WITHIN_MS = 5000;

export async function statusPageFindings(
  { env, fetch }: Pick<Outside, 'env' | 'fetch'>,
  page: StatusPageSettings | undefined,
): Promise<Finding[]> {
  if (page === undefined) return [];
  const finding = { name: 'status page', optional: true as const };
  const { signal } = new AbortController();
  try {
    return [
      {
        ...finding,
        ok: true,
        detail: `${describePage(page)}: ${await look(page, { env, fetch, signal, timeoutMs: LOOK_WITHIN_MS })}`,
      },
    ];
  } catch (error) {
    const { what, next } = partsOf(error);
    return [{ ...finding, ok: false, detail: what, fix: next }];
  }
}

async function look(page: StatusPageSettings, outside: Outside): Promise<string> {
  if (page.kind === 'statuspage') return await checkStatuspage(page, outside);
  await readSecret(page.token, outside.env);
  return 'its token is there; whether it takes an update only an update can tell';
}
