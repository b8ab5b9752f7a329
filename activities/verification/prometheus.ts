/** Asks Prometheus one instant query. A trouble is an answer with a name, never an exception, but for cancellation. */
import { readFile } from 'node:fs/promises';
import type { MetricsSettings } from '../../src/domain/metrics.ts';
import type { SecretRef } from '../../src/domain/secret.ts';
import { type QueryAnswer, readAnswer } from './prometheus-answer.ts';

/** One number takes a few hundred bytes. More than this is a query that gives thousands of series. */
const MAX_ANSWER_BYTES = 1_000_000;

export type AskPrometheus = (query: string, signal: AbortSignal) => Promise<QueryAnswer>;

type Settings = MetricsSettings['prometheus'];

/** How to ask this Prometheus. The token is read at each question, and is in no message. */
export function prometheus(settings: Settings, env: NodeJS.ProcessEnv): AskPrometheus {
  return async (query, signal) => {
    const token = await readToken(settings.bearerToken, env);
    if (token !== null && typeof token === 'object') return { kind: 'refused', why: token.problem };
    try {
      const { status, text } = await post(
        queryRequest(settings, query, token),
        settings.timeoutSeconds,
        signal,
      );
      return readAnswer(status, text);
    } catch (error) {
      signal.throwIfAborted();
      return { kind: 'unavailable', why: describeError(error) };
    }
  };
}

/** The request as the HTTP API documents it. POST, since queries can be longer than a URL may be. */
export function queryRequest(
  { url, timeoutSeconds }: Settings,
  query: string,
  token: string | null,
): Request {
  return new Request(`${url.replace(/\/+$/, '')}/api/v1/query`, {
    method: 'POST',
    headers: { Accept: 'application/json', ...(token === null ? {} : { Authorization: `Bearer ${token}` }) },
    body: new URLSearchParams({ query, timeout: `${timeoutSeconds}s` }),
    // A redirect would turn the POST into a GET, or lead to a login page.
    redirect: 'manual',
  });
}

async function post(request: Request, timeoutSeconds: number, signal: AbortSignal) {
  const controller = new AbortController();
  const cancel = () => controller.abort(signal.reason);
  const late = () => controller.abort(new Error(`it did not answer within ${timeoutSeconds} s`));
  const timer = setTimeout(late, timeoutSeconds * 1000);
  signal.addEventListener('abort', cancel, { once: true });
  try {
    signal.throwIfAborted();
    const response = await fetch(request, { signal: controller.signal });
    return { status: response.status, text: await readBounded(response) };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', cancel);
  }
}

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) throw new Error(`its answer is longer than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function readToken(
  ref: SecretRef | undefined,
  env: NodeJS.ProcessEnv,
): Promise<string | null | { problem: string }> {
  if (ref === undefined) return null;
  const where = 'env' in ref ? `environment variable ${ref.env}` : ref.file;
  const value = 'env' in ref ? env[ref.env] : await readFile(ref.file, 'utf8').catch(() => undefined);
  const token = value?.trim() ?? '';
  if (token === '') return { problem: `the worker finds no bearer token in ${where}` };
  // Checked here, since the error of a header that can't be sent would quote the token.
  if (!/^[\x21-\x7e]+$/.test(token)) return { problem: `what is in ${where} is no bearer token` };
  return token;
}

function describeError(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = (cause as NodeJS.ErrnoException).code;
  const message = cause instanceof Error ? cause.message : String(cause);
  // An AggregateError (localhost by IPv6, then IPv4) has a code and no message.
  return message === '' ? (code ?? 'the connection failed') : message;
}
