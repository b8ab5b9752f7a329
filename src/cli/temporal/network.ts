/** Why a connection can't be made, as far as the network tells. */
import { createConnection } from 'node:net';

const PROBE_WITHIN_MS = 500;
const DEFAULT_PORT = 7233;

const WORDS: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there (connection refused)',
  ENOTFOUND: 'there is no host of that name',
  EAI_AGAIN: 'the name could not be looked up (DNS does not answer)',
  EHOSTUNREACH: 'there is no way to that host (network)',
  ENETUNREACH: 'there is no way to that network',
};

/** The problem in words, or null when something listens at `host:port`, or nothing can be said. */
export function networkProblem(address: string): Promise<string | null> {
  const { hostname, port } = new URL(`tcp://${address}`);
  const host = hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve) => {
    const socket = createConnection({ host, port: Number(port) || DEFAULT_PORT, timeout: PROBE_WITHIN_MS });
    const end = (problem: string | null) => {
      socket.destroy();
      resolve(problem);
    };
    socket.once('connect', () => end(null));
    socket.once('timeout', () => end(null));
    socket.once('error', ({ code = '' }: NodeJS.ErrnoException) => end(WORDS[code] ?? null));
  });
}
