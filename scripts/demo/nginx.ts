/** A private nginx: its own folder and configuration, loopback and high ports, nothing shared with the system's. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export type PrivateNginx = {
  /** The main configuration file. */
  config: string;
  /** Holds site files, included as *.conf. */
  sites: string;
  errorLog: string;
  pid(): Promise<number>;
  reload(): Promise<void>;
  /** Returns when it has ended; fine when it has already. */
  stop(): Promise<void>;
};

/** Where Debian and others put programs that are not for everybody. */
export const PATH_WITH_SBIN = `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin`;

/** Starts nginx on site files that are written already; `folder` must exist. */
export async function startNginx(folder: string, siteFiles: Record<string, string>): Promise<PrivateNginx> {
  const sites = join(folder, 'sites');
  const config = join(folder, 'nginx.conf');
  const errorLog = join(folder, 'error.log');
  await Promise.all([mkdir(sites, { recursive: true }), mkdir(join(folder, 'temp'), { recursive: true })]);
  await writeFile(config, mainConfig(folder));
  await Promise.all(Object.entries(siteFiles).map(([name, text]) => writeFile(join(sites, name), text)));
  const child = spawn('nginx', ['-c', config], {
    env: { ...process.env, PATH: PATH_WITH_SBIN },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, 'exit')) as [number];
  if (code !== 0) throw new Error(`nginx did not start: ${said}`);
  const pid = async () => Number((await readFile(join(folder, 'nginx.pid'), 'utf8')).trim());
  await untilPidFile(pid);
  return {
    config,
    sites,
    errorLog,
    pid,
    reload: async () => void process.kill(await pid(), 'SIGHUP'),
    // By its process: `nginx -s stop` reads the configuration first, which may be broken by then.
    stop: async () => {
      const master = await pid().catch(() => 0);
      if (master > 0) await endProcess(master);
    },
  };
}

const END_WITHIN_MS = 5000;

/** SIGTERM, and its end awaited; not for ever, since in a container nobody may collect what has ended. */
async function endProcess(pid: number): Promise<void> {
  const giveUpAt = Date.now() + END_WITHIN_MS;
  try {
    process.kill(pid, 'SIGTERM');
    while (Date.now() < giveUpAt) {
      process.kill(pid, 0);
      await pause(10);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function untilPidFile(pid: () => Promise<number>): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      if ((await pid()) > 0) return;
    } catch (error) {
      if (tries > 500) throw error;
    }
    await pause(10);
  }
}

/** The parts of a usual nginx.conf, all inside the folder. */
function mainConfig(folder: string): string {
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return [
    ...(process.getuid?.() === 0 ? ['user root;'] : []),
    'worker_processes 1;',
    `pid ${folder}/nginx.pid;`,
    `error_log ${folder}/error.log notice;`,
    'events { worker_connections 4096; }',
    'http {',
    `    access_log ${folder}/access.log;`,
    ...temp.map((name) => `    ${name}_temp_path ${folder}/temp/${name};`),
    `    include ${folder}/sites/*.conf;`,
    '}',
    '',
  ].join('\n');
}
