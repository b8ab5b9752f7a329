/** A small HTTP server of JSON whose answers can be made to fail: for the vendors' servers in this folder. */
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { listen, readBody } from './loopback.ts';

export type Call = {
  method: string;
  /** Without the query. */
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  /** Parsed; undefined where there is none. */
  body: unknown;
};

export type Reply = { status: number; body?: unknown; headers?: Record<string, string> };

/** `cut-after`: it is done, and the answer is lost. `cut-before`: neither. `hang-after`: it is done, and no answer comes. */
export type Fault = Reply | 'cut-after' | 'cut-before' | 'hang-after';

export type FaultyServer = {
  url: string;
  readonly calls: Call[];
  /** The next calls of this method and path (a beginning of it) fail so, one after the other. */
  fail(method: string, path: string, ...faults: Fault[]): void;
  close(): Promise<void>;
};

export async function startFaulty(answer: (call: Call) => Reply): Promise<FaultyServer> {
  const calls: Call[] = [];
  const faults: { method: string; path: string; fault: Fault }[] = [];
  const server = createServer((request, response) => {
    void readCall(request).then((call) => {
      calls.push(call);
      const index = faults.findIndex(
        ({ method, path }) => method === call.method && call.path.startsWith(path),
      );
      const fault = index < 0 ? null : faults.splice(index, 1)[0]?.fault;
      if (fault === 'cut-before') return void request.socket.destroy();
      const reply = typeof fault === 'object' && fault !== null ? fault : answer(call);
      if (fault === 'cut-after') return void request.socket.destroy();
      if (fault === 'hang-after') return;
      const text = reply.body === undefined ? '' : JSON.stringify(reply.body);
      response.writeHead(reply.status, {
        'Content-Type': 'application/json; charset=utf-8',
        ...reply.headers,
      });
      response.end(text);
    });
  });
  const { origin, close } = await listen(server);
  return {
    url: origin,
    calls,
    fail: (method, path, ...some) => faults.push(...some.map((fault) => ({ method, path, fault }))),
    close,
  };
}

async function readCall(request: IncomingMessage): Promise<Call> {
  const text = await readBody(request);
  const url = new URL(request.url ?? '/', 'http://localhost');
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    body: text === '' ? undefined : JSON.parse(text),
  };
}
