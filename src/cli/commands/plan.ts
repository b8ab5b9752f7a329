/** `backout plan`: what would happen, and why. */
import type { GlobalOptions } from '../program.ts';
import { EXIT } from '../exit-codes.ts';
import { programWith, quoted } from '../follow-up.ts';
import type { Io } from '../io.ts';
import { toRequest } from '../request.ts';
import type { RequestOptions } from '../request.ts';
import { withTemporal } from '../temporal/connect.ts';
import { makePlan } from '../temporal/dry-run.ts';
import { renderPlan } from '../view/plan.ts';

export type PlanOptions = GlobalOptions &
  Pick<RequestOptions, 'service' | 'env' | 'to' | 'faulty' | 'severity'> & { json?: boolean };

export async function plan(options: PlanOptions, io: Io): Promise<number> {
  const request = toRequest({ ...options, reason: 'to see the plan', dryRun: true }, io.env);
  const made = await withTemporal(options, io, (session) => makePlan(session, request, io.signal));
  if (options.json) {
    io.out(`${JSON.stringify(made, null, 2)}\n`);
    return EXIT.ok;
  }
  io.out(renderPlan(made, io.colours));
  io.out('\nThis is only the plan: nothing was changed. To do it:\n');
  io.out(`  ${startCommand(options, made.environment, made.hash)}\n`);
  return EXIT.ok;
}

function startCommand(options: PlanOptions, environment: string, hash: string): string {
  const { service, to, faulty, severity } = options;
  const parts = [
    `${programWith(options)} rollback traffic-only ${service} --env ${environment}`,
    ...(to === undefined ? [] : [`--to ${quoted(to)}`]),
    ...(faulty === undefined ? [] : [`--faulty ${quoted(faulty)}`]),
    ...(severity === undefined ? [] : [`--severity ${severity}`]),
    `--reason "WHY" --plan-hash ${hash} --yes`,
  ];
  return parts.join(' ');
}
