/** The commands that answer a rollback that runs: with their arguments, and nothing else. */
import { Argument } from 'commander';
import type { Command } from 'commander';
import type { Io } from './io.ts';
import { by } from './options.ts';
import type { Action } from './options.ts';

export function messageCommands(program: Command, io: Io, action: Action): void {
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
    .alias('acknowledge')
    .argument('<workflow-id>')
    .description(
      'acknowledge a rollback: others see that somebody is at it, and this level is not paged again',
    )
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
    .description('say that the incident is over: nobody is paged any more; cuts no step short')
    .requiredOption('--resolution <text>', 'what was done; goes into the report')
    .option(...by())
    .action(
      action<import('./commands/resolve.ts').ResolveOptions>(async (options, workflowId = '') => {
        const { resolve } = await import('./commands/resolve.ts');
        return await resolve({ ...options, workflowId }, io);
      }),
    );
}
