/** Folders for tests of the incident folder, removed after each test. */
import { mkdtempSync, realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';

const made: string[] = [];

afterEach(async () => {
  await Promise.all(made.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
});

/** A new empty folder. */
export function tempFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'backout-incident-')));
  made.push(folder);
  return folder;
}

export const STARTED_AT = '2026-11-21T04:15:00.250Z';

export const ref = (workflowId: string, startedAt = STARTED_AT) => ({ workflowId, startedAt });
