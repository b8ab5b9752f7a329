/** The command that tests paging: with its arguments, and nothing else. */
import type { Command } from 'commander';
import type { Io } from './io.ts';
import { by, environment, json } from './options.ts';
import type { Action } from './options.ts';

export function pageCommand(program: Command, io: Io, action: Action): void {
  program
    .command('page-test')
    .argument('<service>', 'as named in backout.yaml')
    .description('send a page marked as a test, to see that pages arrive; calls people, changes nothing')
    .option(...environment())
    .option('--channel <names...>', 'only these of escalation.channels (default: all)')
    .option('--close', 'close what an earlier test has opened; calls nobody')
    .option('--yes', 'do not ask first')
    .option(...by())
    .option(...json())
    .action(
      action<import('./commands/page-test.ts').PageTestOptions>(async (options, service = '') => {
        const { pageTest } = await import('./commands/page-test.ts');
        return await pageTest({ ...options, service }, io);
      }),
    );
}
