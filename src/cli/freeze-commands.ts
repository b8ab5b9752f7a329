/** The commands about freezes: with their arguments, and nothing else. */
import { Argument } from 'commander';
import type { Command } from 'commander';
import type { Io } from './io.ts';
import { by, environment, json, namedBackup, releasedAt, severity } from './options.ts';
import type { Action } from './options.ts';

export function freezeCommands(program: Command, io: Io, action: Action): void {
  program
    .command('freeze')
    .argument('<service>', 'as named in backout.yaml')
    .description('data are being damaged: stop requests and writes now, then ask people what to do')
    .requiredOption('--reason <text>', 'why, in a sentence; goes into messages and the report')
    .option(...environment())
    .addOption(severity())
    .option(...releasedAt())
    .option(...namedBackup())
    .option('--detected-at <time>', 'when the trouble was noticed, ISO 8601; the deadline counts from here')
    .option('--incident-commander <name>', 'who leads the incident')
    .option(...by())
    .option('-y, --yes', 'freeze without asking')
    .option('--detach', 'start it and return, without watching')
    .option('--take-over <owner>', 'take the target from this rollback, which you know to be dead')
    .option('--take-over-note <text>', 'how you know that; goes into the records')
    .option(...json())
    .addHelpText('after', '\nIt waits until somebody decides: backout decide-freeze ID full|release|abort.')
    .action(
      action<import('./commands/freeze.ts').FreezeOptions>(async (options, service = '') => {
        const { freeze } = await import('./commands/freeze.ts');
        return await freeze({ ...options, service }, io);
      }),
    );

  program
    .command('decide-freeze')
    .argument('<workflow-id>')
    .addArgument(
      new Argument('<decision>', 'full, release, abort (leave it frozen), or retry').choices([
        'full',
        'release',
        'abort',
        'retry',
      ]),
    )
    .description('answer a freeze: restore the database, let everything through again, or leave it frozen')
    .option(...namedBackup())
    .option(...releasedAt())
    .option('--to <release>', 'with full: the release to return to (default: the previous healthy one)')
    .option('--faulty <release>', 'with full: the bad release (default: the one that serves)')
    .option(...by())
    .option('--note <text>', 'why; goes into the report')
    .action(
      action<import('./commands/decide-freeze.ts').DecideFreezeOptions>(
        async (options, workflowId = '', decision = '') => {
          const { decideFreeze } = await import('./commands/decide-freeze.ts');
          return await decideFreeze({ ...options, workflowId, decision }, io);
        },
      ),
    );

  program
    .command('unfreeze')
    .argument('<service>', 'as named in backout.yaml')
    .description('let requests and writes of a frozen service through again; changes nothing else')
    .requiredOption('--reason <text>', 'why it may be lifted; goes into messages')
    .option(...environment())
    .option(...by())
    .option(
      '--local',
      'without Temporal cluster and worker: this command does the work, and must run to its end',
    )
    .option('--take-over <owner>', 'lift what this run holds, which you know to be dead')
    .option('--take-over-note <text>', 'how you know that; goes into the records')
    .option(...json())
    .action(
      action<import('./commands/unfreeze.ts').UnfreezeOptions>(async (options, service = '') => {
        const { unfreeze } = await import('./commands/unfreeze.ts');
        return await unfreeze({ ...options, service }, io);
      }),
    );
}
