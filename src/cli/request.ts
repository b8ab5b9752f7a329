/** From options to the one JSON object that starts a rollback, checked before anything is started. */
import { parseRequest, whyFuture } from '../domain/request.ts';
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
  restoreAgain?: boolean;
  ignoreMigrations?: string;
  flags?: string[];
  configFiles?: string[];
  restore?: boolean;
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
  restoreAgain: '--restore-again',
  ignoreMigrations: '--ignore-migrations',
  flags: '--flag',
  configFiles: '--configuration',
  restore: '--restore',
  planHash: '--plan-hash',
  'takeOver.owner': '--take-over',
  'takeOver.note': '--take-over-note',
};

/** Nothing when it can be used. */
function refuseTime(name: 'detectedAt' | 'releasedAt', time: string | undefined): void {
  if (time === undefined) return;
  const option = OPTION_OF[name];
  const parsed = parseRequest({ service: 'any', reason: 'any', [name]: time });
  if ('problems' in parsed) {
    throw usageError(
      `${option} must be a time with its zone, such as 2026-11-21T04:15:00Z or 2026-11-21T05:15:00+01:00, not "${time}".`,
    );
  }
  const why = whyFuture(name, time, Date.now());
  if (why !== null) throw usageError(`${option} ${why.slice(`${name}: `.length)}.`);
}

/** @throws CliError `usage` that lists every problem by its option */
export function toRequest(options: RequestOptions, env: NodeJS.ProcessEnv): RollbackRequestInput {
  if ((options.takeOver === undefined) !== (options.takeOverNote === undefined)) {
    throw usageError(
      '--take-over and --take-over-note go together: which rollback, and how you know that it is dead.',
    );
  }
  refuseTime('detectedAt', options.detectedAt);
  refuseTime('releasedAt', options.releasedAt);
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
    restoreAgain: options.restoreAgain,
    ignoreMigrations: options.ignoreMigrations,
    flags: options.flags,
    configFiles: options.configFiles,
    restore: options.restore,
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
