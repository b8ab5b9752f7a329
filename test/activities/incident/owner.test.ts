/** Whose a folder is: only a file that says so in full counts. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isSameRollback, OWNER_FILE, readOwner } from '../../../activities/incident/owner.ts';
import { ref, STARTED_AT, tempFolder } from './support.ts';

const OWNER = {
  format: 'backout.owner/1',
  workflowId: 'a',
  startedAt: STARTED_AT,
  host: 'worker-1',
} as const;

test('the owner is read as it was written', async () => {
  const folder = tempFolder();
  writeFileSync(join(folder, OWNER_FILE), JSON.stringify(OWNER));
  expect(await readOwner(folder)).toEqual(OWNER);
});

test.each([
  ['no JSON', 'a'],
  ['another format', JSON.stringify({ ...OWNER, format: 'backout.owner/2' })],
  ['no start', JSON.stringify({ ...OWNER, startedAt: undefined })],
  ['null', 'null'],
])('a file with %s names no owner', async (_, content) => {
  const folder = tempFolder();
  writeFileSync(join(folder, OWNER_FILE), content);
  expect(await readOwner(folder)).toBeNull();
});

test('no folder, no file, and a file instead of the folder have no owner', async () => {
  const folder = tempFolder();
  writeFileSync(join(folder, 'file'), '');
  expect(await readOwner(folder)).toBeNull();
  expect(await readOwner(join(folder, 'gone'))).toBeNull();
  expect(await readOwner(join(folder, 'file'))).toBeNull();
});

test('an owner file that can’t be read is an error, not an answer', async () => {
  const folder = tempFolder();
  mkdirSync(join(folder, OWNER_FILE));
  await expect(readOwner(folder)).rejects.toMatchObject({ code: 'EISDIR' });
});

test('a rollback is its workflow ID and its start together', () => {
  expect(isSameRollback(OWNER, ref('a'))).toBe(true);
  expect(isSameRollback(OWNER, ref('b'))).toBe(false);
  expect(isSameRollback(OWNER, ref('a', '2026-11-21T04:15:00.251Z'))).toBe(false);
  expect(isSameRollback(null, ref('a'))).toBe(false);
});
