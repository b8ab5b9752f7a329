/** The connection of a command to Temporal, and plain words when there is none. */
import { Client } from '@temporalio/client';
import type { Connection } from '@temporalio/client';
import { loadClientSettings } from '../../config/client.ts';
import { searchedFiles } from '../../config/find.ts';
import { connectionOptions } from '../../config/temporal.ts';
import type { TemporalSettings } from '../../config/temporal.ts';
import { CliError, THIS_CHANGED_NOTHING } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { programWith } from '../follow-up.ts';
import type { Io } from '../io.ts';
import type { GlobalOptions } from '../program.ts';
import { networkProblem } from './network.ts';
import { isNoNamespace, noNamespace } from './no-namespace.ts';
import { openConnection } from './open-connection.ts';

/** A person waits: what does not answer by then is down for the purposes of a rollback. */
const CONNECT_WITHIN_MS = 4000;

export type Session = {
  client: Client;
  settings: TemporalSettings;
  /** The beginning of every command that is printed to follow up on this one. */
  program: string;
  /** The configuration file, or null when there is none. */
  file: string | null;
};

/**
 * Opens a connection, does the work, closes it. `workflowId` is the rollback that the command is about, which has
 * begun before it and may be anywhere.
 * @throws CliError `unreachable` that says what to do
 */
export async function withTemporal<Result>(
  options: GlobalOptions & { workflowId?: string | undefined },
  io: Pick<Io, 'env'>,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  const { temporal: settings, file } = await loadClientSettings({
    path: options.config,
    flags: { address: options.address, namespace: options.namespace },
    env: io.env,
  });
  const connection = await connect({ settings, file, isAboutOne: options.workflowId !== undefined }, io.env);
  try {
    const client = new Client({ connection, namespace: settings.namespace });
    return await work({ client, settings, program: programWith(options), file });
  } catch (error) {
    throw isNoNamespace(error) ? noNamespace(settings, error) : error;
  } finally {
    await connection.close();
  }
}

type Sought = Pick<Session, 'settings' | 'file'> & { isAboutOne: boolean };

async function connect(sought: Sought, env: NodeJS.ProcessEnv): Promise<Connection> {
  const { settings } = sought;
  const options = await connectionOptions({ temporal: settings }, env);
  try {
    return await openConnection({ ...options, connectTimeout: CONNECT_WITHIN_MS });
  } catch (error) {
    const reason = await reasonOf(settings.address, error);
    throw new CliError(EXIT.unreachable, unreachable(sought, reason), { cause: error });
  }
}

/** What a person reads when Temporal is down. */
export function unreachable({ settings: { address }, file, isAboutOne }: Sought, reason: string): string {
  const changed = isAboutOne
    ? `${THIS_CHANGED_NOTHING}; what the rollback has done is not known from here.`
    : `${THIS_CHANGED_NOTHING}.`;
  return (
    `Temporal at ${address} can't be reached: ${reason}. ${changed}\n` +
    (file === null ? `  - ${noFile()}\n` : '') +
    '  - Is the address right? It comes from --address, TEMPORAL_ADDRESS, backout.yaml or the profile of the `temporal` CLI.\n' +
    '  - Does the server run? `backout doctor` looks at everything on the way.\n' +
    '  - Can it not wait? `backout rollback traffic-only SERVICE --reason WHY --local` needs no Temporal and no worker,\n' +
    '    only the configuration and the way to the hosts. So do `backout recover` and `backout unfreeze`, with --local.'
  );
}

/** Without a file, what is wrong is often only the folder that the command was run in. */
export function noFile(): string {
  return `No configuration file was found (looked for ${searchedFiles().join(' and ')}), so defaults are used: name it with --config.`;
}

/** Why: the client only says that its time was up, the network says more. */
async function reasonOf(address: string, error: unknown): Promise<string> {
  const { details, message } = error as { details?: string; message?: string };
  const said = (details || message || String(error)).replace(/\.$/, '');
  if (!/deadline|timed? ?out|failed to connect before/i.test(said)) return said;
  return (await networkProblem(address)) ?? `no answer within ${CONNECT_WITHIN_MS / 1000} s`;
}
