/** The traffic under which everything is measured, and what it saw. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Answer, TrafficOptions } from '../scripts/demo/traffic.ts';

const GENERATOR = fileURLToPath(new URL('./traffic-generator.ts', import.meta.url));
export const REQUESTS_PER_SECOND = 200;

export type Clients = {
  /** The answers that came since the last call. */
  cut(): Promise<Answer[]>;
  stop(): Promise<void>;
};

export async function startClients(
  url: string,
  { perSecond = REQUESTS_PER_SECOND, method = 'GET' }: TrafficOptions = {},
): Promise<Clients> {
  const child = fork(GENERATOR, [url, String(perSecond), method], { execArgv: ['--import', 'tsx'] });
  const exited = once(child, 'exit');
  const early = exited.then(() => Promise.reject(new Error('the traffic generator ended')));
  early.catch(() => undefined);
  const heard = () => Promise.race([once(child, 'message'), early]) as Promise<[Answer[]]>;
  await heard();
  return {
    cut: async () => {
      const answer = heard();
      child.send('cut');
      return (await answer)[0];
    },
    stop: async () => {
      child.disconnect();
      await exited;
    },
  };
}

/** Milliseconds from `since` to the last answer that green gave. Pure. */
export function lastByGreen(answers: readonly Answer[], since: number): number {
  const times = answers.filter(({ release }) => release === 'green').map(({ at }) => at);
  return Math.max(0, ...times.map((at) => at - since));
}

/** Why, for each request that got no answer or one that says that something is broken. Pure. */
export function lostRequests(answers: readonly Answer[]): string[] {
  return answers
    .filter(({ status }) => status === null || status >= 500)
    .map(({ status, error }) => error ?? `status ${String(status)}`);
}
