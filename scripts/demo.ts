/**
 * The main jobs on real parts, on one machine: a service with two colours behind nginx, the live one bad, under
 * constant traffic; a Temporal server, a worker, and one rollback. `full`: of the traffic and of the database.
 * `--keep` leaves it running to play with.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fullDemo } from './demo/full.ts';
import { trafficOnlyDemo } from './demo/traffic-only.ts';

const USAGE = 'usage: npm run demo [-- [full] [--keep]]';
const BOOTSTRAP = fileURLToPath(new URL('./bootstrap.mjs', import.meta.url));
const KNOWN = ['full', '--keep'];

const words = process.argv.slice(2);
const say = (text = '') => process.stdout.write(`${text}\n`);
/** Ends what was started, last first. */
const endings: (() => Promise<unknown>)[] = [];
let ending: Promise<void> | null = null;
/** Where the reports will be. */
let incidents: string | null = null;

process.on('SIGINT', () => void interrupted(130));
process.on('SIGTERM', () => void interrupted(143));
// The terminal is closed: then nobody hears what is said, and that is no reason to end half of it.
process.on('SIGHUP', () => void interrupted(129));
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

if (words.some((word) => !KNOWN.includes(word))) {
  process.stderr.write(`${USAGE}\n`);
  process.exitCode = 2;
} else {
  await run();
}

async function run(): Promise<void> {
  try {
    const succeeded = await demo();
    await end();
    process.exitCode = succeeded ? 0 : 1;
  } catch (error) {
    // Then it is over already, and that has been said.
    if (ending !== null) return;
    await end();
    process.stderr.write(`The demo failed: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

async function demo(): Promise<boolean> {
  const isFull = words.includes('full');
  if (isFull) getPostgres();
  const folder = await mkdtemp(join(tmpdir(), 'backout-demo-'));
  endings.push(() => removeAllBut(folder, 'incidents'));
  incidents = join(folder, 'incidents');
  return await (isFull ? fullDemo : trafficOnlyDemo)({
    folder,
    keep: words.includes('--keep'),
    say,
    begin: async (start) => {
      if (ending !== null) throw new Error('it was ended before everything was started');
      const starting = start();
      endings.push(() =>
        starting.then(
          (part) => part.stop(),
          () => undefined,
        ),
      );
      return await starting;
    },
  });
}

/** What `npm run demo` gets without being told is for the traffic alone. */
function getPostgres(): void {
  const { status } = spawnSync(process.execPath, [BOOTSTRAP, '--for', 'full-demo'], { stdio: 'inherit' });
  if (status !== 0) throw new Error('the set-up was not done, see above; nothing was started');
}

async function interrupted(exitCode: number): Promise<never> {
  say('\nEnding all of it …');
  await end();
  const reports = incidents !== null && existsSync(incidents) ? `; the reports stay in ${incidents}/` : '';
  say(`All of it is ended${reports}.`);
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
