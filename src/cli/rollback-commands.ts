/** The commands that roll back, and show it: with their arguments, and nothing else. */
import type { Command } from 'commander';
import type { Io } from './io.ts';
import {
  environment,
  ignoreMigrations,
  json,
  namedBackup,
  releasedAt,
  restoreAgain,
  severity,
} from './options.ts';
import type { Action } from './options.ts';
import { partialCommand } from './partial-command.ts';
import { runOptions } from './run-options.ts';

export function rollbackCommands(program: Command, io: Io, action: Action): void {
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
    .option(...restoreAgain())
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
    .option(...namedBackup())
    .option(...restoreAgain());
  partialCommand(rollback, { io, action });

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
    .argument('[service]', 'only of this service')
    .description('list rollbacks, newest first: kind, from, to, outcome, how quick, in time or not')
    .option('--service <name>', 'the same as the argument')
    .option('--limit <count>', 'at most this many', '20')
    .option('--all', 'dry runs too')
    .option(...json())
    .action(
      action<import('./commands/history.ts').HistoryOptions>(async (options, service) => {
        const { history } = await import('./commands/history.ts');
        return await history({ ...options, ...(service === undefined ? {} : { service }) }, io);
      }),
    );

  program
    .command('metrics')
    .argument('[service]', 'only of this service')
    .description('how many rollbacks, how quick, and in time or not: by service and kind')
    .option('--days <count>', 'only those started in so many days (default: all that Temporal remembers)')
    .option('--prometheus', 'in the text format of Prometheus')
    .option(...json())
    .action(
      action<import('./commands/metrics.ts').MetricsOptions>(async (options, service) => {
        const { metrics } = await import('./commands/metrics.ts');
        return await metrics({ ...options, ...(service === undefined ? {} : { service }) }, io);
      }),
    );
}

const NOT_LOCAL = {
  local: 'is refused: approvals and RESTORE come through Temporal; use rollback traffic-only --local',
};

/** What all kinds of rollback have. */
function rollbackCommand(
  kind: 'traffic-only' | 'full',
  rollback: Command,
  { io, action }: { io: Io; action: Action },
): Command {
  const command = rollback
    .command(kind)
    .argument('<service>', 'as named in backout.yaml')
    .requiredOption('--reason <text>', 'why, in a sentence; goes into messages and the report')
    .option(...environment())
    .addOption(severity())
    .option('--to <release>', 'the release to return to (default: the previous healthy one)')
    .option('--faulty <release>', 'the bad release (default: the one that serves)');
  return runOptions(command, {
    dryRun: 'show the plan and change nothing',
    ...(kind === 'full' ? NOT_LOCAL : {}),
  })
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
