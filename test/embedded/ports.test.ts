import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { freePort } from '../../src/embedded/ports.ts';

it('hands out ports that no outgoing connection is ever given', async () => {
  const port = await freePort();
  expect(port).toBeGreaterThanOrEqual(10_000);
  expect(port).toBeLessThan(32_768);
});

it('hands out no port twice in a row', async () => {
  const ports = await Promise.all(Array.from({ length: 20 }, freePort));
  expect(new Set(ports).size).toBe(20);
});

it('passes over a port that somebody listens on', async () => {
  const taken = (await freePort()) + 1;
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(taken, '127.0.0.1', resolve));
  expect(await freePort()).not.toBe(taken);
  server.close();
});
