/** The worker's HTTP endpoint: alive, ready, metrics. Bound to loopback unless configured otherwise. */
import { serve } from '@hono/node-server';
import { Hono } from 'hono';

export type HealthSource = {
  /** The worker's state in Temporal's words, e.g. RUNNING. */
  state(): string;
  /** Prometheus text. */
  metrics(): Promise<string>;
};

export type HealthServer = { url: string; close(): Promise<void> };

/** `/healthz`: the process lives. `/readyz`: it takes work (503 otherwise). `/metrics`: Prometheus. */
export function healthApp(source: HealthSource): Hono {
  const app = new Hono();
  app.get('/healthz', (context) => context.json({ alive: true }));
  app.get('/readyz', (context) => {
    const state = source.state();
    return context.json({ ready: state === 'RUNNING', state }, state === 'RUNNING' ? 200 : 503);
  });
  app.get('/metrics', async (context) =>
    context.text(await source.metrics(), 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }),
  );
  return app;
}

/** Serves until closed. `address` is host:port; port 0 takes a free one. */
export async function serveHealth(address: string, source: HealthSource): Promise<HealthServer> {
  const separator = address.lastIndexOf(':');
  const hostname = address.slice(0, separator).replace(/^\[|\]$/g, '');
  const port = Number(address.slice(separator + 1));
  return await new Promise((resolve, reject) => {
    const server = serve({ fetch: healthApp(source).fetch, hostname, port }, (bound) => {
      const host = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
      resolve({
        url: `http://${host}:${bound.port}`,
        close: () => new Promise((closed) => void server.close(() => closed())),
      });
    });
    server.on('error', reject);
  });
}
