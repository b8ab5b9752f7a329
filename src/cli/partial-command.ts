/** `backout rollback partial`: flags off, configuration back, and the way back from both. The release stays. */
import type { Command } from 'commander';
import { usageError } from './errors.ts';
import type { Io } from './io.ts';
import { environment, severity } from './options.ts';
import type { Action } from './options.ts';
import type { RollbackOptions } from './commands/rollback.ts';
import { runOptions } from './run-options.ts';

/** As commander gives them: an option without its value is true. */
type PartialOptions = RollbackOptions & { flag?: string[]; configuration?: string[] | true };

const collect = (value: string, before: string[] | true | undefined): string[] =>
  Array.isArray(before) ? [...before, value] : [value];

export function partialCommand(rollback: Command, { io, action }: { io: Io; action: Action }): void {
  const partial = rollback
    .command('partial')
    .argument('<service>', 'as named in backout.yaml')
    .description(
      'switch feature flags off, or put configuration back from its saved copy; moves no traffic, touches no data',
    )
    .requiredOption('--reason <text>', 'why, in a sentence; goes into messages and the report')
    .option(
      '--flag <name>',
      'switch this flag off, as named under `flags`; may be given several times',
      collect,
    )
    .option(
      '--configuration [name]',
      'put this file back, as named under `configFiles` (default: the only one); may be given several times',
      collect,
    )
    .option(
      '--restore',
      'the way back: put everything, or what is named, as it was before the partial rollback',
    )
    .option(...environment())
    .addOption(severity());
  runOptions(partial, { dryRun: 'show the plan, with what differs, and change nothing' })
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  backout rollback partial listings --flag new-checkout --flag new-search --reason "checkout fails"\n' +
        '  backout rollback partial listings --configuration blue-env --reason "wrong pool size" --dry-run\n' +
        '  backout rollback partial listings --restore --reason "mended in 1.5.1"',
    )
    .action(
      action<PartialOptions>(async ({ flag, configuration, ...options }, service = '') => {
        if (flag === undefined && configuration === undefined && options.restore !== true) {
          throw usageError(
            'Say what to roll back: --flag NAME, --configuration [NAME], or --restore for the way back.',
          );
        }
        const { rollBack } = await import('./commands/rollback.ts');
        const named = {
          ...(flag === undefined ? {} : { flags: flag }),
          ...(configuration === undefined
            ? {}
            : { configFiles: configuration === true ? [] : configuration }),
        };
        return await rollBack('partial', { ...options, ...named, service }, io);
      }),
    );
}
