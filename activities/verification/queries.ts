/** Fills in what a PromQL query can't know when it is written: which release, and how long ago the switch was. */
import type { Release } from '../../src/domain/plan.ts';

export type QueryFacts = {
  release: Release;
  secondsSinceSwitch: number;
  /** `$window` grows up to this. */
  windowSeconds: number;
};

/**
 * Replaces `$release`, `$version` and `$window`. The window is the time since the switch, so that neither an answer
 * of the faulty release nor the calm before the switch counts; while it is too short for a rate, Prometheus has no data.
 */
export function fillQuery(query: string, facts: QueryFacts): { query: string } | { problem: string } {
  const { release } = facts;
  if (/\$version\b/.test(query) && release.version === null) {
    return { problem: `the query needs $version, but nothing tells the version of ${release.name}` };
  }
  const values = {
    release: release.name,
    version: release.version ?? '',
    window: `${windowSeconds(facts)}s`,
  };
  for (const name of ['release', 'version'] as const) {
    // How these would be escaped depends on the quotes around them, which only Prometheus' own parser knows.
    if (query.includes(`$${name}`) && /["'`\\\n]/.test(values[name])) {
      return { problem: `${JSON.stringify(values[name])} can't be put into a query as $${name}` };
    }
  }
  return {
    query: query.replace(/\$(release|version|window)\b/g, (_, name: keyof typeof values) => values[name]),
  };
}

function windowSeconds({ secondsSinceSwitch, windowSeconds: most }: QueryFacts): number {
  return Math.max(1, Math.floor(Math.min(secondsSinceSwitch, most)));
}
