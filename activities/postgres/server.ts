/** The PostgreSQL server itself: does it answer, and starting it when it does not (requirement K3). */
import { setTimeout as pause } from 'node:timers/promises';
import { serverOf } from '../../src/domain/database.ts';
import type { DatabaseServer } from '../../src/domain/database.ts';
import { BackoutFailure } from '../../src/domain/failure.ts';
import type { DatabaseState } from '../../src/domain/recovery.ts';
import { asSentence } from '../../src/domain/report/plain.ts';
import { formatCommand } from '../commands/format.ts';
import type { Host } from '../commands/host.ts';
import type { Postgres } from './client.ts';
import { said } from './failures.ts';

/** A server that is there says so in a moment. */
const ANSWER_WITHIN_MS = 5000;
const ASK_EVERY_MS = 500;
/** `pg_ctl start` and `systemctl start` wait for the server; this is the end of our patience with the command itself. */
const COMMAND_TIMEOUT_MS = 90_000;

const UNTOUCHED = 'No data was changed. Traffic was not changed by this step.';

export type Server = { host: Host; postgres: Postgres };
export type Starting = { signal: AbortSignal; heartbeat: (said: string) => void };

/** The command that starts the server, or null where none is configured. */
export function startCommand(server: DatabaseServer | null): string[] | null {
  if (server === null) return null;
  if ('start' in server) return server.start;
  if ('container' in server) return ['docker', 'start', server.container];
  return ['systemctl', ...(server.user ? ['--user'] : []), 'start', '--', server.systemd];
}

/** What starting it would do, as people read it. */
export function describeStart({ postgres }: Pick<Server, 'postgres'>): string[] {
  const command = startCommand(serverOf(postgres.settings));
  return [
    ...(command === null ? [] : [formatCommand(command)]),
    `SELECT 1 in ${postgres.describe()} until it answers`,
  ];
}

/** Asks the database for an answer. Changes nothing, and never throws for what it finds. */
export async function stateOf(
  { postgres }: Pick<Server, 'postgres'>,
  signal?: AbortSignal,
): Promise<DatabaseState> {
  const where = postgres.describe();
  try {
    await postgres.query('SELECT 1', {
      timeoutMs: ANSWER_WITHIN_MS,
      ...(signal === undefined ? {} : { signal }),
    });
    return { state: 'answers', detail: `The ${where} answers.` };
  } catch (error) {
    if (!(error instanceof BackoutFailure) || signal?.aborted === true) throw error;
    const what = asSentence(error.parts.what);
    switch (error.type) {
      case 'DatabaseUnreachable':
      case 'HostUnreachable':
        return { state: 'lost', detail: what };
      case 'DatabaseBusy':
        return { state: 'answers', detail: `The ${where} is there, and busy.` };
      default:
        return { state: 'unknown', detail: what };
    }
  }
}

/**
 * Starts the server where it does not answer, and waits until it does. A start that is asked for twice is one: systemd,
 * Docker and PostgreSQL's own pid file see to that.
 * @throws BackoutFailure DatabaseLost where nothing says how to start it; DidNotStart with what the command said;
 * DatabaseUnreachable when it does not answer in its time; what else keeps us from asking (CredentialsRejected, …)
 */
export async function startServer(
  server: Server,
  { signal, heartbeat }: Starting,
): Promise<{ already: boolean; details: string[] }> {
  const { postgres, host } = server;
  const before = await stateOf(server, signal);
  if (before.state === 'answers') return { already: true, details: [before.detail] };
  const configured = serverOf(postgres.settings);
  const command = startCommand(configured);
  if (configured === null || command === null) throw noWay(postgres, before);
  heartbeat(formatCommand(command));
  const { exitCode, stdout, stderr } = await host.run(command, { timeoutMs: COMMAND_TIMEOUT_MS, signal });
  // One that was starting already refuses to be started, and is what is wanted.
  if (exitCode !== 0 && (await stateOf(server, signal)).state === 'lost') {
    throw new BackoutFailure('DidNotStart', {
      what: `\`${formatCommand(command)}\` on ${host.name} ended with exit code ${exitCode}: ${said(stderr || stdout)}`,
      changed: `PostgreSQL was not started. ${UNTOUCHED}`,
      next: 'See the log of PostgreSQL. Mend it and decide `retry`, or start it by hand and decide `retry`.',
    });
  }
  await untilAnswers(server, configured.readyWithinSeconds, { signal, heartbeat });
  return { already: false, details: [`started by \`${formatCommand(command)}\` on ${host.name}`] };
}

async function untilAnswers(
  server: Server,
  withinSeconds: number,
  { signal, heartbeat }: Starting,
): Promise<void> {
  const giveUpAt = Date.now() + withinSeconds * 1000;
  for (;;) {
    const { state, detail } = await stateOf(server, signal);
    if (state === 'answers') return;
    heartbeat(detail);
    if (Date.now() > giveUpAt) {
      throw new BackoutFailure('DatabaseUnreachable', {
        what: `PostgreSQL was started, but ${server.postgres.describe()} gives no answer after ${withinSeconds} s: ${detail}`,
        changed: `PostgreSQL may still be starting, as after a crash. ${UNTOUCHED}`,
        next: 'See the log of PostgreSQL. When it answers, decide `retry`.',
      });
    }
    await pause(ASK_EVERY_MS, undefined, { signal });
  }
}

function noWay(postgres: Postgres, { detail }: DatabaseState): BackoutFailure {
  return new BackoutFailure('DatabaseLost', {
    what: `The ${postgres.describe()} does not answer, and nothing says how it is started: ${detail}`,
    changed: `Nothing was started. ${UNTOUCHED}`,
    next: 'Start PostgreSQL by hand and decide `retry`. Next time Backout can, with `database.server` in the configuration.',
  });
}
