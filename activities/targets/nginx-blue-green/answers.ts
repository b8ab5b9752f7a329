/** Reading who answered: the only proof of where traffic goes. Pure. */
import type { NginxBlueGreen } from '../../../src/domain/targets/nginx-blue-green.ts';
import type { HttpAnswer } from '../../http/probe.ts';

type Settings = Pick<NginxBlueGreen, 'probe' | 'colours'>;

/** The colour that gave this answer, or null when the answer does not tell (or there was none). */
export function whoAnswered(answer: HttpAnswer, { probe, colours }: Settings): string | null {
  if (!answer.ok || probe.identityHeader === undefined) return null;
  const value = answer.headers[probe.identityHeader.toLowerCase()];
  if (value === undefined) return null;
  const found = Object.entries(colours).find(
    ([name, colour]) => value === (colour.identity ?? name) || colour.servers.includes(value),
  );
  return found?.[0] ?? null;
}

/** Each colour's share of the answers, 0 to 1; null for all when no answer tells who gave it. */
export function answerShares(answers: HttpAnswer[], settings: Settings): Record<string, number | null> {
  const who = answers.map((answer) => whoAnswered(answer, settings)).filter((name) => name !== null);
  return Object.fromEntries(
    Object.keys(settings.colours).map((name) => [
      name,
      who.length === 0 ? null : who.filter((answered) => answered === name).length / who.length,
    ]),
  );
}

/** Why this answer does not prove that `to` has all the traffic, or null when it does. */
export function whyNotProof(answer: HttpAnswer, settings: Settings, to: string): string | null {
  if (!answer.ok) return `no answer: ${answer.error}`;
  if (answer.status === 502 || answer.status === 504)
    return `nginx answered ${answer.status}: it can't reach the colour`;
  const { probe, colours } = settings;
  if (probe.identityHeader !== undefined) {
    const value = answer.headers[probe.identityHeader.toLowerCase()];
    const who = whoAnswered(answer, settings);
    if (who !== to)
      return `${probe.identityHeader} is ${value === undefined ? 'missing' : `"${value}"`}, not ${to}`;
  }
  for (const [name, { weightHeader }] of Object.entries(colours)) {
    if (weightHeader === undefined) continue;
    const value = answer.headers[weightHeader.toLowerCase()];
    const wanted = name === to ? '100' : '0';
    if (value !== wanted)
      return `${weightHeader} is ${value === undefined ? 'missing' : `"${value}"`}, not ${wanted}`;
  }
  return null;
}

/** Those with a status of 5xx: they prove who serves, and that it serves badly. */
export function serverErrors(answers: HttpAnswer[]): number[] {
  return answers.flatMap((answer) => (answer.ok && answer.status >= 500 ? [answer.status] : []));
}

/** The weight headers of one answer, as lines for people. */
export function weightHeaders(
  answer: HttpAnswer | undefined,
  { colours }: Pick<Settings, 'colours'>,
): string[] {
  if (!answer?.ok) return [];
  return Object.values(colours).flatMap(({ weightHeader }) => {
    const value = weightHeader === undefined ? undefined : answer.headers[weightHeader.toLowerCase()];
    return value === undefined ? [] : [`${weightHeader}: ${value}`];
  });
}
