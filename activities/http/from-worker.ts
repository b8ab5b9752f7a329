/** Asks from the worker itself. */
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { DEFAULT_HTTP_TIMEOUT_MS, MAX_BODY_BYTES } from './probe.ts';
import type { HttpAnswer, HttpOptions, HttpProbe } from './probe.ts';

export function createWorkerProbe(): HttpProbe {
  return {
    get: ask,
    getMany: async (url, count, options) => {
      const answers: HttpAnswer[] = [];
      while (answers.length < count) answers.push(await ask(url, options));
      return answers;
    },
  };
}

async function ask(url: string, options: HttpOptions = {}): Promise<HttpAnswer> {
  const started = Date.now();
  const timeout = AbortSignal.timeout(options.timeoutMs ?? DEFAULT_HTTP_TIMEOUT_MS);
  const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
  try {
    const message = await send(url, { ...options, signal });
    const body = await readBody(message);
    return {
      ok: true,
      status: message.statusCode ?? 0,
      headers: flatten(message.headers),
      body,
      durationMs: Date.now() - started,
    };
  } catch (error) {
    options.signal?.throwIfAborted();
    const why = timeout.aborted ? `no answer within ${timeoutSeconds(options)} s` : reason(error);
    return { ok: false, error: why, durationMs: Date.now() - started };
  }
}

const timeoutSeconds = ({ timeoutMs = DEFAULT_HTTP_TIMEOUT_MS }: HttpOptions) => timeoutMs / 1000;

/** `agent: false` makes a connection for this request alone, closed after it. */
function send(
  url: string,
  { headers, signal }: HttpOptions & { signal: AbortSignal },
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = url.startsWith('https:') ? httpsRequest : httpRequest;
    const sent = request(
      url,
      { agent: false, headers: { connection: 'close', ...headers }, signal },
      resolve,
    );
    sent.on('error', reject);
    sent.end();
  });
}

async function readBody(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= MAX_BODY_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, MAX_BODY_BYTES).toString('utf8');
}

function flatten(headers: IncomingMessage['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // A name with several addresses fails once for each: the first reason says enough.
  const first = error instanceof AggregateError && error.errors[0] instanceof Error ? error.errors[0] : error;
  return first.message;
}
