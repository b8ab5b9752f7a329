/** The options of every command that runs a rollback, from when it counts to how it is followed. */
import type { Command } from 'commander';
import { by, json } from './options.ts';

type Words = {
  /** What a dry run does. */
  dryRun: string;
  /** What becomes of it without a Temporal cluster. */
  local?: string;
};

const LOCAL = 'without Temporal cluster and worker: this command does the work, and must run to its end';

export function runOptions(command: Command, { dryRun, local = LOCAL }: Words): Command {
  return command
    .option('--detected-at <time>', 'when the trouble was noticed, ISO 8601; the deadline counts from here')
    .option('--incident-commander <name>', 'who leads the incident')
    .option('--no-customer-facing', 'customers are not affected')
    .option(...by())
    .option('-y, --yes', 'start without showing the plan and asking')
    .option('--dry-run', dryRun)
    .option('--plan-hash <hash>', 'only go on if the plan is still this one')
    .option('--detach', 'start it and return, without watching')
    .option('--local', local)
    .option('--take-over <owner>', 'take the target from this rollback, which you know to be dead')
    .option('--take-over-note <text>', 'how you know that; goes into the records')
    .option(...json());
}
