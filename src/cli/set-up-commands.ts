/** The commands that set up and look after: with their arguments, and nothing else. */
import type { Command } from 'commander';
import type { Io } from './io.ts';
import { environment, json } from './options.ts';
import type { Action } from './options.ts';

export function setUpCommands(program: Command, io: Io, action: Action): void {
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

  program
    .command('records')
    .description('say which incident folders are old enough to be removed, and which stay; removes nothing')
    .option('--task-queue <name>', 'of whose worker (default: the configured one)')
    .option(...json())
    .action(
      action<import('./commands/records.ts').RecordsOptions>(async (options) => {
        const { records } = await import('./commands/records.ts');
        return await records(options, io);
      }),
    );
}
