/** `npm run demo -- full`: a release whose migration has destroyed data; traffic goes back, and then the database. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  BAD_MIGRATION,
  count,
  createListings,
  databaseOfService,
  databaseSettings,
  keptDatabase,
  migrateBadly,
} from './listings.ts';
import { playground } from './playground.ts';
import type { Job } from './playground.ts';
import { startPrivatePostgres } from './postgres.ts';
import type { PrivatePostgres } from './postgres.ts';
import { backout, backoutJson } from './programs.ts';
import type { Sandbox } from './sandbox.ts';
import { startStage } from './stage.ts';
import type { Around } from './stage.ts';
import { enter } from './terminal.ts';
import { startTraffic } from './traffic.ts';
import type { Answer, Traffic } from './traffic.ts';
import { enough, failed, foundRate, outageMs } from './traffic-report.ts';

const LISTINGS = 6000;
const READS_PER_SECOND = 100;
const WRITES_PER_SECOND = 40;

/** Exit codes of `backout`. */
const WAITING = 5;
const NOT_TYPED = 4;

const REASON = "1.5.0's migration deleted listings";

/** @returns whether everything was rolled back */
export async function fullDemo(around: Around): Promise<boolean> {
  const { folder, say, begin, keep } = around;
  say('Starting a Temporal server, nginx, PostgreSQL, and a service with two colours …');
  const postgres = await begin(() => startPrivatePostgres());
  await createListings(postgres, LISTINGS);
  const backups = join(folder, 'backups');
  await mkdir(backups);
  const { temporal, sandbox } = await startStage(around, {
    database: databaseOfService(postgres),
    environment: environment(postgres, backups),
  });

  say(`
  Service     listings, at ${sandbox.url}: ${READS_PER_SECOND} reads and ${WRITES_PER_SECOND} writes a second
  Live        green (1.5.0), about to migrate the database
  Idle        blue (1.4.0), which worked yesterday
  Database    listings, of a PostgreSQL ${await postgres.sql('SHOW server_version')} of its own: ${thousands(LISTINGS)} listings
  Settings    ${sandbox.configFile}
  Temporal UI ${temporal.uiUrl}

$ backout backup listings --release 1.4.0
`);
  await expectDone(backout(sandbox.configFile, ['backup', 'listings', '--release', '1.4.0']), 'the backup');
  const [reads, writes] = await startClients(sandbox, begin);
  const releasedAt = new Date();
  await migrateBadly(postgres);
  const migratedAt = Date.now();
  const left = await count(postgres, 'listings');
  await enough(reads, migratedAt);

  const rollback = ['rollback', 'full', 'listings', '--reason', REASON];
  const since = ['--released-at', releasedAt.toISOString(), '--yes'];
  say(`
1.5.0 migrates the database:
${BAD_MIGRATION.replaceAll(/^ {2}/gm, '    ')}

It was to delete what has expired, and has deleted all else: ${thousands(left)} of ${thousands(LISTINGS)} listings are left.
${foundRate(found(reads.answers, { since: migratedAt }))} of the reads find theirs.

$ backout rollback full listings --reason "${REASON}" ${since.join(' ')}
`);
  const startedAt = Date.now();
  const code = await backout(sandbox.configFile, [...rollback, ...since], { unattended: true });
  if (code !== WAITING) throw new Error(`the rollback did not come to RESTORE (exit code ${code})`);
  const [workflowId, backup] = await awaited(sandbox);
  const onBlue = found(reads.answers, { since: startedAt }).filter(({ release }) => release === 'blue');
  say(`
Traffic is safe, on blue. But the rows are gone: ${foundRate(onBlue)} of its reads find theirs. The database waits for a person.`);
  await confirm(around, { sandbox, workflowId, backup });
  say(`\n$ backout watch ${workflowId}\n`);
  const exitCode = await backout(sandbox.configFile, ['watch', workflowId], { unattended: true });
  const endedAt = Date.now();
  await enough(reads, endedAt);

  await report(around, { sandbox, postgres, left, startedAt, endedAt, reads, writes });
  say(`  Temporal UI    ${temporal.uiUrl}/namespaces/default/workflows`);
  if (keep) await playground({ sandbox, temporal, say, begin }, jobOf(postgres, backup));
  say('\nAll of it is ended now; the report stays. With `npm run demo -- full --keep` it goes on running.');
  return exitCode === 0;
}

function environment(postgres: PrivatePostgres, backups: string): Record<string, unknown> {
  const listings = { name: 'listings', sql: 'SELECT count(*) FROM listings', expect: String(LISTINGS) };
  return {
    database: { ...databaseSettings(postgres, backups), restore: { checks: [listings] } },
    verify: {
      health: { paths: ['/health', '/health/db'], steadySeconds: 1, intervalSeconds: 0.1 },
      logErrors: { max: 0 },
    },
  };
}

async function startClients(sandbox: Sandbox, begin: Around['begin']): Promise<[Traffic, Traffic]> {
  const any = () => 1 + Math.floor(Math.random() * LISTINGS);
  const reads = await begin(async () =>
    startTraffic(() => `${sandbox.url}/listings/${any()}`, { perSecond: READS_PER_SECOND }),
  );
  const writes = await begin(async () =>
    startTraffic(() => `${sandbox.url}/listings/${any()}/orders`, {
      perSecond: WRITES_PER_SECOND,
      method: 'POST',
    }),
  );
  await enough(reads, 0);
  return [reads, writes];
}

async function expectDone(exitCode: Promise<number>, what: string): Promise<void> {
  const code = await exitCode;
  if (code !== 0) throw new Error(`${what} was not done (exit code ${code})`);
}

type Running = {
  workflowId: string;
  status: { awaiting: { step: string | null } | null; plan: { database?: { backup: string } } | null } | null;
};

/** The rollback that waits for RESTORE, and the backup that it waits for. */
async function awaited({ configFile }: Sandbox): Promise<[string, string]> {
  const [running] = (await backoutJson(configFile, ['status'])) as Running[];
  const backup = running?.status?.plan?.database?.backup;
  if (running?.status?.awaiting?.step !== 'confirm-restore' || backup === undefined) {
    throw new Error('the rollback waits for something else than RESTORE, see above');
  }
  return [running.workflowId, backup];
}

type Asked = { sandbox: Sandbox; workflowId: string; backup: string };

/** By a person where one is there; else the demo does it, and says so. */
async function confirm({ say }: Around, { sandbox, workflowId, backup }: Asked): Promise<void> {
  const confirm = ['confirm-restore', workflowId];
  const isAttended = process.stdin.isTTY && process.stderr.isTTY;
  const args = isAttended ? confirm : [...confirm, '--phrase', 'RESTORE', '--backup', backup];
  if (!isAttended)
    say('\nThere is no terminal here that a person could type RESTORE at: the demo does it instead.');
  for (;;) {
    say(`\n$ backout ${args.join(' ')}\n`);
    const code = await backout(sandbox.configFile, args);
    if (code === 0) return;
    if (code !== NOT_TYPED || !isAttended) throw new Error(`RESTORE was not taken (exit code ${code})`);
    await enter('\nEnter asks again, Ctrl-C ends the demo. ');
  }
}

type Seen = {
  sandbox: Sandbox;
  postgres: PrivatePostgres;
  left: number;
  startedAt: number;
  endedAt: number;
  reads: Traffic;
  writes: Traffic;
};

async function report({ say }: Around, seen: Seen): Promise<void> {
  const { sandbox, postgres, left, startedAt, endedAt, reads, writes } = seen;
  const now = await count(postgres, 'listings');
  const kept = await keptDatabase(postgres);
  const newer = kept === null ? 0 : (await count(postgres, 'orders', kept)) - LISTINGS;
  say(
    `  Listings       ${thousands(LISTINGS)} before 1.5.0, ${thousands(left)} after its migration, ${thousands(now)} now`,
  );
  say(
    `  Reads find     ${foundRate(found(reads.answers, { since: endedAt }))} of the listings that they ask for`,
  );
  say(`  Reads failed   ${outage(reads, startedAt)}`);
  say(`  Writes failed  ${outage(writes, startedAt)}`);
  if (kept !== null)
    say(`  Kept           ${kept}, with the ${thousands(newer)} orders that came after the backup`);
  say(`  Report         ${sandbox.incidents}/`);
}

/** During the rollback, from the last good answer to the next. */
function outage({ answers }: Traffic, startedAt: number): string {
  const meanwhile = answers.filter(({ sentAt }) => sentAt >= startedAt);
  const seconds = (outageMs(meanwhile) / 1000).toFixed(2);
  return `for ${seconds} s of the rollback: ${thousands(failed(meanwhile).length)} of ${thousands(meanwhile.length)}`;
}

/** Of the answers, those by the database. */
function found(answers: readonly Answer[], { since }: { since: number }): Answer[] {
  return answers.filter(({ sentAt, status }) => sentAt >= since && (status === 200 || status === 404));
}

const thousands = (value: number) => value.toLocaleString('en');

/** What the playground offers. */
function jobOf(postgres: PrivatePostgres, backup: string): Job {
  return {
    command: 'full',
    workflowType: 'fullRollback',
    why: (version) => `the migration of ${version} deleted listings`,
    backup,
    deployed: async () => {
      // Where the last one was not rolled back, it is migrated already.
      if ((await count(postgres, 'listings')) === LISTINGS) await migrateBadly(postgres);
    },
  };
}
