/** Runs programs where the database is, with its connection in their environment. */
import { randomUUID } from 'node:crypto';
import type { DatabaseSettings } from '../../src/domain/database.ts';
import { BackoutFailure } from '../../src/domain/failure.ts';
import type { CommandResult, Host, RunOptions } from '../commands/host.ts';
import { readSecret } from '../secrets/read.ts';
import {
  asSystemUser,
  connectionEnvironment,
  DRAIN,
  END_MARKED,
  FEED,
  FEED_FAILED,
  findPods,
  INSIDE,
  inside,
  isElsewhere,
  isOutOfReach,
  withConnection,
  withMark,
} from './commands.ts';
import { notInside, said } from './failures.ts';

export type CommandOptions = Omit<RunOptions, 'sudo'> & {
  /** Which database PGDATABASE names. Default: the service's own. */
  database?: string;
  /** The server ends a statement that takes longer. Default: no limit. */
  statementTimeoutMs?: number;
  /** Of its sessions. */
  settings?: Record<string, string>;
};

/** A file from where the backups are, as the standard input of a program. */
export type Source = { file: string; unpack: 'cat' | 'gunzip' };

export type PostgresParts = {
  host: Host;
  settings: DatabaseSettings;
  /** Where secrets are read from. */
  env: NodeJS.ProcessEnv;
  /** How its sessions show in pg_stat_activity. Default: backout. */
  applicationName?: string;
};

export class Runner {
  readonly #parts: PostgresParts;

  constructor(parts: PostgresParts) {
    this.#parts = parts;
  }

  describe(database = this.#parts.settings.name): string {
    return `database "${database}" ${placeName(this.#parts)}`;
  }

  /** See `Postgres.run`. */
  async run(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
    return await this.#start(argv, (line) => line, options);
  }

  /** See `Postgres.beside`. */
  async beside(argv: readonly string[], options: Omit<RunOptions, 'sudo'>): Promise<CommandResult> {
    const { host, settings } = this.#parts;
    if (settings.backups.where === 'database') return await this.run(argv, options);
    if (isElsewhere(settings) || settings.systemUser === undefined) return await host.run(argv, options);
    const mark = randomUUID();
    return await this.#untilCut(() => host.run(asSystemUser(withMark(argv, mark), settings), options), {
      mark,
      pod: undefined,
    });
  }

  /** See `Postgres.feed`. */
  async feed(
    { file, unpack }: Source,
    argv: readonly string[],
    options: Omit<CommandOptions, 'stdin'> = {},
  ): Promise<CommandResult> {
    const { settings } = this.#parts;
    const feeding = (secret: boolean, line: readonly string[]) => [
      ...['sh', '-c', FEED, 'backout', secret ? '1' : '0', unpack, file],
      ...line,
    ];
    // The file is on the host and its reader in a container: the host's shell opens it, and hands the password through.
    const outside = isElsewhere(settings) && settings.backups.where === 'host';
    const result = outside
      ? await this.#start(argv, (line) => feeding(settings.connection.password !== undefined, line), options)
      : await this.run(feeding(false, argv), options);
    const stderr = result.stderr.replace(FEED_ENDED, '');
    if (result.exitCode !== 0 || stderr === result.stderr) return { ...result, stderr };
    throw new BackoutFailure('CommandFailed', {
      what: `${file} could not be read to its end for ${this.describe()}: ${said(stderr)}`,
      changed: `What ${argv[0] ?? 'its reader'} made of the part before stands.`,
      next: 'See whether the file is whole, and whether it can be read there.',
    });
  }

  /** See `Postgres.drain`. */
  async drain(
    file: string,
    argv: readonly string[],
    options: Omit<CommandOptions, 'stdin'> = {},
  ): Promise<CommandResult> {
    const { settings } = this.#parts;
    const draining = (line: readonly string[]) => ['sh', '-c', DRAIN, 'backout', file, ...line];
    const outside = isElsewhere(settings) && settings.backups.where === 'host';
    return outside ? await this.#start(argv, draining, options) : await this.run(draining(argv), options);
  }

  /** `around` puts the finished command line into another that runs on the host. */
  async #start(
    argv: readonly string[],
    around: (line: readonly string[]) => readonly string[],
    { database, statementTimeoutMs = 0, settings: own = {}, stdin = '', ...options }: CommandOptions,
  ): Promise<CommandResult> {
    const { host, settings, applicationName = 'backout' } = this.#parts;
    const command = randomUUID();
    const environment = connectionEnvironment(settings, {
      database: database ?? settings.name,
      applicationName,
      settings: {
        ...(statementTimeoutMs === 0 ? {} : { statement_timeout: String(statementTimeoutMs) }),
        ...own,
      },
      command,
    });
    const password = await this.#password();
    const line = withConnection(argv, { settings, environment, secret: password !== null });
    const pod = await this.#pod();
    const input = password === null ? stdin : `${password}\n${stdin}`;
    const result = await this.#untilCut(
      () => host.run(around(inside(line, settings, pod)), { ...options, stdin: input }),
      { mark: command, pod },
    );
    const failure = notInside({ where: this.describe(database), result });
    if (failure) throw failure;
    return { ...result, stderr: result.stderr.replace(`${INSIDE}\n`, '') };
  }

  /** What cuts `docker exec` or `sudo` here leaves its command running there, or about to: that is ended, too. */
  async #untilCut(
    run: () => Promise<CommandResult>,
    { mark, pod }: { mark: string; pod: string | undefined },
  ): Promise<CommandResult> {
    const { host, settings } = this.#parts;
    try {
      return await run();
    } catch (error) {
      const end = inside(['sh', '-c', END_MARKED, 'backout', mark], settings, pod);
      if (isOutOfReach(settings)) await host.run(end).catch(() => undefined);
      throw error;
    }
  }

  async #password(): Promise<string | null> {
    const { settings, env } = this.#parts;
    if (settings.connection.password === undefined) return null;
    const password = await readSecret(settings.connection.password, env);
    if (!/[\r\n]/.test(password)) return password;
    throw new BackoutFailure('InvalidConfiguration', {
      what: `The password for ${this.describe()} has several lines.`,
      changed: 'No data was changed.',
      next: 'Correct the secret: its first line would be taken alone.',
    });
  }

  /** The pod's name, asked for anew each time: a pod that is replaced gets another. */
  async #pod(): Promise<string | undefined> {
    const { host, settings } = this.#parts;
    const { pod } = settings;
    if (pod?.selector === undefined) return pod?.name;
    const { exitCode, stdout, stderr } = await host.run(findPods(pod));
    const found = stdout.split('\n').filter((name) => name !== '');
    if (exitCode === 0 && found.length === 1) return found[0];
    throw new BackoutFailure('DatabaseUnreachable', {
      what:
        exitCode === 0
          ? `${found.length === 0 ? 'No running pod has' : `${found.length} running pods have`} the labels ${pod.selector} in ${pod.namespace}.`
          : `The pod with the labels ${pod.selector} in ${pod.namespace} could not be asked for: ${said(stderr)}`,
      changed: 'No data was changed: the command did not reach the database.',
      next: 'See `kubectl get pods`; the selector must mean exactly one. Backout tries again by itself.',
    });
  }
}

const FEED_ENDED = new RegExp(`^${FEED_FAILED} \\d+\n`, 'm');

function placeName({ host, settings: { container, pod } }: PostgresParts): string {
  if (container !== undefined) return `in container ${container} on ${host.name}`;
  if (pod !== undefined) return `in pod ${pod.name ?? pod.selector ?? ''} (${pod.namespace})`;
  return `on ${host.name}`;
}
