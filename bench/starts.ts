/** How long programs take to start: the worker until it takes work, the command line until it has answered. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startBackoutWorker } from '../scripts/demo/programs.ts';
import { median } from './statistics.ts';

const BACKOUT = fileURLToPath(new URL('../bin/backout.js', import.meta.url));

export type Starts = { workerMs: number; nodeMs: number; versionMs: number; statusMs: number };
type Where = { configFile: string; healthUrl: string; rounds: number; warmUp: boolean };

/** In turns; medians. */
export async function measureStarts({ configFile, healthUrl, rounds, warmUp }: Where): Promise<Starts> {
  const programs = {
    nodeMs: ['-e', '0'],
    versionMs: [BACKOUT, '--version'],
    statusMs: [BACKOUT, '--config', configFile, 'status'],
  };
  const times = {
    workerMs: [] as number[],
    nodeMs: [] as number[],
    versionMs: [] as number[],
    statusMs: [] as number[],
  };
  for (let round = warmUp ? 0 : 1; round <= rounds; round++) {
    const taken = {
      workerMs: await workerStart(configFile, healthUrl),
      nodeMs: await runOnce(programs.nodeMs),
      versionMs: await runOnce(programs.versionMs),
      statusMs: await runOnce(programs.statusMs),
    };
    // The first round fills the disk cache and Node's cache of compiled code.
    if (round === 0) continue;
    for (const name of ['workerMs', 'nodeMs', 'versionMs', 'statusMs'] as const)
      times[name].push(taken[name]);
  }
  return {
    workerMs: median(times.workerMs),
    nodeMs: median(times.nodeMs),
    versionMs: median(times.versionMs),
    statusMs: median(times.statusMs),
  };
}

async function workerStart(configFile: string, healthUrl: string): Promise<number> {
  const started = performance.now();
  const worker = await startBackoutWorker(configFile, healthUrl);
  const taken = performance.now() - started;
  await worker.stop();
  return taken;
}

async function runOnce(args: string[]): Promise<number> {
  const started = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`node ${args.join(' ')} ended with ${String(code)}`);
  return performance.now() - started;
}
