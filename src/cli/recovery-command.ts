/** `backout recover`: for when more is broken than a release. It is run like a rollback. */
import type { Command } from 'commander';
import type { Io } from './io.ts';
import { environment, severity } from './options.ts';
import type { Action } from './options.ts';
import { runOptions } from './run-options.ts';

export function recoveryCommand(program: Command, io: Io, action: Action): void {
  const recover = program
    .command('recover')
    .argument('<service>', 'as named in backout.yaml')
    .description('start what is down, in order: PostgreSQL, the release, traffic to it; changes no data')
    .requiredOption('--reason <text>', 'why, in a sentence; goes into messages and the report')
    .option(...environment())
    .addOption(severity())
    .option(
      '--to <release>',
      'the release that is to serve (default: the one that serves, or the previous one)',
    );
  runOptions(recover, { dryRun: 'show what is broken and what would be done, and change nothing' })
    .addHelpText(
      'after',
      '\nWhile a rollback of the service waits because something is down, answer that instead:\n' +
        '  backout decide ID recover --note WHY',
    )
    .action(
      action<import('./commands/rollback.ts').RollbackOptions>(async (options, service = '') => {
        const { rollBack } = await import('./commands/rollback.ts');
        return await rollBack('recover', { ...options, service }, io);
      }),
    );
}
