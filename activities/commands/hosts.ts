/** All configured hosts, one connection each, shared by everything that runs in this worker. */
import type { HostSettings } from '../../src/domain/hosts.ts';
import { BackoutFailure } from '../../src/domain/failure.ts';
import type { Host } from './host.ts';
import { createLocalHost } from './local.ts';
import { createSshHost } from './ssh.ts';

export type Hosts = {
  /** @throws BackoutFailure InvalidConfiguration when there is no host of that name */
  get(name: string): Host;
  /** Opens all connections side by side; fails when one can't be opened. */
  warm(): Promise<void>;
  close(): Promise<void>;
};

/** The name of the worker's own machine, which needs no configuration. */
export const LOCAL = 'local';

export function createHosts(settings: Record<string, HostSettings>): Hosts {
  const hosts = new Map<string, Host>([[LOCAL, createLocalHost(LOCAL, { sudo: false })]]);
  for (const [name, host] of Object.entries(settings)) hosts.set(name, createHost(name, host));
  return {
    get: (name) => {
      const host = hosts.get(name);
      if (host) return host;
      throw new BackoutFailure('InvalidConfiguration', {
        what: `There is no host "${name}" in the worker's configuration.`,
        changed: 'This step changed nothing.',
        next: `Add it under \`hosts\`; there are ${[...hosts.keys()].join(', ')}.`,
      });
    },
    warm: async () => void (await Promise.all([...hosts.values()].map((host) => host.warm()))),
    close: async () => void (await Promise.all([...hosts.values()].map((host) => host.close()))),
  };
}

function createHost(name: string, { ssh, sudo }: HostSettings): Host {
  return ssh === undefined ? createLocalHost(name, { sudo }) : createSshHost(name, { ssh, sudo });
}
