/** What the driver of one blue/green service works with. */
import { BackoutFailure } from '../../../src/domain/failure.ts';
import type { ServiceEnvironment } from '../../../src/domain/service.ts';
import type { Colour, NginxBlueGreen } from '../../../src/domain/targets/nginx-blue-green.ts';
import type { BlockKnowledge } from '../../blocks/known.ts';
import type { Host } from '../../commands/host.ts';
import { LOCAL } from '../../commands/hosts.ts';
import type { Hosts } from '../../commands/hosts.ts';
import { together } from '../../commands/together.ts';
import { createHostProbe } from '../../http/from-host.ts';
import type { HttpAnswer, HttpProbe } from '../../http/probe.ts';
import { createTargetLock } from '../../lock/lock.ts';
import type { TargetLock } from '../../lock/lock.ts';
import { createNginx } from '../../nginx/driver.ts';
import type { Nginx } from '../../nginx/driver.ts';
import { createProcess } from '../../process/driver.ts';
import type { ReleaseProcess } from '../../process/driver.ts';

/** The host, and all that is reached through it. */
export type Access = {
  host: Host;
  lock: TargetLock;
  nginx: Nginx;
  /** Asks the colours themselves, from their host. */
  http: HttpProbe;
  /** Asks the front door, as often as wanted, each time on a new connection. */
  front(count: number, signal?: AbortSignal, headers?: Record<string, string>): Promise<HttpAnswer[]>;
  process(name: string): ReleaseProcess;
};

export type Ports = Access & {
  settings: NginxBlueGreen;
  environment: ServiceEnvironment;
  /** For reading only: what is asked for in one go is one command on the host. */
  reading: Access;
  /** The first health path: enough to see whether a colour lives. */
  healthPath: string;
  colour(name: string): Colour;
  /** Which of these versions are blocked. */
  blocks: BlockKnowledge;
};

export type PortParts = {
  settings: NginxBlueGreen;
  environment: ServiceEnvironment;
  /** `SERVICE.ENVIRONMENT`: the folder in the state directory. */
  identity: string;
  hosts: Hosts;
  workerHttp: HttpProbe;
  blocks: BlockKnowledge;
};

export function createPorts(parts: PortParts): Ports {
  const { settings, environment, identity, hosts, workerHttp, blocks } = parts;
  const host = hosts.get(settings.host);
  const directory = `${settings.stateDirectory}/${identity}`;
  const { site, upstream, colours, probe } = settings;
  const headers: Record<string, string> = probe.hostHeader === undefined ? {} : { Host: probe.hostHeader };
  const colour = (name: string): Colour => {
    const found = colours[name];
    if (found) return found;
    throw new BackoutFailure('InvalidConfiguration', {
      what: `There is no colour "${name}" in the configuration.`,
      changed: 'This step changed nothing.',
      next: `There are ${Object.keys(colours).join(', ')}.`,
    });
  };
  const access = (through: Host): Access => {
    const http = hostProbe(through, workerHttp);
    const frontProbe = probe.from === 'worker' ? workerHttp : http;
    return {
      host: through,
      lock: createTargetLock(through, directory),
      nginx: createNginx(through, settings.nginx, { site, upstream, releases: colours }),
      http,
      front: (count, signal, further = {}) =>
        frontProbe.getMany(probe.url, count, {
          headers: { ...headers, ...further },
          timeoutMs: 2000,
          ...(signal ? { signal } : {}),
        }),
      process: (name) => createProcess(through, colour(name).process, directory),
    };
  };
  return {
    ...access(host),
    settings,
    environment,
    reading: access(together(host)),
    healthPath: environment.verify.health.paths[0] ?? '/health',
    colour,
    blocks,
  };
}

/**
 * On the worker's own machine the worker asks itself, which saves a process for each question; but not for https,
 * because curl trusts the certificates that the system trusts.
 */
function hostProbe(host: Host, workerHttp: HttpProbe): HttpProbe {
  const byCurl = createHostProbe(host);
  if (host.name !== LOCAL) return byCurl;
  const probeFor = (url: string) => (url.startsWith('http://') ? workerHttp : byCurl);
  return {
    get: (url, options) => probeFor(url).get(url, options),
    getMany: (url, count, options) => probeFor(url).getMany(url, count, options),
  };
}
