/**
 * The main job on real parts, on one machine: a service with two colours behind nginx, the live one bad, under
 * constant traffic; a Temporal server, a worker, and one rollback. `--keep` leaves it running to play with.
 */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startEmbeddedTemporal } from '../src/embedded/temporal.ts';
import { SEARCH_ATTRIBUTES } from '../src/search-attributes.ts';
import { playground } from './demo/playground.ts';
import { rollBack, startBackoutWorker } from './demo/programs.ts';
import { startSandbox } from './demo/sandbox.ts';
import { startTraffic } from './demo/traffic.ts';
import { enough, lost, successRate } from './demo/traffic-report.ts';

/** Half of the answers of green are errors: a rollback is due. */
const BAD_SHARE = 0.5;
const REQUESTS_PER_SECOND = 100;

const keep = process.argv.includes('--keep');
const say = (text = '') => process.stdout.write(`${text}\n`);
/** Ends what was started, last first. */
const endings: (() => Promise<unknown>)[] = [];
let ending: Promise<void> | null = null;
/** Where the reports are, once there is such a place. */
let incidents: string | null = null;

process.on('SIGINT', () => void interrupted(130));
process.on('SIGTERM', () => void interrupted(143));

try {
  const succeeded = await demo();
  await end();
  process.exitCode = succeeded ? 0 : 1;
} catch (error) {
  await end();
  process.stderr.write(`The demo failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function demo(): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'backout-demo-'));
  endings.push(() => removeAllBut(folder, 'incidents'));

  say('Starting a Temporal server, nginx, and a service with two colours …');
  const temporal = await startEmbeddedTemporal({
    searchAttributes: [...SEARCH_ATTRIBUTES],
    namespace: 'default',
    logFile: join(folder, 'temporal.log'),
  });
  endings.push(() => temporal.stop());
  const healthAddress = `127.0.0.1:${await freePort()}`;
  const sandbox = await startSandbox({
    folder,
    green: { bad: BAD_SHARE },
    file: { temporal: { address: temporal.address }, worker: { healthAddress, logLevel: 'error' } },
  });
  endings.push(() => sandbox.stop());
  incidents = sandbox.incidents;
  const worker = await startBackoutWorker(sandbox.configFile, `http://${healthAddress}`);
  endings.push(() => worker.stop());

  const traffic = startTraffic(`${sandbox.url}/`, { perSecond: REQUESTS_PER_SECOND });
  endings.push(() => traffic.stop());
  await enough(traffic, 0);

  say(`
  Service     listings, at ${sandbox.url}, ${REQUESTS_PER_SECOND} requests a second
  Live        green (1.5.0), just deployed, and bad: ${successRate(traffic.answers)} of its answers are good
  Idle        blue (1.4.0), which worked yesterday
  Settings    ${sandbox.configFile}
  Temporal UI ${temporal.uiUrl}

$ backout rollback traffic-only listings --reason "5xx since 1.5.0" --yes
`);
  const exitCode = await rollBack(sandbox.configFile);
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
  if (keep) await playground({ sandbox, temporal, say, atEnd: (stop) => endings.push(stop) });
  say('\nAll of it is ended now; the report stays. With `npm run demo -- --keep` it goes on running.');
  return exitCode === 0;
}

async function interrupted(exitCode: number): Promise<never> {
  say('\nEnding all of it …');
  await end();
  say(`All of it is ended${incidents === null ? '' : `; the reports stay in ${incidents}/`}.`);
  process.exit(exitCode);
}

function end(): Promise<void> {
  ending ??= (async () => {
    for (const stop of endings.reverse())
      await stop().catch((error: unknown) => process.stderr.write(`${String(error)}\n`));
  })();
  return ending;
}

async function removeAllBut(folder: string, kept: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name !== kept);
  await Promise.all(names.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}
