/** What the demo says of its traffic. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Answer, Traffic } from './traffic.ts';

/** So many answers make a share worth saying. */
const ENOUGH = 200;
const WITHIN_MS = 60_000;

/** Waits until there are enough answers to requests sent since a moment. */
export async function enough({ answers }: Traffic, since: number): Promise<void> {
  const giveUpAt = Date.now() + WITHIN_MS;
  while (answers.filter(({ sentAt }) => sentAt >= since).length < ENOUGH) {
    if (Date.now() > giveUpAt)
      throw new Error(`the service did not answer ${ENOUGH} requests within a minute`);
    await pause(50);
  }
}

/** E.g. "98.7 %"; answers below 500 are good. */
export function successRate(answers: Answer[]): string {
  const good = answers.filter(({ status }) => status !== null && status < 500).length;
  return `${((100 * good) / Math.max(answers.length, 1)).toFixed(1)} %`;
}

/** Requests whose connection broke. */
export const lost = (answers: Answer[]): number => answers.filter(({ status }) => status === null).length;
