/** A vendor's HTTP server as tests need it: it checks every request as the vendor does, and fails on demand. */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { listen, readBody } from './loopback.ts';

export type Seen = {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  body: string;
};

export type Reply = { status: number; body?: string; headers?: Record<string, string> };

/** What happens to the next request instead of the usual; `only`: to the next one whose `METHOD /path` begins so. */
export type Fault = FaultKind & { only?: string };

type FaultKind =
  /** Answered like this, and not taken. */
  | { kind: 'answer'; status: number; body?: string; headers?: Record<string, string> }
  /** Taken, and the connection is closed before the answer. */
  | { kind: 'cut' }
  /** Taken, and answered this late. */
  | { kind: 'slow'; ms: number }
  /** Taken, and never answered. */
  | { kind: 'silent' }
  /** Delivered twice, as by a proxy that tries again. */
  | { kind: 'duplicate' };

export type Vendor = {
  url: string;
  /** Every request, taken or not, in order. */
  readonly seen: Seen[];
  inject(...faults: Fault[]): void;
  close(): Promise<void>;
};

/** `handle` checks a request and takes it or not. */
export async function startVendor(handle: (request: Seen) => Reply): Promise<Vendor> {
  const seen: Seen[] = [];
  const faults: Fault[] = [];
  const server = createServer((request, response) => {
    void read(request).then(async (one) => {
      seen.push(one);
      const index = faults.findIndex(({ only = '' }) => `${one.method} ${one.path}`.startsWith(only));
      await serve(index < 0 ? undefined : faults.splice(index, 1)[0], { take: () => handle(one), response });
    });
  });
  const { origin, close } = await listen(server);
  return {
    url: origin,
    seen,
    inject: (...more) => void faults.push(...more),
    close,
  };
}

async function serve(
  fault: Fault | undefined,
  { take, response }: { take: () => Reply; response: ServerResponse },
): Promise<void> {
  switch (fault?.kind) {
    case undefined:
      return answer(response, take());
    case 'answer':
      return answer(response, fault);
    case 'duplicate':
      take();
      return answer(response, take());
    case 'cut':
      take();
      response.socket?.destroy();
      return;
    case 'silent':
      take();
      return;
    case 'slow': {
      const reply = take();
      await new Promise((resolve) => setTimeout(resolve, fault.ms));
      return answer(response, reply);
    }
  }
}

function answer(response: ServerResponse, { status, body = '', headers = {} }: Reply): void {
  response.writeHead(status, headers).end(body);
}

async function read(request: IncomingMessage): Promise<Seen> {
  const url = new URL(request.url ?? '/', 'http://vendor');
  return {
    method: request.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    body: await readBody(request),
  };
}

export const json = (status: number, value: unknown, headers: Record<string, string> = {}): Reply => ({
  status,
  body: JSON.stringify(value),
  headers: { 'Content-Type': 'application/json', ...headers },
});
