/**
 * The command line: what it is, and where its commands are. What a command needs is loaded when it
 * runs, so that `--version` and `--help` answer at once.
 */
import { Command } from 'commander';
import { approvalCommands } from './approval-commands.ts';
import { backupCommands } from './backup-commands.ts';
import { blockCommands } from './block-commands.ts';
import { followUpCommands } from './follow-up-commands.ts';
import { freezeCommands } from './freeze-commands.ts';
import type { Io } from './io.ts';
import { messageCommands } from './message-commands.ts';
import type { GlobalOptions } from './options.ts';
import { noticeCommand } from './notice-command.ts';
import { pageCommand } from './page-command.ts';
import { recoveryCommand } from './recovery-command.ts';
import { rollbackCommands } from './rollback-commands.ts';
import { setUpCommands } from './set-up-commands.ts';
import { templatesCommands } from './templates-commands.ts';
import { VERSION } from './version.ts';

export type { GlobalOptions } from './options.ts';

const EXIT_CODES = `
Exit codes:
  0  done; a rollback is done when the release returned to passed its verification
  1  it could not be done; the message says what was changed
  2  wrong arguments, input or configuration; nothing was changed
  3  traffic was switched, but the release returned to is not proved good
  4  a person ended it
  5  the rollback waits for a person's decision, and goes on waiting; status: or a service is frozen
  6  Temporal can't be reached, or no worker takes work; this command changed nothing itself, but an answer
     that was sent counts when a worker is there
  7  another rollback of the same service and environment runs
  8  there is no such rollback
  9  the version is blocked from deployment
  130  Ctrl-C; a rollback that a worker runs goes on

At 3 a.m., with Temporal down:  backout rollback traffic-only SERVICE --reason WHY --local`;

/** The program. `report` takes the exit code of the command that ran. Mistakes are thrown as CommanderError. */
export function createProgram(io: Io, report: (exitCode: number) => void): Command {
  const program = new Command('backout')
    .description('Durable production rollbacks: traffic back to the release that worked, with proof.')
    .version(VERSION, '-V, --version')
    .option(
      '--config <file>',
      'backout.yaml (default: BACKOUT_CONFIG, then ./backout.yaml, then /etc/backout/backout.yaml)',
    )
    .option('--address <host:port>', 'the Temporal frontend, instead of the configured one')
    .option('--namespace <name>', 'the Temporal namespace, instead of the configured one')
    .addHelpText('after', EXIT_CODES)
    .exitOverride()
    .configureOutput({
      writeOut: io.out,
      writeErr: io.err,
      getOutHelpWidth: () => io.columns,
      getErrHelpWidth: () => io.columns,
      getOutHasColors: () => io.colours.isColorSupported,
      getErrHasColors: () => io.colours.isColorSupported,
    })
    .showHelpAfterError('Nothing was changed. Add --help to see what there is.');

  // Typed once here: commander hands every action its own options, then those before the command.
  const action =
    <Options>(perform: (options: Options & GlobalOptions, ...args: string[]) => Promise<number>) =>
    async (...received: unknown[]) => {
      const command = received.at(-1) as Command;
      report(await perform(command.optsWithGlobals(), ...command.args));
    };

  rollbackCommands(program, io, action);
  recoveryCommand(program, io, action);
  freezeCommands(program, io, action);
  messageCommands(program, io, action);
  approvalCommands(program, io, action);
  followUpCommands(program, io, action);
  noticeCommand(program, io, action);
  blockCommands(program, io, action);
  backupCommands(program, io, action);
  setUpCommands(program, io, action);
  pageCommand(program, io, action);
  templatesCommands(program, io, action);
  return program;
}
