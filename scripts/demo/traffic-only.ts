/** `npm run demo`: the live release answers with errors, and traffic goes back to the one before. */
import { playground } from './playground.ts';
import type { Job } from './playground.ts';
import { backout } from './programs.ts';
import { startStage } from './stage.ts';
import type { Around } from './stage.ts';
import { startTraffic } from './traffic.ts';
import { enough, lost, successRate } from './traffic-report.ts';

/** Half of the answers of green are errors: a rollback is due. */
const BAD_SHARE = 0.5;
const REQUESTS_PER_SECOND = 100;

/** What the playground offers. */
const TRAFFIC_ONLY: Job = {
  command: 'traffic-only',
  workflowType: 'trafficOnlyRollback',
  why: (version) => `5xx since ${version}`,
};

/** @returns whether it was rolled back */
export async function trafficOnlyDemo(around: Around): Promise<boolean> {
  const { say, begin, keep } = around;
  say('Starting a Temporal server, nginx, and a service with two colours …');
  const { temporal, sandbox } = await startStage(around, { green: { bad: BAD_SHARE } });
  const traffic = await begin(async () =>
    startTraffic(`${sandbox.url}/`, { perSecond: REQUESTS_PER_SECOND }),
  );
  await enough(traffic, 0);

  say(`
  Service     listings, at ${sandbox.url}, ${REQUESTS_PER_SECOND} requests a second
  Live        green (1.5.0), just deployed, and bad: ${successRate(traffic.answers)} of its answers are good
  Idle        blue (1.4.0), which worked yesterday
  Settings    ${sandbox.configFile}
  Temporal UI ${temporal.uiUrl}

$ backout rollback traffic-only listings --reason "5xx since 1.5.0" --yes
`);
  const args = ['rollback', 'traffic-only', 'listings', '--reason', '5xx since 1.5.0', '--yes'];
  const exitCode = await backout(sandbox.configFile, args);
  const rolledBackAt = Date.now();
  await enough(traffic, rolledBackAt);

  say(
    `  Success rate before   ${successRate(traffic.answers.filter(({ release }) => release === 'green'))} (green)`,
  );
  say(
    `  Success rate after    ${successRate(traffic.answers.filter(({ sentAt }) => sentAt >= rolledBackAt))} (blue)`,
  );
  say(`  Requests              ${traffic.answers.length}, of which ${lost(traffic.answers)} got no answer`);
  say(`  Report                ${sandbox.incidents}/`);
  say(`  Temporal UI           ${temporal.uiUrl}/namespaces/default/workflows`);
  if (keep) await playground({ sandbox, temporal, say, begin }, TRAFFIC_ONLY);
  say('\nAll of it is ended now; the report stays. With `npm run demo -- --keep` it goes on running.');
  return exitCode === 0;
}
