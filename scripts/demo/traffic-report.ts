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
export const successRate = (answers: readonly Answer[]): string =>
  percent(answers.filter(isGood).length, answers.length);

/** E.g. "40.2 %" of them found what they asked for. */
export const foundRate = (answers: readonly Answer[]): string =>
  percent(answers.filter(({ status }) => status === 200).length, answers.length);

/** Requests without an answer, or with one that says that something is broken. */
export const failed = (answers: readonly Answer[]): Answer[] => answers.filter((one) => !isGood(one));

/** Users notice when nobody gets a good answer for longer. */
const NOTICED_MS = 250;

/**
 * The milliseconds in which nobody got a good answer: from each good one to the next, when a request failed between them,
 * or when they are further apart than anybody would not notice. So requests that only wait count as those that fail.
 */
export function outageMs(answers: readonly Answer[]): number {
  if (answers.length === 0) return 0;
  const good = answers.filter(isGood).map(({ at }) => at);
  const bad = failed(answers).map(({ at }) => at);
  const first = Math.min(...answers.map(({ sentAt }) => sentAt));
  const last = Math.max(...answers.map(({ at }) => at));
  const moments = [first, ...good, last].sort((a, b) => a - b);
  return moments.slice(1).reduce((sum, to, index) => {
    const from = moments[index] ?? to;
    const counts = to - from > NOTICED_MS || bad.some((at) => at >= from && at <= to);
    return counts ? sum + to - from : sum;
  }, 0);
}

const isGood = ({ status }: Answer) => status !== null && status < 500;

const percent = (part: number, whole: number) => `${((100 * part) / Math.max(whole, 1)).toFixed(1)} %`;

/** Requests whose connection broke. */
export const lost = (answers: readonly Answer[]): number =>
  answers.filter(({ status }) => status === null).length;
