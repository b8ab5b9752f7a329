/**
 * Is the release that now serves good (requirements E1 to E4)? Asks, and changes nothing.
 *
 * Health comes before the smoke tests, which would fail on a release that still warms up. Metrics need their own time
 * and are watched meanwhile. Log errors are counted last, so that they cover all of it.
 */
import type { Check, Verdict, VerificationSettings } from '../../src/domain/verification.ts';
import type { Hosts } from '../commands/hosts.ts';
import { createHostProbe } from '../http/from-host.ts';
import type { HttpProbe } from '../http/probe.ts';
import type { VerificationTargets } from '../targets/driver.ts';
import { checkHealth } from './health.ts';
import { checkLogErrors } from './log-errors.ts';
import { checkMetrics } from './metrics.ts';
import { sideBySide } from './pause.ts';
import { prometheus } from './prometheus.ts';
import { checkSmoke } from './smoke.ts';

export type Verification = {
  settings: VerificationSettings;
  targets: VerificationTargets;
  /** ISO 8601, by the worker's clock: when traffic was switched. */
  since: string;
  /** Aborting it ends everything that is under way at once. */
  signal: AbortSignal;
  heartbeat: (detail: string) => void;
};

/**
 * Verifies a release. Takes `longestVerificationSeconds(settings)` at most, plus the moment that counting log lines takes.
 * @returns every check with what was seen and what is allowed; one that fails is a result, not an exception
 * @throws BackoutFailure HostUnreachable and its like, when nothing can be said now and trying again may help
 */
export type Verifier = (verification: Verification) => Promise<Verdict>;

export function createVerifier(deps: {
  hosts: Hosts;
  workerHttp: HttpProbe;
  env: NodeJS.ProcessEnv;
}): Verifier {
  return async (verification) => {
    const startedAt = new Date().toISOString();
    const [healthAndSmoke, metrics] = await sideBySide(
      [
        async (signal) => {
          const health = await healthChecks(deps, { ...verification, signal });
          return [...health, ...(await smokeChecks(deps, { ...verification, signal }))];
        },
        (signal) => metricsChecks(deps, { ...verification, signal }),
      ],
      verification.signal,
    );
    const checks = [...healthAndSmoke, ...metrics, ...(await logChecks(deps, verification))];
    return {
      passed: checks.every(({ passed }) => passed),
      checks,
      startedAt,
      finishedAt: new Date().toISOString(),
    };
  };
}

type Deps = Parameters<typeof createVerifier>[0];

function healthChecks(deps: Deps, { settings, targets, signal, heartbeat }: Verification): Promise<Check[]> {
  const http = asker(deps, { settings, targets });
  return checkHealth({ settings: settings.health, releaseUrl: targets.releaseUrl, http, signal, heartbeat });
}

function smokeChecks(deps: Deps, { settings, targets, signal, heartbeat }: Verification): Promise<Check[]> {
  const { smoke } = settings;
  const http = asker(deps, { settings, targets });
  const commandHost = deps.hosts.get(smoke.commandOn === 'host' ? targets.host : 'local');
  const headers = targets.passHeaders ?? {};
  return checkSmoke({ settings: smoke, http, headers, commandHost, signal, heartbeat });
}

async function metricsChecks({ env }: Deps, verification: Verification): Promise<Check[]> {
  const settings = verification.settings.metrics;
  if (!settings) return [];
  return checkMetrics({
    settings,
    ask: prometheus(settings.prometheus, env),
    release: verification.targets.release,
    switchedAt: Date.parse(verification.since),
    signal: verification.signal,
    heartbeat: verification.heartbeat,
  });
}

async function logChecks(
  { hosts }: Deps,
  { settings, targets, since, signal }: Verification,
): Promise<Check[]> {
  if (!settings.logErrors) return [];
  const check = await checkLogErrors({
    settings: settings.logErrors,
    host: hosts.get(targets.host),
    files: targets.logFiles,
    marks: targets.logMarks,
    units: targets.journalUnits,
    switchedAt: Date.parse(since),
    signal,
  });
  return [check];
}

/** Who asks for health and smoke URLs: the target's host by curl, or the worker. */
function asker(
  { hosts, workerHttp }: Deps,
  { settings, targets }: Pick<Verification, 'settings' | 'targets'>,
): HttpProbe {
  return settings.from === 'worker' ? workerHttp : createHostProbe(hosts.get(targets.host));
}
