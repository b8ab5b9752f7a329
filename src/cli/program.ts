/**
 * The command line: every command with its arguments, and nothing else. What a command needs is loaded when it
 * runs, so that `--version` and `--help` answer at once.
 */
import { Argument, Command } from 'commander';
import { approvalCommands } from './approval-commands.ts';
import { freezeCommands } from './freeze-commands.ts';
import type { Io } from './io.ts';
import { by, environment, ignoreMigrations, json, namedBackup, releasedAt, severity } from './options.ts';
import type { Action, GlobalOptions } from './options.ts';
import { recoveryCommand } from './recovery-command.ts';
import { VERSION } from './version.ts';

export type { GlobalOptions } from './options.ts';

const EXIT_CODES = `
Exit codes:
  0  done; a rollback is done when the release returned to passed its verification
  1  it could not be done; the message says what was changed
  2  wrong arguments, input or configuration; nothing was changed
  3  traffic was switched, but the release returned to is not proved good
  4  a person ended it
  5  the rollback waits for a person's decision, and goes on waiting
  6  Temporal can't be reached, or no worker takes work; this command changed nothing
  7  another rollback of the same service and environment runs
  8  there is no such rollback
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
  backupCommands(program, io, action);
  setUpCommands(program, io, action);
  return program;
}

function rollbackCommands(program: Command, io: Io, action: Action): void {
  program
    .command('plan')
    .argument('<service>', 'as named in backout.yaml')
    .description('show what a rollback would do, from the live state; changes nothing')
    .option(...environment())
    .option('--to <release>', 'the release to return to (default: the previous healthy one)')
    .option('--faulty <release>', 'the bad release (default: the one that serves)')
    .addOption(severity())
    .option('--full', 'of a full rollback, which restores the database; with --released-at or --backup')
    .option(...releasedAt())
    .option(...namedBackup())
    .option(...ignoreMigrations())
    .option(...json())
    .action(
      action<import('./commands/plan.ts').PlanOptions>(async (options, service = '') => {
        const { plan } = await import('./commands/plan.ts');
        return await plan({ ...options, service }, io);
      }),
    );

  const rollback = program.command('rollback').description('roll back');
  rollbackCommand('traffic-only', rollback, { io, action })
    .description('send requests back to the previous release and stop the faulty one; touches no data')
    .option(...ignoreMigrations());
  rollbackCommand('full', rollback, { io, action })
    .description('the same, then restore the database from before the release, once a person typed RESTORE')
    .option(...releasedAt())
    .option(...namedBackup());

  program
    .command('watch')
    .argument('<workflow-id>')
    .description('follow a rollback until it ends')
    .option(...json())
    .action(
      action<import('./commands/watch.ts').WatchOptions>(async (options, workflowId = '') => {
        const { watch } = await import('./commands/watch.ts');
        return await watch({ ...options, workflowId }, io);
      }),
    );

  program
    .command('status')
    .argument('[workflow-id]', 'without it, all rollbacks that run')
    .description('show how far a rollback is and what it waits for')
    .option(...json())
    .action(
      action<import('./commands/status.ts').StatusOptions>(async (options, workflowId) => {
        const { status } = await import('./commands/status.ts');
        return await status({ ...options, ...(workflowId === undefined ? {} : { workflowId }) }, io);
      }),
    );

  program
    .command('history')
    .description('list rollbacks that have ended, newest first')
    .option('--service <name>', 'only of this service')
    .option('--limit <count>', 'at most this many', '20')
    .option('--all', 'dry runs too')
    .option(...json())
    .action(
      action<import('./commands/history.ts').HistoryOptions>(async (options) => {
        const { history } = await import('./commands/history.ts');
        return await history(options, io);
      }),
    );
}

/** What all kinds of rollback have. */
function rollbackCommand(
  kind: 'traffic-only' | 'full',
  rollback: Command,
  { io, action }: { io: Io; action: Action },
): Command {
  return rollback
    .command(kind)
    .argument('<service>', 'as named in backout.yaml')
    .requiredOption('--reason <text>', 'why, in a sentence; goes into messages and the report')
    .option(...environment())
    .addOption(severity())
    .option('--to <release>', 'the release to return to (default: the previous healthy one)')
    .option('--faulty <release>', 'the bad release (default: the one that serves)')
    .option('--detected-at <time>', 'when the trouble was noticed, ISO 8601; the deadline counts from here')
    .option('--incident-commander <name>', 'who leads the incident')
    .option('--no-customer-facing', 'customers are not affected')
    .option(...by())
    .option('-y, --yes', 'start without showing the plan and asking')
    .option('--dry-run', 'show the plan and change nothing')
    .option('--plan-hash <hash>', 'only go on if the plan is still this one')
    .option('--detach', 'start it and return, without watching')
    .option(
      '--local',
      kind === 'full'
        ? 'is refused: approvals and RESTORE come through Temporal; use rollback traffic-only --local'
        : 'without Temporal cluster and worker: this command does the work, and must run to its end',
    )
    .option('--take-over <owner>', 'take the target from this rollback, which you know to be dead')
    .option('--take-over-note <text>', 'how you know that; goes into the records')
    .option(...json())
    .addHelpText(
      'after',
      '\nCtrl-C while it is watched ends only the watching; the rollback goes on.\n' +
        'With --json, standard output is one JSON document at the end.',
    )
    .action(
      action<import('./commands/rollback.ts').RollbackOptions>(async (options, service = '') => {
        const { rollBack } = await import('./commands/rollback.ts');
        return await rollBack(kind, { ...options, service }, io);
      }),
    );
}

function messageCommands(program: Command, io: Io, action: Action): void {
  program
    .command('decide')
    .argument('<workflow-id>')
    .addArgument(new Argument('[step]', 'the step (default: the one that waits)'))
    .addArgument(new Argument('[decision]', 'retry, skip, abort, or recover where that is offered'))
    .description(
      'answer a step that could not be done: retry it, skip it, abort the rollback, or recover what is down',
    )
    .option('--step <name>', 'the step, instead of as an argument')
    .option(...by())
    .option('--note <text>', 'why; goes into the report')
    .addHelpText(
      'after',
      '\nExamples:\n  backout decide ID stop-faulty skip --note "no traffic on it"\n  backout decide ID retry',
    )
    .action(
      action<import('./commands/decide.ts').DecideOptions>(async (options, workflowId = '', ...words) => {
        const { decide } = await import('./commands/decide.ts');
        return await decide({ ...options, workflowId, words }, io);
      }),
    );

  program
    .command('cancel')
    .argument('<workflow-id>')
    .description('end a rollback in order: it stops, frees its locks and writes its report')
    .action(
      action<import('./commands/cancel.ts').CancelOptions>(async (options, workflowId = '') => {
        const { cancel } = await import('./commands/cancel.ts');
        return await cancel({ ...options, workflowId }, io);
      }),
    );

  program
    .command('ack')
    .argument('<workflow-id>')
    .description('acknowledge a rollback: others see that somebody is at it')
    .option(...by())
    .option('--note <text>', 'a remark for the report')
    .action(
      action<import('./commands/ack.ts').AckOptions>(async (options, workflowId = '') => {
        const { ack } = await import('./commands/ack.ts');
        return await ack({ ...options, workflowId }, io);
      }),
    );

  program
    .command('resolve')
    .argument('<workflow-id>')
    .description('say that the incident is over; cuts no step short')
    .requiredOption('--resolution <text>', 'what was done; goes into the report')
    .option(...by())
    .action(
      action<import('./commands/resolve.ts').ResolveOptions>(async (options, workflowId = '') => {
        const { resolve } = await import('./commands/resolve.ts');
        return await resolve({ ...options, workflowId }, io);
      }),
    );
}

function backupCommands(program: Command, io: Io, action: Action): void {
  program
    .command('backup')
    .argument('<service>', 'as named in backout.yaml')
    .description("make a verified backup of a service's database, before a deploy")
    .option(...environment())
    .option('--release <release>', 'the release that serves now; goes into the name and the manifest')
    .option(
      '--migrations <text>',
      'what the manifest says of migrations (default: those applied, where configured)',
    )
    .option('--jobs <count>', 'dump by so many connections at once, into a folder (default: 1, into a file)')
    .option(...json())
    .action(
      action<import('./commands/backup.ts').BackupOptions>(async (options, service = '') => {
        const { backup } = await import('./commands/backup.ts');
        return await backup({ ...options, service }, io);
      }),
    );

  program
    .command('backups')
    .argument('<service>', 'as named in backout.yaml')
    .description(
      "list the backups of a service's database, each read from end to end, and what restores have kept",
    )
    .option(...environment())
    .option('--before <time>', 'which would be restored for a release that went live then, ISO 8601')
    .option(
      '--drop-expired',
      'drop what restores have kept of the database before for long enough; no backup',
    )
    .option(...json())
    .action(
      action<import('./commands/backups.ts').BackupsOptions>(async (options, service = '') => {
        const { backups } = await import('./commands/backups.ts');
        return await backups({ ...options, service }, io);
      }),
    );
}

function setUpCommands(program: Command, io: Io, action: Action): void {
  program
    .command('worker')
    .description('run the steps of rollbacks, until SIGTERM')
    .option('--task-queue <name>', 'another task queue than the configured one')
    .action(
      action<import('./commands/worker.ts').WorkerOptions>(async (options) => {
        const { worker } = await import('./commands/worker.ts');
        return await worker(options, io);
      }),
    );

  program
    .command('init')
    .argument('[path]', 'the file to write (default: ./backout.yaml)')
    .description('write a commented backout.yaml to start from')
    .option('--force', 'overwrite the file that is there')
    .action(
      action<{ force?: boolean }>(async ({ force }, path) => {
        const { init } = await import('./commands/init.ts');
        return await init(
          { ...(path === undefined ? {} : { path }), ...(force === undefined ? {} : { force }) },
          io,
        );
      }),
    );

  program
    .command('check')
    .description('check the configuration: every problem, with its place in the file')
    .option(...json())
    .action(
      action<{ json?: boolean }>(async (options) => {
        const { check } = await import('./commands/check.ts');
        return await check(options, io);
      }),
    );

  program
    .command('doctor')
    .description('check that a rollback could be done right now: Temporal, workers, hosts, targets')
    .option('--service <name>', 'only this service')
    .option(...environment())
    .option(...json())
    .action(
      action<{ service?: string; env?: string; json?: boolean }>(async (options) => {
        const { doctor } = await import('./commands/doctor.ts');
        return await doctor(options, io);
      }),
    );
}
