/** Starts and steers one colour of the small real service in app.mjs. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const APP = fileURLToPath(new URL('./app.mjs', import.meta.url));

export type ServiceOptions = {
  colour: string;
  /** Where its log (`COLOUR.log`) and pid file (`COLOUR.pid`) go. */
  directory: string;
  /** Default: a free one. */
  port?: number;
  version?: string;
  /** Share of requests to `/` that fail, 0 to 1. */
  bad?: number;
  /** Milliseconds before each answer. */
  slow?: number;
  unhealthy?: boolean;
  ignoreSigterm?: boolean;
  /** A number of requests (`100`) or a time (`1500ms`, `2s`). */
  dieAfter?: string;
  /** It reads and writes rows there. */
  database?: ServiceDatabase;
};

/** `connection` is libpq's: "host='…' dbname='…'". */
export type ServiceDatabase = { psql: string; connection: string };

/** What can be changed while it runs; `unhealthy` may name the health paths that are sick. */
export type ServiceControl = { bad?: number; slow?: number; unhealthy?: boolean | string[] };

export type ServiceState = {
  bad: number;
  slow: number;
  unhealthy: boolean | string[];
  requests: number;
  sigterms: number;
  pid: number;
};

export type RunningService = {
  url: string;
  port: number;
  pid: number;
  logFile: string;
  pidFile: string;
  control(change: ServiceControl): Promise<ServiceState>;
  state(): Promise<ServiceState>;
  log(): Promise<string>;
  /** How many SIGTERMs its log shows, also after its end. */
  sigterms(): Promise<number>;
  /** Has this very process ended? Its number may be another one's by then. */
  hasEnded(): boolean;
  /** SIGTERM, and its end awaited; SIGKILL where it ignores the first. Fine when it has ended already. */
  stop(): Promise<void>;
  /** SIGKILL, and its end awaited. */
  kill(): Promise<void>;
};

/** The command line of one colour, for a configuration that starts it itself. */
export function serviceCommand(options: ServiceOptions): string[] {
  const { colour, directory } = options;
  const argv = [process.execPath, APP, '--port', String(options.port ?? 0), '--colour', colour];
  argv.push('--version', options.version ?? '1.0.0');
  argv.push('--log', join(directory, `${colour}.log`), '--pid', join(directory, `${colour}.pid`));
  if (options.bad !== undefined) argv.push('--bad', String(options.bad));
  if (options.slow !== undefined) argv.push('--slow', String(options.slow));
  if (options.unhealthy === true) argv.push('--unhealthy');
  if (options.ignoreSigterm === true) argv.push('--ignore-sigterm');
  if (options.dieAfter !== undefined) argv.push('--die-after', options.dieAfter);
  const { database } = options;
  if (database !== undefined) argv.push('--database', database.connection, '--psql', database.psql);
  return argv;
}

/** Starts one colour and returns when it listens. Throws with its log when it ends before. */
export async function startService(options: ServiceOptions): Promise<RunningService> {
  const [program, ...args] = serviceCommand(options) as [string, ...string[]];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const logFile = join(options.directory, `${options.colour}.log`);
  const log = () => readFile(logFile, 'utf8');

  const firstLine = once(createInterface({ input: child.stdout }), 'line') as Promise<[string]>;
  const ended = exited.then(async ([code]) => {
    throw new Error(`${options.colour} ended with ${String(code)} before it listened:\n${await log()}`);
  });
  const [line] = await Promise.race([firstLine, ended]);
  ended.catch(() => undefined);

  const { port, pid } = JSON.parse(line) as { port: number; pid: number };
  const url = `http://127.0.0.1:${port}`;
  const steer = async (init?: RequestInit) =>
    (await (await fetch(`${url}/control`, init)).json()) as ServiceState;
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await exited;
  };
  return {
    url,
    port,
    pid,
    logFile,
    pidFile: join(options.directory, `${options.colour}.pid`),
    control: (change) => steer({ method: 'POST', body: JSON.stringify(change) }),
    state: () => steer(),
    log,
    sigterms: async () => (await log()).split('\n').filter((entry) => entry.includes('SIGTERM')).length,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    stop: () => end(options.ignoreSigterm === true ? 'SIGKILL' : 'SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}
