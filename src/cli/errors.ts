/** From whatever a command throws to words and an exit code. */
import { CommanderError } from 'commander';
import { BackoutFailure, NOTHING_CHANGED } from '../domain/failure.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Io } from './io.ts';

/** An end of a command that is not a success, in words for its user. */
export class CliError extends Error {
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CliError';
    this.exitCode = exitCode;
  }
}

/** Of a command about a rollback that has begun: what that one has changed, it can't know. */
export const THIS_CHANGED_NOTHING = 'This command changed nothing';

/** What can't be said to a rollback that has begun. */
export function refusedMessage(message: string): CliError {
  return new CliError(EXIT.usage, `${message} ${THIS_CHANGED_NOTHING}.`);
}

/** Arguments that can't be followed. */
export function usageError(message: string): CliError {
  return new CliError(EXIT.usage, `${message} ${NOTHING_CHANGED}`);
}

/** A worker tries again; a command does what it does once. */
const forOneTry = (message: string): string =>
  message.replaceAll('Backout tries again by itself.', 'Then run this command again.');

/** Prints what there is to say, and returns the exit code. */
export function explain(error: unknown, io: Pick<Io, 'err' | 'colours' | 'env'>): ExitCode {
  // Commander has printed it; its own exit code for every mistake is 1.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  const prefix = io.colours.red('backout:');
  if (error instanceof CliError) {
    io.err(`${prefix} ${error.message}\n`);
    return error.exitCode;
  }
  if (error instanceof BackoutFailure) {
    io.err(`${prefix} ${forOneTry(error.message)}\n`);
    return exitCodeOf(error.type);
  }
  const said = error instanceof Error ? error : new Error(String(error));
  io.err(
    `${prefix} A bug in Backout: ${said.message}. This command itself changes nothing on a target; ` +
      'see what the rollback does with `backout status`, or in the Temporal UI.\n',
  );
  if (io.env['BACKOUT_DEBUG']) io.err(`${said.stack ?? ''}\n`);
  else io.err('Set BACKOUT_DEBUG=1 to see where it happened.\n');
  return EXIT.failed;
}
