/** What the databases beside the live one are called. Pure. */
import { createHash } from 'node:crypto';

/** PostgreSQL cuts off what is longer, and two names would become one. */
const MAX_BYTES = 63;

/** The database that a run restores into: `shop_new_1f2e3d4c_7`. `token` is that of the attempt which made it. */
export function newName(live: string, { run, token }: { run: string; token: number }): string {
  return `${newPrefix(live, run)}${token}`;
}

/** With which attempt's token the run made this database; null when it is none of the run's. */
export function tokenOf(name: string, { live, run }: { live: string; run: string }): number | null {
  const prefix = newPrefix(live, run);
  const rest = name.startsWith(prefix) ? name.slice(prefix.length) : '';
  return /^\d+$/.test(rest) ? Number(rest) : null;
}

function newPrefix(live: string, run: string): string {
  // Room for a token of twelve digits.
  return `${shortened(live, MAX_BYTES - 26)}_new_${digest(run)}_`;
}

/** The replaced database: `shop_old_20261121_093800`. `now` is the server's own time, in UTC: 2026-11-21T09:38:00… */
export function oldName(live: string, now: string): string {
  const [date = '', time = ''] = now.replace(/[-:]/g, '').split('T');
  return `${shortened(live, MAX_BYTES - 20)}_old_${date}_${time.slice(0, 6)}`;
}

/** When a database got its old name, ISO 8601; null when its name is none of those. */
export function replacedAt(name: string): string | null {
  const [, ...parts] = /_old_(\d{4})(\d\d)(\d\d)_(\d\d)(\d\d)(\d\d)$/.exec(name) ?? [];
  const [year, month, day, hour, minute, second] = parts;
  return year === undefined ? null : `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
}

const digest = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 8);

/** As it is where it fits; else its beginning, with a digest in which long names differ. */
function shortened(name: string, bytes: number): string {
  if (Buffer.byteLength(name) <= bytes) return name;
  let kept = '';
  for (const character of name) {
    if (Buffer.byteLength(kept + character) > bytes - 9) break;
    kept += character;
  }
  return `${kept}_${digest(name)}`;
}
