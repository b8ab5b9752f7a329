/**
 * May the user that the commands run as do what a rollback does? Asked of the host itself, and nothing is tried: no
 * file is written and no signal is sent.
 */
import { BackoutFailure } from '../../../src/domain/failure.ts';
import type { Finding } from '../../../src/domain/readiness.ts';
import type { SiteFile } from '../../nginx/driver.ts';
import type { Dump } from '../../nginx/flatten.ts';
import { finding } from './finding.ts';
import type { Ports } from './ports.ts';

export function checkReplaceable({ nginx, settings }: Ports, site: SiteFile): Promise<Finding> {
  return finding(`change of ${settings.site}`, async () => {
    await nginx.requireReplaceable(site);
    return 'it can be replaced, with the same owner and mode';
  });
}

export function checkReloadable({ nginx }: Ports, dump: Dump): Promise<Finding> {
  return finding('reload of nginx', () => nginx.requireReloadable(dump));
}

export function checkStateDirectory(ports: Ports): Promise<Finding> {
  return finding(`state directory ${ports.settings.stateDirectory}`, () => writable(ports));
}

export function checkStoppable(ports: Ports, name: string): Promise<Finding> {
  return finding(`stop of ${name}`, async () => {
    const may = await ports.process(name).mayStop();
    return may.isSure ? may.detail : { detail: may.detail, fix: may.next };
  });
}

/** Looks for the permission only: the directory is made by the first rollback. */
async function writable({ host, settings, lock }: Ports): Promise<string> {
  const script = 'd=$1; until [ -e "$d" ]; do d=$(dirname "$d"); done; [ -w "$d" ] && command -v flock';
  const { exitCode } = await host.run(['sh', '-c', script, 'backout', lock.directory]);
  if (exitCode === 0) return `${lock.directory} can be written, flock is there`;
  throw new BackoutFailure('PermissionDenied', {
    what: `${settings.stateDirectory} can't be written on ${host.name}, or flock is missing there.`,
    changed: 'Nothing was changed.',
    next: `Make it for the user that Backout logs in as (install -d -o USER ${settings.stateDirectory}), and install util-linux.`,
  });
}
