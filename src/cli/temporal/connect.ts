/** The connection of a command to Temporal, and plain words when there is none. */
import { Client, Connection } from '@temporalio/client';
import { loadClientSettings } from '../../config/client.ts';
import { connectionOptions } from '../../config/temporal.ts';
import type { TemporalSettings } from '../../config/temporal.ts';
import { NOTHING_CHANGED } from '../../domain/failure.ts';
import { CliError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import type { GlobalOptions } from '../program.ts';
import { networkProblem } from './network.ts';

/** A person waits: what does not answer by then is down for the purposes of a rollback. */
const CONNECT_WITHIN_MS = 4000;

export type Session = { client: Client; settings: TemporalSettings };

/** Opens a connection, does the work, closes it. @throws CliError `unreachable` that says what to do */
export async function withTemporal<Result>(
  options: GlobalOptions,
  io: Pick<Io, 'env'>,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  const { temporal: settings } = await loadClientSettings({
    path: options.config,
    flags: { address: options.address, namespace: options.namespace },
    env: io.env,
  });
  const connection = await connect(settings, io.env);
  try {
    return await work({ client: new Client({ connection, namespace: settings.namespace }), settings });
  } finally {
    await connection.close();
  }
}

async function connect(settings: TemporalSettings, env: NodeJS.ProcessEnv): Promise<Connection> {
  const options = await connectionOptions({ temporal: settings }, env);
  try {
    return await Connection.connect({ ...options, connectTimeout: CONNECT_WITHIN_MS });
  } catch (error) {
    throw new CliError(
      EXIT.unreachable,
      unreachable(settings.address, await reasonOf(settings.address, error)),
      { cause: error },
    );
  }
}

/** What a person reads when Temporal is down. */
export function unreachable(address: string, reason: string): string {
  return (
    `Temporal at ${address} can't be reached: ${reason}. ${NOTHING_CHANGED}\n` +
    '  - Is the address right? It comes from --address, TEMPORAL_ADDRESS, backout.yaml or the profile of the `temporal` CLI.\n' +
    '  - Does the server run? `backout doctor` looks at everything on the way.\n' +
    '  - Can it not wait? `backout rollback traffic-only SERVICE --reason WHY --local` needs no Temporal and no worker,\n' +
    '    only the configuration and the way to the hosts.'
  );
}

/** Why: the client only says that its time was up, the network says more. */
async function reasonOf(address: string, error: unknown): Promise<string> {
  const { details, message } = error as { details?: string; message?: string };
  const said = (details || message || String(error)).replace(/\.$/, '');
  if (!/deadline|timed? ?out|failed to connect before/i.test(said)) return said;
  return (await networkProblem(address)) ?? `no answer within ${CONNECT_WITHIN_MS / 1000} s`;
}
