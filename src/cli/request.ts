/** From options to the one JSON object that starts a rollback, checked before anything is started. */
import { parseRequest } from '../domain/request.ts';
import type { RollbackRequest, RollbackRequestInput } from '../domain/request.ts';
import { usageError } from './errors.ts';
import { whoAmI } from './identity.ts';

export type RequestOptions = {
  service: string;
  reason?: string;
  env?: string;
  severity?: RollbackRequest['severity'];
  to?: string;
  faulty?: string;
  detectedAt?: string;
  incidentCommander?: string;
  customerFacing?: boolean;
  by?: string;
  dryRun?: boolean;
  releasedAt?: string;
  backup?: string;
  ignoreMigrations?: string;
  planHash?: string;
  takeOver?: string;
  takeOverNote?: string;
};

/** Which option a part of the request comes from. */
const OPTION_OF: Record<string, string> = {
  service: 'SERVICE',
  reason: '--reason',
  environment: '--env',
  severity: '--severity',
  to: '--to',
  faulty: '--faulty',
  detectedAt: '--detected-at',
  incidentCommander: '--incident-commander',
  requestedBy: '--by',
  releasedAt: '--released-at',
  backup: '--backup',
  ignoreMigrations: '--ignore-migrations',
  planHash: '--plan-hash',
  'takeOver.owner': '--take-over',
  'takeOver.note': '--take-over-note',
};

/** Clocks differ a little; a time further ahead is a mistake, and would move the deadline. */
const AHEAD_MS = 60_000;

/** Nothing when it can be used. */
function refuseDetectedAt(detectedAt: string | undefined): void {
  if (detectedAt === undefined) return;
  const time = parseRequest({ service: 'any', reason: 'any', detectedAt });
  if ('problems' in time) {
    throw usageError(
      `--detected-at must be a time with its zone, such as 2026-11-21T04:15:00Z or 2026-11-21T05:15:00+01:00, not "${detectedAt}".`,
    );
  }
  if (new Date(detectedAt).getTime() > Date.now() + AHEAD_MS)
    throw usageError(`--detected-at ${detectedAt} is in the future: the deadline counts from there.`);
}

/** @throws CliError `usage` that lists every problem by its option */
export function toRequest(options: RequestOptions, env: NodeJS.ProcessEnv): RollbackRequestInput {
  if ((options.takeOver === undefined) !== (options.takeOverNote === undefined)) {
    throw usageError(
      '--take-over and --take-over-note go together: which rollback, and how you know that it is dead.',
    );
  }
  refuseDetectedAt(options.detectedAt);
  const request = withoutUndefined({
    service: options.service,
    reason: options.reason,
    environment: options.env,
    severity: options.severity,
    to: options.to,
    faulty: options.faulty,
    detectedAt: options.detectedAt,
    customerFacing: options.customerFacing,
    incidentCommander: options.incidentCommander,
    requestedBy: whoAmI(options.by, env),
    dryRun: options.dryRun,
    releasedAt: options.releasedAt,
    backup: options.backup,
    ignoreMigrations: options.ignoreMigrations,
    planHash: options.planHash,
    takeOver:
      options.takeOver === undefined ? undefined : { owner: options.takeOver, note: options.takeOverNote },
  });
  const parsed = parseRequest(request);
  if ('problems' in parsed) throw usageError(`${parsed.problems.map(byOption).join('; ')}.`);
  return request as RollbackRequestInput;
}

/** `takeOver.note: must not be empty` → `--take-over-note must not be empty` */
function byOption(problem: string): string {
  const [, path = '', message = problem] = /^([\w.]+): (.*)$/s.exec(problem) ?? [];
  const option = OPTION_OF[path];
  return option === undefined ? problem : `${option} ${message}`;
}

function withoutUndefined(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
