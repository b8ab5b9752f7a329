/** Tests of what a login without rights meets, whoever runs the tests: root gives its rights up for them. */
import { readdirSync, statSync } from 'node:fs';
import type { Host } from '../../activities/commands/host.ts';

const NOBODY = 65534;
export const isRoot = process.getuid?.() === 0;

/** The same host, for a login that is not root. */
export function unprivileged(host: Host): Host {
  if (!isRoot) return host;
  const drop = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--'];
  return { ...host, run: (argv, options) => host.run([...drop, ...argv], options) };
}

/** Does something in this process without root's rights. */
export async function asNobody<Result>(act: () => Promise<Result>): Promise<Result> {
  if (!isRoot) return await act();
  process.seteuid?.(NOBODY);
  try {
    return await act();
  } finally {
    process.seteuid?.(0);
  }
}

/** Some process of root's that is not the first of all. For tests that are not run by root. */
export function processOfRoot(): number {
  const found = readdirSync('/proc')
    .map(Number)
    .find((pid) => pid > 1 && ownerOf(pid) === 0);
  if (found === undefined) throw new Error('this test needs a process of root on this machine');
  return found;
}

function ownerOf(pid: number): number | null {
  try {
    return statSync(`/proc/${pid}`).uid;
  } catch {
    return null;
  }
}
