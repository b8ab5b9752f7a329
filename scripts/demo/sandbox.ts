/**
 * A small copy of a real set-up: a service with two colours behind nginx, green live and blue idle, and the
 * backout.yaml for it. For the demo, the tests and the benchmarks.
 */
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { freePort } from '../../src/embedded/ports.ts';
import { startNginx } from './nginx.ts';
import type { PrivateNginx } from './nginx.ts';
import { serviceCommand, startService } from './service.ts';
import type { RunningService, ServiceDatabase } from './service.ts';

export type SandboxOptions = {
  /** An empty folder for everything. */
  folder: string;
  /** Its name in backout.yaml: rollbacks of the same name on one Temporal server lock each other out. */
  service?: string;
  /** Of the green release. */
  green?: { bad?: number; ignoreSigterm?: boolean };
  blue?: { unhealthy?: boolean };
  /** Of both releases. */
  database?: ServiceDatabase;
  /** Host settings for `hosts.web-1`; without it the service is on the worker's own machine. */
  ssh?: Record<string, unknown>;
  slackUrlVariable?: string;
  /** Merged into the environment's settings. */
  environment?: Record<string, unknown>;
  /** Merged into the target's settings, and into those of its `nginx` and `probe`. */
  target?: Record<string, unknown>;
  /** Merged into the file. */
  file?: Record<string, unknown>;
};

export type Sandbox = {
  folder: string;
  /** backout.yaml */
  configFile: string;
  /** Its content, before it was written. */
  config: Record<string, unknown>;
  site: string;
  url: string;
  nginx: PrivateNginx;
  blue: RunningService;
  green: RunningService;
  stateDirectory: string;
  incidents: string;
  /** What both releases use. */
  database?: ServiceDatabase;
  stop(): Promise<void>;
};

/** The site file as the Listings team would write it: weights in headers, options, comments. */
export function siteFile({ port, blue, green }: { port: number; blue: number; green: number }): string {
  return `# listings: blue and green
upstream listings {
    server 127.0.0.1:${blue} max_fails=0 down;   # blue
    server 127.0.0.1:${green} max_fails=0;   # green
}

server {
    listen 127.0.0.1:${port};

    add_header X-Blue-Weight "0" always;
    add_header X-Green-Weight "100" always;

    location / {
        proxy_pass http://listings;
        proxy_set_header Host $host;
        proxy_http_version 1.1;
    }
}
`;
}

export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { folder } = options;
  const ports = { port: await freePort(), blue: await freePort(), green: await freePort() };
  const directory = join(folder, 'app');
  await mkdir(directory, { recursive: true });
  const common = { directory, ...usedDatabase(options) };
  const [blue, green] = await Promise.all([
    startService({ ...common, ...options.blue, colour: 'blue', version: '1.4.0', port: ports.blue }),
    startService({ ...common, ...options.green, colour: 'green', version: '1.5.0', port: ports.green }),
  ]);
  await mkdir(join(folder, 'nginx'), { recursive: true });
  const nginx = await startNginx(join(folder, 'nginx'), { 'listings.conf': siteFile(ports) });
  const site = join(nginx.sites, 'listings.conf');
  const incidents = join(folder, 'incidents');
  const stateDirectory = join(folder, 'state');
  const url = `http://127.0.0.1:${ports.port}`;
  const config = configuration(options, { ports, nginx, site, url, directory, stateDirectory, incidents });
  const configFile = join(folder, 'backout.yaml');
  await writeFile(configFile, stringify(config));
  return {
    folder,
    configFile,
    config,
    site,
    url,
    nginx,
    blue,
    green,
    stateDirectory,
    incidents,
    ...usedDatabase(options),
    stop: async () => {
      await Promise.allSettled([nginx.stop(), blue.kill(), green.kill()]);
      for (const { pidFile } of [blue, green]) endStarted(pidFile);
    },
  };
}

/** A release that Backout has started itself is none of our processes. Its arguments name its pid file. */
function endStarted(pidFile: string): void {
  try {
    const pid = Number(readFileSync(pidFile, 'utf8'));
    if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(pidFile)) process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

const usedDatabase = ({ database }: SandboxOptions) => (database === undefined ? {} : { database });

type Parts = {
  ports: { blue: number; green: number };
  nginx: PrivateNginx;
  site: string;
  url: string;
  directory: string;
  stateDirectory: string;
  incidents: string;
};

function configuration(options: SandboxOptions, parts: Parts): Record<string, unknown> {
  const { ports, nginx, site, url, directory, stateDirectory, incidents } = parts;
  const colour = (name: 'blue' | 'green', version: string) => ({
    servers: [`127.0.0.1:${ports[name]}`],
    url: `http://127.0.0.1:${ports[name]}`,
    weightHeader: name === 'blue' ? 'X-Blue-Weight' : 'X-Green-Weight',
    version: { header: 'X-Version' },
    process: {
      pidFile: join(directory, `${name}.pid`),
      start: serviceCommand({
        colour: name,
        version,
        directory,
        port: ports[name],
        ...usedDatabase(options),
      }),
      stopTimeoutSeconds: 3,
    },
    logs: [{ file: join(directory, `${name}.log`) }],
  });
  return {
    version: 1,
    ...(options.ssh === undefined ? {} : { hosts: { 'web-1': { ssh: options.ssh } } }),
    incidents: { directory: incidents },
    ...(options.slackUrlVariable === undefined
      ? {}
      : { slack: { incidents: { env: options.slackUrlVariable } } }),
    services: {
      [options.service ?? 'listings']: {
        environments: {
          production: {
            target: {
              kind: 'nginx-blue-green',
              ...(options.ssh === undefined ? {} : { host: 'web-1' }),
              site,
              upstream: 'listings',
              ...options.target,
              nginx: { config: nginx.config, errorLog: nginx.errorLog, ...part(options.target, 'nginx') },
              stateDirectory,
              probe: { url: `${url}/`, identityHeader: 'X-Release', ...part(options.target, 'probe') },
              colours: { blue: colour('blue', '1.4.0'), green: colour('green', '1.5.0') },
            },
            verify: {
              health: { paths: ['/health', '/health/ready'], steadySeconds: 1, intervalSeconds: 0.1 },
              smoke: { urls: [{ url: `${url}/`, bodyContains: 'blue' }] },
              logErrors: { max: 0 },
            },
            ...options.environment,
          },
        },
      },
    },
    ...options.file,
  };
}

function part(settings: Record<string, unknown> | undefined, name: string): Record<string, unknown> {
  return (settings?.[name] ?? {}) as Record<string, unknown>;
}
