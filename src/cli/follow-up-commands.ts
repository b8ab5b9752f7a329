/** The command by which people say that something is done after a rollback: with its arguments, and nothing else. */
import type { Command } from 'commander';
import type { Io } from './io.ts';
import { by } from './options.ts';
import type { Action } from './options.ts';

export function followUpCommands(program: Command, io: Io, action: Action): void {
  program
    .command('tick')
    .argument('<workflow-id>', 'of the follow-up, or of its rollback')
    .argument('<item>', 'what is done, by the name that `backout status` shows')
    .description('say that something is done that was still open after a rollback')
    .option(...by())
    .option('--note <text>', 'what was done; goes into FOLLOW_UP.md')
    .addHelpText(
      'after',
      '\nExample:\n  backout tick ID root-cause --note "the cache key lacked the tenant; fixed in 1.5.1"',
    )
    .action(
      action<import('./commands/tick.ts').TickOptions>(async (options, workflowId = '', item = '') => {
        const { tick } = await import('./commands/tick.ts');
        return await tick({ ...options, workflowId, item }, io);
      }),
    );
}
