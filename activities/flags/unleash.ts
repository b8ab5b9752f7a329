/** One feature of an Unleash server, by its admin API: read, switched, and read back. */
import { BackoutFailure } from '../../src/domain/failure.ts';
import type { FailureType } from '../../src/domain/failure.ts';
import { oneLine, shorten } from '../../src/domain/report/plain.ts';
import type { UnleashFlag } from '../../src/domain/partial/settings.ts';
import { scrub } from '../outbound/scrub.ts';

export type Feature = {
  /** Is it on in its environment? @throws BackoutFailure FlagMissing, CredentialsRejected, FlagServiceUnreachable, FlagServiceRefused */
  isOn(signal: AbortSignal): Promise<boolean>;
  /** Safe to run again. */
  turn(on: boolean, signal: AbortSignal): Promise<void>;
};

export type UnleashSettings = UnleashFlag['unleash'] & { feature: string };

const TIMEOUT_MS = 10_000;
const MAX_QUOTED = 300;
/** What every message of this file says: a switch that is asked for is proved by reading. */
const UNCHANGED = 'Traffic and data were not changed.';

/** Where a feature's state in its environment is. */
export function environmentUrl({ url, project, feature, environment }: UnleashSettings): string {
  const [p, f, e] = [project, feature, environment].map(encodeURIComponent);
  return `${url.replace(/\/+$/, '')}/api/admin/projects/${p}/features/${f}/environments/${e}`;
}

/** "feature checkout of Unleash https://… (project default, environment production)" */
export function describeFeature({ url, project, feature, environment }: UnleashSettings): string {
  return `feature ${feature} of Unleash ${url} (project ${project}, environment ${environment})`;
}

/** @param token of the admin API; it is in no message */
export function createFeature(fetcher: typeof fetch, settings: UnleashSettings, token: string): Feature {
  const ask = async (method: 'GET' | 'POST', path: string, signal: AbortSignal): Promise<unknown> => {
    const answer = await send(fetcher, settings, {
      url: `${environmentUrl(settings)}${path}`,
      method,
      token,
      signal,
    });
    if (answer.status >= 200 && answer.status < 300) return answer.body;
    throw refused(settings, answer);
  };
  return {
    isOn: async (signal) => {
      const body = await ask('GET', '', signal);
      const enabled =
        typeof body === 'object' && body !== null && 'enabled' in body ? body.enabled : undefined;
      if (typeof enabled === 'boolean') return enabled;
      throw failure('FlagServiceRefused', {
        what: `What ${settings.url} answers about ${settings.feature} does not say whether it is on: it is no Unleash that Backout knows.`,
        next: 'Correct `unleash.url`.',
      });
    },
    turn: async (on, signal) => void (await ask('POST', on ? '/on' : '/off', signal)),
  };
}

type Request = { url: string; method: string; token: string; signal: AbortSignal };
type Answer = { status: number; body: unknown; said: string };

async function send(
  fetcher: typeof fetch,
  settings: UnleashSettings,
  { url, token, ...request }: Request,
): Promise<Answer> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const response = await fetcher(url, {
      ...request,
      headers: { authorization: token, accept: 'application/json', 'content-type': 'application/json' },
      // Only with it does the server take the empty body of a POST for JSON.
      ...(request.method === 'POST' ? { body: '{}' } : {}),
      redirect: 'error',
      signal: AbortSignal.any([request.signal, timeout]),
    });
    const { body, said } = readBody(await response.text());
    return { status: response.status, body, said: shorten(oneLine(scrub(said, [token])), MAX_QUOTED) };
  } catch (error) {
    request.signal.throwIfAborted();
    // A token that can't be a header, such as one of two lines, is quoted by what refuses it.
    const why = timeout.aborted
      ? `no answer within ${TIMEOUT_MS / 1000} s`
      : oneLine(scrub(reason(error), [token])).replace(/\.$/, '');
    throw failure('FlagServiceUnreachable', {
      what: `Unleash at ${settings.url} does not answer: ${why}.`,
      next: 'See whether it is up and the worker reaches it. Backout tries again by itself.',
    });
  }
}

function readBody(text: string): Pick<Answer, 'body' | 'said'> {
  try {
    const body: unknown = JSON.parse(text);
    const message =
      typeof body === 'object' && body !== null && 'message' in body ? String(body.message) : '';
    return { body, said: message };
  } catch {
    return { body: null, said: '' };
  }
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message !== '' ? error.cause.message : error.message;
}

function refused(settings: UnleashSettings, { status, said }: Answer): BackoutFailure {
  const quoted = said === '' ? '' : `: “${said}”`;
  const about = `${describeFeature(settings)}`;
  switch (status) {
    case 401:
      return failure('CredentialsRejected', {
        what: `Unleash at ${settings.url} does not know the token of the worker (401)${quoted}.`,
        next: 'Correct the secret that `unleash.token` names.',
      });
    case 403:
      return failure('PermissionDenied', {
        what: `The token of the worker may not read or switch ${about} (403)${quoted}.`,
        next: 'Give it the permission to update features in this environment. Where changes must be requested, let it skip that.',
      });
    case 404:
      return failure('FlagMissing', {
        what: `There is no ${about} (404)${quoted}.`,
        next: 'Correct `feature`, `project` or `environment` in the configuration.',
      });
    default:
      return failure(status === 429 || status >= 500 ? 'FlagServiceUnreachable' : 'FlagServiceRefused', {
        what: `Unleash answered ${status} about ${about}${quoted}.`,
        next: 'See what Unleash itself says.',
      });
  }
}

function failure(type: FailureType, { what, next }: { what: string; next: string }): BackoutFailure {
  return new BackoutFailure(type, { what, changed: UNCHANGED, next });
}
