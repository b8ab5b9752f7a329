/** Names of incident folders and of the files in them. Pure. */
import { createHash } from 'node:crypto';

const PATTERN = /^rollback-(\d{4})(\d{2})(\d{2})-(\d{2})(\d{2})(\d{2})(?:-([2-9]|[1-9]\d+))?$/;

/** `rollback-20261121-041509`, in UTC; `-2`, `-3`, … for others that started in the same second. */
export function incidentName(startedAt: string, count = 1): string {
  const digits = new Date(startedAt).toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
  return `rollback-${digits}${count === 1 ? '' : `-${count}`}`;
}

/** When the rollback of a folder of that name started, or null where the name is none of ours. */
export function startOfIncident(name: string): Date | null {
  const match = PATTERN.exec(name);
  if (!match) return null;
  const [, year, month, day, hour, minute, second] = match;
  const start = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(start.getTime()) ? null : start;
}

const MAX_NAME_LENGTH = 120;

/**
 * A file name that can't lead out of its folder, is never hidden, and means nothing to a shell. Where something had
 * to be changed, a few digits over the original are added, so that two names never become one.
 */
export function safeFileName(name: string): string {
  const safe = name.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[.-]+/, '');
  if (safe === name && name !== '' && name.length <= MAX_NAME_LENGTH) return name;
  const digits = createHash('sha256').update(name).digest('hex').slice(0, 8);
  const [, stem = '', ending = ''] = /^(.*?)((?:\.[A-Za-z0-9]{1,8}){0,2})$/.exec(safe) ?? [];
  // The stem is cut, since the ending says how to read the file.
  const cut = stem.slice(0, MAX_NAME_LENGTH - digits.length - 1 - ending.length).replace(/[.-]+$/, '');
  return `${cut || 'evidence'}-${digits}${ending}`;
}
