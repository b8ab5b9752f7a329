/** What the driver of one blue/green service works with. */
import { BackoutFailure } from '../../../src/domain/failure.ts';
import type { ServiceEnvironment } from '../../../src/domain/service.ts';
import type { Colour, NginxBlueGreen } from '../../../src/domain/targets/nginx-blue-green.ts';
import type { Host } from '../../commands/host.ts';
import type { Hosts } from '../../commands/hosts.ts';
import { createHostProbe } from '../../http/from-host.ts';
import type { HttpAnswer, HttpProbe } from '../../http/probe.ts';
import { createTargetLock } from '../../lock/lock.ts';
import type { TargetLock } from '../../lock/lock.ts';
import { createNginx } from '../../nginx/driver.ts';
import type { Nginx } from '../../nginx/driver.ts';
import { createProcess } from '../../process/driver.ts';
import type { ReleaseProcess } from '../../process/driver.ts';

export type Ports = {
  settings: NginxBlueGreen;
  environment: ServiceEnvironment;
  host: Host;
  lock: TargetLock;
  nginx: Nginx;
  /** Asks the colours themselves, from their host. */
  http: HttpProbe;
  /** Asks the front door, as often as wanted, each time on a new connection. */
  front(count: number, signal?: AbortSignal): Promise<HttpAnswer[]>;
  /** The first health path: enough to see whether a colour lives. */
  healthPath: string;
  colour(name: string): Colour;
  process(name: string): ReleaseProcess;
};

export type PortParts = {
  settings: NginxBlueGreen;
  environment: ServiceEnvironment;
  /** `SERVICE.ENVIRONMENT`: the folder in the state directory. */
  identity: string;
  hosts: Hosts;
  workerHttp: HttpProbe;
};

export function createPorts({ settings, environment, identity, hosts, workerHttp }: PortParts): Ports {
  const host = hosts.get(settings.host);
  const directory = `${settings.stateDirectory}/${identity}`;
  const { site, upstream, colours, probe } = settings;
  const fromHost = createHostProbe(host);
  const frontProbe = probe.from === 'worker' ? workerHttp : fromHost;
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
  return {
    settings,
    environment,
    host,
    lock: createTargetLock(host, directory),
    nginx: createNginx(host, settings.nginx, { site, upstream, releases: colours }),
    http: fromHost,
    front: (count, signal) =>
      frontProbe.getMany(probe.url, count, { headers, timeoutMs: 2000, ...(signal ? { signal } : {}) }),
    healthPath: environment.verify.health.paths[0] ?? '/health',
    colour,
    process: (name) => createProcess(host, colour(name).process, directory),
  };
}
