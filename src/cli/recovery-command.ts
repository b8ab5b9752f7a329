/** `backout recover`: for when more is broken than a release. It is run like a rollback. */
import type { Command } from 'commander';
import type { Io } from './io.ts';
import { by, environment, json, severity } from './options.ts';
import type { Action } from './options.ts';

export function recoveryCommand(program: Command, io: Io, action: Action): void {
  program
    .command('recover')
    .argument('<service>', 'as named in backout.yaml')
    .description('start what is down, in order: PostgreSQL, the release, traffic to it; changes no data')
    .requiredOption('--reason <text>', 'why, in a sentence; goes into messages and the report')
    .option(...environment())
    .addOption(severity())
    .option(
      '--to <release>',
      'the release that is to serve (default: the one that serves, or the previous one)',
    )
    .option('--detected-at <time>', 'when the trouble was noticed, ISO 8601; the deadline counts from here')
    .option('--incident-commander <name>', 'who leads the incident')
    .option('--no-customer-facing', 'customers are not affected')
    .option(...by())
    .option('-y, --yes', 'start without showing the plan and asking')
    .option('--dry-run', 'show what is broken and what would be done, and change nothing')
    .option('--plan-hash <hash>', 'only go on if the plan is still this one')
    .option('--detach', 'start it and return, without watching')
    .option(
      '--local',
      'without Temporal cluster and worker: this command does the work, and must run to its end',
    )
    .option('--take-over <owner>', 'take the target from this rollback, which you know to be dead')
    .option('--take-over-note <text>', 'how you know that; goes into the records')
    .option(...json())
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
