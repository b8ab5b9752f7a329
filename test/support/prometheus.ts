/** A real Prometheus on loopback, with its data in a temporary folder. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../src/embedded/ports.ts';
import { until } from './until.ts';

export type RunningPrometheus = {
  url: string;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
};

/** `targets` are host:port; each is asked for /metrics. Ready to be asked when the promise resolves. */
export async function startPrometheus(options: {
  targets: string[];
  scrapeIntervalSeconds: number;
}): Promise<RunningPrometheus> {
  const directory = await mkdtemp(join(tmpdir(), 'backout-prometheus-'));
  const logFile = join(directory, 'log');
  const address = `127.0.0.1:${await freePort()}`;
  // JSON is YAML.
  await writeFile(join(directory, 'prometheus.yml'), JSON.stringify(configuration(options)));
  const log = openSync(logFile, 'a');
  const server = spawn('prometheus', programArguments(directory, address), { stdio: ['ignore', log, log] });
  let failed: Error | undefined;
  server.once('error', (error) => (failed = error));
  const url = `http://${address}`;
  const stop = async () => {
    if (server.pid !== undefined && server.exitCode === null && server.signalCode === null) {
      const ended = once(server, 'exit');
      // Nothing is worth keeping, so it need not write its data down first.
      server.kill('SIGKILL');
      await ended;
    }
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await until('Prometheus is ready', async () => {
      if (failed !== undefined) throw failed;
      if (server.exitCode !== null) throw new Error(`prometheus ended: ${readFileSync(logFile, 'utf8')}`);
      return await isReady(url);
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}

function configuration({
  targets,
  scrapeIntervalSeconds,
}: {
  targets: string[];
  scrapeIntervalSeconds: number;
}) {
  const interval = `${scrapeIntervalSeconds}s`;
  return {
    global: { scrape_interval: interval, scrape_timeout: interval },
    scrape_configs: [{ job_name: 'test', static_configs: [{ targets }] }],
  };
}

function programArguments(directory: string, address: string): string[] {
  return [
    `--config.file=${join(directory, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(directory, 'data')}`,
    `--web.listen-address=${address}`,
    '--log.level=warn',
  ];
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/-/ready`, { signal: AbortSignal.timeout(2000) })).ok;
  } catch {
    return false;
  }
}
