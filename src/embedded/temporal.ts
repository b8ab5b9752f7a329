/**
 * A Temporal server for one machine: for the demo, the tests, and break-glass. Not for production.
 * It is Temporal's own dev server, in one process, with its UI.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { openSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { findTemporalCli } from './find-temporal.ts';

export type EmbeddedOptions = {
  searchAttributes: string[];
  namespace: string;
  logFile: string;
  /** Keeps the histories there; without it they are gone with the server. */
  dbFile?: string;
  /** Without the UI. */
  headless?: boolean;
  /** Default: free ones. */
  port?: number;
  uiPort?: number;
};

export type EmbeddedTemporal = {
  address: string;
  uiUrl: string;
  pid: number;
  cli: string;
  stop(): Promise<void>;
};

/** Longer than a loaded machine needs. */
const START_WITHIN_MS = 30_000;

/** Starts it and waits until it answers. @throws Error that says where the log is */
export async function startEmbeddedTemporal(options: EmbeddedOptions): Promise<EmbeddedTemporal> {
  const cli = findTemporalCli();
  const port = options.port ?? (await freePort());
  const uiPort = options.uiPort ?? (await freePort());
  const log = openSync(options.logFile, 'a', 0o600);
  const child = spawnTied([cli, ...serverArguments(options, { port, uiPort })], log);
  const address = `127.0.0.1:${port}`;
  try {
    await untilReady(child, address, options);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  return {
    address,
    uiUrl: `http://127.0.0.1:${uiPort}`,
    pid: child.pid ?? 0,
    cli,
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      if (child.exitCode !== null || !child.kill('SIGTERM')) return;
      const hurry = setTimeout(() => child.kill('SIGKILL'), 5000);
      await ended;
      clearTimeout(hurry);
    },
  };
}

/**
 * Becomes the program, beside a watcher that ends it when the other side of standard input is gone without a word:
 * then whoever started it was killed, and nobody else would ever end it.
 */
const TIED = 'exec 3<&0; { read -r _ <&3 || kill -TERM $$; } & exec "$@" </dev/null 3<&-';

/** A process that does not outlive this one, however this one ends. Its output goes to `log`. */
function spawnTied(argv: string[], log: number): ChildProcess {
  const child = spawn('sh', ['-c', TIED, 'backout', ...argv], { stdio: ['pipe', log, log] });
  child.stdin?.on('error', () => undefined);
  // The watcher must not signal a process ID that may be another's by then.
  child.once('exit', () => child.stdin?.end('ended\n'));
  return child;
}

/** The arguments of `temporal`. Pure. */
export function serverArguments(options: EmbeddedOptions, ports: { port: number; uiPort: number }): string[] {
  return [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(ports.port), '--log-level', 'error'],
    ...(options.headless ? ['--headless'] : ['--ui-port', String(ports.uiPort)]),
    ...['--namespace', options.namespace],
    ...(options.dbFile === undefined ? [] : ['--db-filename', options.dbFile]),
    ...options.searchAttributes.flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
    // An activity goes straight back to the worker that asked for it: half the time until traffic moves.
    ...['--dynamic-config-value', 'system.enableActivityEagerExecution=true'],
  ];
}

async function untilReady(
  child: ChildProcess,
  address: string,
  { namespace, logFile }: EmbeddedOptions,
): Promise<void> {
  let ended: string | null = null;
  child.once('error', (error) => (ended = error.message));
  child.once('exit', (code, signal) => (ended = `it ended with ${signal ?? code}`));
  const giveUpAt = Date.now() + START_WITHIN_MS;
  for (;;) {
    if (ended !== null || Date.now() > giveUpAt) {
      const why = ended ?? `it did not answer within ${START_WITHIN_MS / 1000} s`;
      throw new Error(`The embedded Temporal server did not start: ${why}. Its log is ${logFile}.`);
    }
    if (await answers(address, namespace)) return;
    await pause(50);
  }
}

async function answers(address: string, namespace: string): Promise<boolean> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: '1s' });
    await connection.workflowService.describeNamespace({ namespace });
    await connection.close();
    return true;
  } catch {
    return false;
  }
}

/** A port on loopback that nobody uses at this moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
