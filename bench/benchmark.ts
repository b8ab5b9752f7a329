/** Everything that is measured, one after the other, on one Temporal server. */
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { startEmbeddedTemporal } from '../src/embedded/temporal.ts';
import { SEARCH_ATTRIBUTES } from '../src/search-attributes.ts';
import { startBackoutWorker } from '../scripts/demo/programs.ts';
import { measureLoad } from './load.ts';
import type { Load } from './load.ts';
import { measureRestores } from './restore.ts';
import type { Restores } from './restore.ts';
import { measure } from './rounds.ts';
import type { Measured } from './rounds.ts';
import { startSite } from './site.ts';
import type { Place } from './site.ts';
import { measureStarts } from './starts.ts';
import type { Starts } from './starts.ts';
import { byCli, byClient, script } from './ways.ts';

export const PARTS = ['local', 'ssh', 'starts', 'load', 'restore'] as const;
export type Part = (typeof PARTS)[number];

export type BenchOptions = {
  rounds: number;
  quick: boolean;
  /** Of the database that is restored. */
  megabytes: number;
  parts: readonly Part[];
  say: (text: string) => void;
};

export type Report = {
  at: string;
  machine: string;
  rounds: number;
  local?: Measured[];
  ssh?: Measured[];
  starts?: Starts;
  load?: Load;
  restore?: Restores;
};

export type Server = { address: string; client: Client };

export async function benchmark(options: BenchOptions): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), 'backout-bench-'));
  const temporal = await startEmbeddedTemporal({
    searchAttributes: [...SEARCH_ATTRIBUTES],
    namespace: 'default',
    logFile: join(folder, 'temporal.log'),
    headless: true,
  });
  const connection = await Connection.connect({ address: temporal.address });
  const server = { address: temporal.address, client: new Client({ connection }) };
  try {
    const report: Report = {
      at: new Date().toISOString(),
      machine: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}, Node ${process.version}`,
      rounds: options.rounds,
    };
    const wanted = (part: Part) => options.parts.includes(part);
    if (wanted('local')) report.local = await measurePlace('local', server, options);
    if (wanted('ssh')) report.ssh = await measurePlace('ssh', server, options);
    if (wanted('starts')) report.starts = await measureStartsOf(server, options);
    if (wanted('load')) report.load = await measureLoadOn(server, options);
    if (wanted('restore')) report.restore = await measureRestores(server, options);
    return report;
  } finally {
    await connection.close();
    await temporal.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measurePlace(
  place: Place,
  { address, client }: Server,
  { rounds, quick, say }: BenchOptions,
): Promise<Measured[]> {
  const site = await startSite(place, { address });
  const { configFile } = site.sandbox;
  try {
    const worker = await startBackoutWorker(configFile, site.healthUrl);
    try {
      return await measure(site, {
        ways: [script, byClient(client), byCli],
        rounds,
        warmUp: !quick,
        onRound: (round) => say(`${place}: round ${round} of ${rounds} …`),
      });
    } finally {
      await worker.stop();
    }
  } finally {
    await site.stop();
  }
}

async function measureStartsOf({ address }: Server, { rounds, quick, say }: BenchOptions): Promise<Starts> {
  say('starts …');
  const site = await startSite('local', { address });
  try {
    const { configFile } = site.sandbox;
    return await measureStarts({ configFile, healthUrl: site.healthUrl, rounds, warmUp: !quick });
  } finally {
    await site.stop();
  }
}

async function measureLoadOn(server: Server, { quick, say }: BenchOptions): Promise<Load> {
  say('load …');
  return await measureLoad(
    server,
    quick ? { rollbacks: 10, waiting: 20 } : { rollbacks: 200, waiting: 1000 },
  );
}
