/** `backout plan`: what would happen, and why. */
import type { GlobalOptions } from '../program.ts';
import { shellWord } from '../../domain/approval/answers.ts';
import type { PlanSummary } from '../../domain/plan.ts';
import { EXIT } from '../exit-codes.ts';
import { programWith, quoted } from '../follow-up.ts';
import { kindOfPlan } from '../full.ts';
import type { Io } from '../io.ts';
import { toRequest } from '../request.ts';
import type { RequestOptions } from '../request.ts';
import { withTemporal } from '../temporal/connect.ts';
import { makePlan } from '../temporal/dry-run.ts';
import { renderPlan } from '../view/plan.ts';

export type PlanOptions = GlobalOptions &
  Pick<
    RequestOptions,
    | 'service'
    | 'env'
    | 'to'
    | 'faulty'
    | 'severity'
    | 'releasedAt'
    | 'backup'
    | 'restoreAgain'
    | 'ignoreMigrations'
  > & {
    full?: boolean;
    json?: boolean;
  };

export async function plan(options: PlanOptions, io: Io): Promise<number> {
  const kind = kindOfPlan(options);
  const request = toRequest({ ...options, reason: 'to see the plan', dryRun: true }, io.env);
  const made = await withTemporal(options, io, (session) => makePlan(session, { kind, request }, io.signal));
  if (options.json) {
    io.out(`${JSON.stringify(made, null, 2)}\n`);
    return EXIT.ok;
  }
  io.out(renderPlan(made, io.colours));
  io.out('\nThis is only the plan: nothing was changed. To do it:\n');
  io.out(`  ${startCommand(options, made)}\n`);
  return EXIT.ok;
}

function startCommand(options: PlanOptions, { kind, environment, hash }: PlanSummary): string {
  const { service, to, faulty, severity, releasedAt, backup, restoreAgain, ignoreMigrations } = options;
  const parts = [
    `${programWith(options)} rollback ${kind} ${service} --env ${environment}`,
    ...(to === undefined ? [] : [`--to ${quoted(to)}`]),
    ...(faulty === undefined ? [] : [`--faulty ${quoted(faulty)}`]),
    ...(severity === undefined ? [] : [`--severity ${severity}`]),
    ...(releasedAt === undefined ? [] : [`--released-at ${shellWord(releasedAt)}`]),
    ...(backup === undefined ? [] : [`--backup ${shellWord(backup)}`]),
    ...(restoreAgain ? ['--restore-again'] : []),
    ...(ignoreMigrations === undefined ? [] : [`--ignore-migrations ${quoted(ignoreMigrations)}`]),
    `--reason "WHY" --plan-hash ${hash} --yes`,
  ];
  return parts.join(' ');
}
