/** Is Temporal there, with what rollbacks need of it? Every question has its time-out. */
import { connect as openSocket } from 'node:net';
import type { Connection } from '@temporalio/client';
import { connectionOptions } from '../../config/temporal.ts';
import type { TemporalSettings } from '../../config/temporal.ts';
import { BackoutFailure } from '../../domain/failure.ts';
import { listKnown, SEARCH_ATTRIBUTES } from '../../search-attributes.ts';
import { openConnection } from '../temporal/open-connection.ts';
import type { Line } from './diagnosis.ts';

const WITHIN_MS = 4000;
const NOT_FOUND = 5;

/** An open connection, or null; and what there is to say. The caller closes it. */
export async function reachTemporal(
  temporal: TemporalSettings,
  env: NodeJS.ProcessEnv,
): Promise<{ connection: Connection | null; line: Line }> {
  const name = `server ${temporal.address}`;
  const started = performance.now();
  try {
    const options = await connectionOptions({ temporal }, env);
    const connection = await openConnection({ ...options, connectTimeout: WITHIN_MS });
    const { serverVersion } = await inTime(connection, () => connection.workflowService.getSystemInfo({}));
    const detail = `answers in ${Math.round(performance.now() - started)} ms, version ${serverVersion}`;
    return { connection, line: { mark: 'ok', name, detail } };
  } catch (error) {
    if (error instanceof BackoutFailure) {
      const { what, next } = error.parts;
      return { connection: null, line: { mark: 'problem', name, detail: what, fix: next } };
    }
    return { connection: null, line: { mark: 'problem', name, ...(await whyNot(temporal.address, error)) } };
  }
}

/** gRPC only says that time was up; a bare connection tells more. */
async function whyNot(address: string, error: unknown): Promise<Pick<Line, 'detail' | 'fix'>> {
  const { details } = error as { details?: string };
  const problem = await socketProblem(address);
  if (problem !== null)
    return {
      detail: `can't be reached: ${problem}`,
      fix:
        'Start the server, or correct the address: it comes from --address, TEMPORAL_ADDRESS, backout.yaml or the ' +
        'profile of the `temporal` CLI. To try things out: `temporal server start-dev`.',
    };
  return {
    detail: `something listens there, but did not answer as Temporal within ${WITHIN_MS / 1000} s${details ? `: ${details}` : ''}`,
    fix: 'Is it the frontend port (7233)? Are TLS and the API key right (TEMPORAL_TLS_*, TEMPORAL_API_KEY or the profile)?',
  };
}

function socketProblem(address: string): Promise<string | null> {
  const separator = address.lastIndexOf(':');
  const host = (separator < 0 ? address : address.slice(0, separator)).replace(/^\[|\]$/g, '');
  const port = separator < 0 ? 7233 : Number(address.slice(separator + 1));
  return new Promise((resolve) => {
    const socket = openSocket({ host, port, timeout: WITHIN_MS });
    const end = (said: string | null) => {
      socket.destroy();
      resolve(said);
    };
    socket.once('connect', () => end(null));
    socket.once('timeout', () => end(`no connection within ${WITHIN_MS / 1000} s`));
    socket.once('error', (error: NodeJS.ErrnoException) => end(wordsFor(error)));
  });
}

function wordsFor({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'ECONNREFUSED':
      return 'nobody listens there (connection refused)';
    case 'ENOTFOUND':
      return 'there is no host of that name';
    default:
      return message;
  }
}

/** The namespace, and the attributes by which rollbacks are found. */
export async function lookAtNamespace(connection: Connection, namespace: string): Promise<Line[]> {
  const found = await describeNamespace(connection, namespace);
  return found.mark === 'problem' ? [found] : [found, await lookAtSearchAttributes(connection, namespace)];
}

async function describeNamespace(connection: Connection, namespace: string): Promise<Line> {
  const name = `namespace ${namespace}`;
  try {
    const { config } = await inTime(connection, () =>
      connection.workflowService.describeNamespace({ namespace }),
    );
    const days = Math.round(Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) / 86_400);
    return { mark: 'ok', name, detail: `exists; ended rollbacks stay visible for ${days} d` };
  } catch (error) {
    const { code, details, message } = error as { code?: number; details?: string; message?: string };
    if (code === NOT_FOUND)
      return {
        mark: 'problem',
        name,
        detail: 'is not there',
        fix: `Make it with \`temporal operator namespace create --namespace ${namespace}\`, or correct the name.`,
      };
    return {
      mark: 'problem',
      name,
      detail: `can't be looked at: ${details ?? message ?? ''}`,
      fix: 'May this user or API key use the namespace?',
    };
  }
}

async function lookAtSearchAttributes(connection: Connection, namespace: string): Promise<Line> {
  const name = 'search attributes';
  const fix =
    'Rollbacks run without them, but are found by ID only. A worker registers them when it starts, where it may; else ' +
    'an administrator can, with `temporal operator search-attribute create --type Keyword --name …`.';
  try {
    const known = await inTime(connection, () => listKnown(connection, namespace));
    const missing = SEARCH_ATTRIBUTES.filter((attribute) => !known.includes(attribute));
    if (missing.length === 0) return { mark: 'ok', name, detail: 'registered' };
    return { mark: 'warning', name, detail: `not registered: ${missing.join(', ')}`, fix };
  } catch (error) {
    const { details, message } = error as { details?: string; message?: string };
    return { mark: 'warning', name, detail: `can't be listed: ${details ?? message ?? ''}`, fix };
  }
}

/** The answer, or an error when it takes too long. */
export async function inTime<Answer>(connection: Connection, ask: () => Promise<Answer>): Promise<Answer> {
  return await connection.withDeadline(Date.now() + WITHIN_MS, ask);
}
