/** The commands by which people let a rollback go ahead, or not: with their arguments, and nothing else. */
import type { Command } from 'commander';
import type { Io } from './io.ts';
import { by } from './options.ts';
import type { Action } from './options.ts';

const plan = () =>
  ['--plan <hash>', 'the plan that you have seen; without it, it is shown, and you are asked'] as const;

const sign = () =>
  ['--sign', 'sign it with your SSH key; where the rules demand that, a name alone is refused'] as const;

const key = () =>
  [
    '--key <file>',
    'the key to sign with (default: BACKOUT_SIGNING_KEY, then the first that your SSH agent holds, then ~/.ssh/id_*)',
  ] as const;

export function approvalCommands(program: Command, io: Io, action: Action): void {
  program
    .command('approve')
    .argument('<workflow-id>')
    .description('let a rollback go ahead that waits for approval')
    .option(...plan())
    .option('--note <text>', 'a remark for the report')
    .option(...by())
    .option(...sign())
    .option(...key())
    .action(
      action<import('./commands/approve.ts').ApproveOptions>(async (options, workflowId = '') => {
        const { approve } = await import('./commands/approve.ts');
        return await approve({ ...options, workflowId }, io);
      }),
    );

  program
    .command('reject')
    .argument('<workflow-id>')
    .description(
      'end a rollback that waits for approval; or, while it waits for RESTORE, leave the database as it is',
    )
    .requiredOption('--reason <text>', 'why; goes into messages and the report')
    .option(...by())
    .option(...sign())
    .option(...key())
    .action(
      action<import('./commands/reject.ts').RejectOptions>(async (options, workflowId = '') => {
        const { reject } = await import('./commands/reject.ts');
        return await reject({ ...options, workflowId }, io);
      }),
    );

  program
    .command('break-glass')
    .argument('<workflow-id>')
    .description('let a rollback go ahead without the approvals; for those named in the configuration')
    .requiredOption('--reason <text>', 'why; goes into messages and the report')
    .option(...plan())
    .option(...by())
    .option(...sign())
    .option(...key())
    .action(
      action<import('./commands/break-glass.ts').BreakGlassOptions>(async (options, workflowId = '') => {
        const { breakGlass } = await import('./commands/break-glass.ts');
        return await breakGlass({ ...options, workflowId }, io);
      }),
    );

  program
    .command('confirm-restore')
    .argument('<workflow-id>')
    .description('show what restoring the database loses, and type RESTORE')
    .option('--phrase <word>', 'RESTORE, where there is no terminal to type it at; with --backup')
    .option('--backup <file>', 'the backup that it is meant for, as the status names it; with --phrase')
    .option(...by())
    .option(...sign())
    .option(...key())
    .action(
      action<import('./commands/confirm-restore.ts').ConfirmRestoreOptions>(
        async (options, workflowId = '') => {
          const { confirmRestore } = await import('./commands/confirm-restore.ts');
          return await confirmRestore({ ...options, workflowId }, io);
        },
      ),
    );
}
