/** The commands about backups: with their arguments, and nothing else. */
import type { Command } from 'commander';
import type { Io } from './io.ts';
import { environment, json } from './options.ts';
import type { Action } from './options.ts';

export function backupCommands(program: Command, io: Io, action: Action): void {
  program
    .command('backup')
    .argument('<service>', 'as named in backout.yaml')
    .description("make a verified backup of a service's database, before a deploy")
    .option(...environment())
    .option('--release <release>', 'the release that serves now; goes into the name and the manifest')
    .option(
      '--migrations <text>',
      'what the manifest says of migrations (default: those applied, where configured)',
    )
    .option('--jobs <count>', 'dump by so many connections at once, into a folder (default: 1, into a file)')
    .option(...json())
    .action(
      action<import('./commands/backup.ts').BackupOptions>(async (options, service = '') => {
        const { backup } = await import('./commands/backup.ts');
        return await backup({ ...options, service }, io);
      }),
    );

  program
    .command('backups')
    .argument('<service>', 'as named in backout.yaml')
    .description(
      "list the backups of a service's database, each read from end to end, and what restores have kept",
    )
    .option(...environment())
    .option('--before <time>', 'which would be restored for a release that went live then, ISO 8601')
    .option(
      '--drop-expired',
      'drop what restores have kept of the database before for long enough; no backup',
    )
    .option(...json())
    .action(
      action<import('./commands/backups.ts').BackupsOptions>(async (options, service = '') => {
        const { backups } = await import('./commands/backups.ts');
        return await backups({ ...options, service }, io);
      }),
    );
}
