/**
 * Free ports on loopback, for servers that this machine starts for itself.
 *
 * Not the ones that the system hands out (`listen(0)`): those are also the source ports of every outgoing
 * connection, so one may be taken again between the question and the server's start.
 */
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Above the well-known services, below what Linux (32768) and macOS (49152) hand out by themselves. */
const RANGE = { first: 10_000, last: 32_767 };

let next = randomInt(RANGE.first, RANGE.last);

/** A port on 127.0.0.1 that nothing listens on, and that this process was not given for a while. @throws Error when all are taken */
export async function freePort(): Promise<number> {
  for (let tries = RANGE.last - RANGE.first; tries >= 0; tries -= 1) {
    const port = next;
    next = port === RANGE.last ? RANGE.first : port + 1;
    if (await isFree(port)) return port;
  }
  throw new Error(`No port from ${RANGE.first} to ${RANGE.last} is free on 127.0.0.1.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
