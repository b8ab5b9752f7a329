/** The commands about blocked versions: with their arguments, and nothing else. */
import type { Command } from 'commander';
import type { Io } from './io.ts';
import { by, json } from './options.ts';
import type { Action } from './options.ts';

const SERVICE = ['<service>', 'as named in backout.yaml'] as const;
const VERSION = [
  '<version>',
  'as the service says it, or as its tag: 1.5.0 and v1.5.0 are one version',
] as const;

export function blockCommands(program: Command, io: Io, action: Action): void {
  program
    .command('gate')
    .argument(...SERVICE)
    .argument(...VERSION)
    .description('may this version be deployed? For pipelines: the exit code says it')
    .option('--env <name>', 'the environment it is to go to (default: every one that is configured)')
    .option(...json())
    .addHelpText(
      'after',
      '\nExit codes:\n  0  it is not blocked\n  9  it is blocked\n  any other: not known; do not deploy on it\n' +
        '\nNeeds Temporal, and no worker.',
    )
    .action(
      action<import('./commands/gate.ts').GateOptions>(async (options, service = '', version = '') => {
        const { gate } = await import('./commands/gate.ts');
        return await gate({ ...options, service, version }, io);
      }),
    );

  program
    .command('block')
    .argument(...SERVICE)
    .argument(...VERSION)
    .description('keep a version from being deployed, and from being returned to')
    .requiredOption('--reason <text>', 'why, in a sentence')
    .option('--env <name>', 'only in this environment (default: in every one)')
    .option(...by())
    .option(...json())
    .action(
      action<import('./commands/block.ts').BlockOptions>(async (options, service = '', version = '') => {
        const { block } = await import('./commands/block.ts');
        return await block({ ...options, service, version }, io);
      }),
    );

  program
    .command('unblock')
    .argument(...SERVICE)
    .argument(...VERSION)
    .description('let a blocked version be deployed again')
    .requiredOption('--reason <text>', 'why, in a sentence: how you know that it is good')
    .option('--env <name>', 'only in this environment (default: wherever it is blocked)')
    .option(...by())
    .option(...json())
    .action(
      action<import('./commands/unblock.ts').UnblockOptions>(async (options, service = '', version = '') => {
        const { unblock } = await import('./commands/unblock.ts');
        return await unblock({ ...options, service, version }, io);
      }),
    );

  program
    .command('blocks')
    .argument('[service]', 'only of this service')
    .description('list blocked versions: since when, by whom and why')
    .option('--all', 'those that were let go, too: by whom and why')
    .option(...json())
    .action(
      action<import('./commands/blocks.ts').BlocksOptions>(async (options, service) => {
        const { blocks } = await import('./commands/blocks.ts');
        return await blocks({ ...options, ...(service === undefined ? {} : { service }) }, io);
      }),
    );
}
