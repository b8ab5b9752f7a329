/** The command by which a person tells customers of lost data: with its arguments, and nothing else. */
import type { Command } from 'commander';
import type { Io } from './io.ts';
import { by } from './options.ts';
import type { Action } from './options.ts';

export function noticeCommand(program: Command, io: Io, action: Action): void {
  program
    .command('notify-customers')
    .argument('<workflow-id>', 'of the rollback')
    .description('send CUSTOMER_NOTICE.md of a rollback, as people have completed it, to the customers')
    .option(...by())
    .option('--again', 'send it although an earlier try may have sent it, or has')
    .option('--yes', 'do not ask first')
    .action(
      action<import('./commands/notify-customers.ts').NotifyOptions>(async (options, workflowId = '') => {
        const { notifyCustomers } = await import('./commands/notify-customers.ts');
        return await notifyCustomers({ ...options, workflowId }, io);
      }),
    );
}
