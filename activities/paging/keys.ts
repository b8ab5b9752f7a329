/** Names that vendors know a page or an incident by. Pure. */
import { createHash } from 'node:crypto';

/** The key itself where it is short and plain enough for the vendor, else a hash of it: the same key gives the same name. */
export function keyWithin(key: string, max: number): string {
  if (key.length <= max && /^[\x21-\x7e]+$/.test(key)) return key;
  return `backout-${hashOf(key)}`;
}

/** 40 hexadecimal digits. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 40);
}
