/** Health (requirement E1): every path is asked, again and again, until all are steady or time is up. */
import type { Check, HealthSettings } from '../../src/domain/verification.ts';
import type { HttpAnswer, HttpProbe } from '../http/probe.ts';
import { seconds } from './format.ts';
import { pause } from './pause.ts';
import { follow, type HealthAnswer, isSteady, judgeHealth, unasked } from './steady.ts';

export type HealthCheck = {
  settings: HealthSettings;
  /** Where the release itself answers, without its front door. */
  releaseUrl: string;
  http: HttpProbe;
  signal: AbortSignal;
  heartbeat: (detail: string) => void;
};

/** One check per path. All are steady at the same moment, or the ones that are not fail. */
export async function checkHealth(check: HealthCheck): Promise<Check[]> {
  const { settings, signal } = check;
  const startedAt = Date.now();
  const deadline = settings.withinSeconds * 1000;
  let paths = settings.paths.map(unasked);
  for (;;) {
    const answers = await Promise.all(paths.map(({ path }) => askHealth(check, path)));
    const at = Date.now() - startedAt;
    paths = paths.map((health, index) => follow(health, answers[index] as HealthAnswer, at));
    if (paths.every((health) => isSteady(health, settings, at)) || at >= deadline) {
      return paths.map((health) => judgeHealth(health, settings, at));
    }
    check.heartbeat(
      `health: ${paths.map(({ path, lastSaid }) => `${path} ${lastSaid}`).join(', ')} after ${seconds(at)}`,
    );
    await pause(Math.min(settings.intervalSeconds * 1000, deadline - at), signal);
  }
}

async function askHealth(
  { releaseUrl, settings, http, signal }: HealthCheck,
  path: string,
): Promise<HealthAnswer> {
  const url = `${releaseUrl.replace(/\/+$/, '')}${path}`;
  return readHealth(await http.get(url, { timeoutMs: settings.timeoutSeconds * 1000, signal }));
}

/** Healthy is a 2xx. A redirect is not: it may lead to another release. */
export function readHealth(answer: HttpAnswer): HealthAnswer {
  if (!answer.ok) return { healthy: false, said: `no answer (${answer.error})` };
  return { healthy: answer.status >= 200 && answer.status < 300, said: `status ${answer.status}` };
}
