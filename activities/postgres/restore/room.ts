/** How much is free where the database's files are. */
import type { DatabaseSettings } from '../../../src/domain/database.ts';
import type { Postgres } from '../client.ts';

/** Argument: a folder. Prints the free kilobytes of its file system. */
export const FREE = String.raw`df -P -k -- "$1" | awk 'NR == 2 { print $4 }'`;

/** Whether PostgreSQL runs on the machine of its programs. */
export function isHere({ connection: { address } }: DatabaseSettings): boolean {
  return address === undefined || /^(localhost|127\.[\d.]+|::1)$/.test(address);
}

/** Null when it can't be known: the server is on another machine than its programs, or hides where its files are. */
export async function freeBytes(
  postgres: Postgres,
  folder: string | null,
  signal?: AbortSignal,
): Promise<number | null> {
  if (folder === null || !isHere(postgres.settings)) return null;
  const { exitCode, stdout } = await postgres.script(FREE, [folder], signal === undefined ? {} : { signal });
  const kilobytes = /^(\d+)\n?$/.exec(stdout)?.[1];
  return exitCode === 0 && kilobytes !== undefined ? Number(kilobytes) * 1024 : null;
}
