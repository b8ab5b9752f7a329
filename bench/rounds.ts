/** Rollbacks in turns (A B C, A B C, …), so that whatever else the machine does hits all ways alike. */
import { lastByGreen, lostRequests } from './traffic.ts';
import type { Site } from './site.ts';
import type { Way } from './ways.ts';

export type Measured = {
  way: Way['name'];
  /** From the command to the last answer by green. */
  toBlueMs: number;
  /** From the command until it has finished. */
  totalMs: number;
  requests: number;
  /** Why each request was lost that was: there should be none. */
  lost: string[];
};

/** `warmUp`: one round before the others, thrown away, fills the caches of programs and machine. */
export async function measure(
  site: Site,
  options: { ways: Way[]; rounds: number; warmUp: boolean; onRound: (round: number) => void },
): Promise<Measured[]> {
  const all: Measured[] = [];
  for (let round = options.warmUp ? 0 : 1; round <= options.rounds; round++) {
    options.onRound(round);
    for (const way of options.ways) {
      const measured = await measureOnce(site, way);
      if (round > 0) all.push(measured);
    }
  }
  return all;
}

async function measureOnce(site: Site, way: Way): Promise<Measured> {
  await site.redeployGreen();
  await site.clients.cut();
  const startedAt = Date.now();
  await way.rollBack(site);
  const totalMs = Date.now() - startedAt;
  await site.expectRolledBack().catch((error: unknown) => {
    throw new Error(`${way.title}: ${String(error)}`);
  });
  // Those that were sent before met the deployment of green.
  const answers = (await site.clients.cut()).filter(({ sentAt }) => sentAt >= startedAt);
  return {
    way: way.name,
    toBlueMs: lastByGreen(answers, startedAt),
    totalMs,
    requests: answers.length,
    lost: lostRequests(answers),
  };
}
