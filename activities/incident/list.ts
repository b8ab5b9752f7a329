/** The rollbacks that have left a folder, for `backout history`. */
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { FILES } from '../../src/domain/report/files.ts';
import { incidentSummarySchema } from '../../src/domain/report/summary.ts';
import type { IncidentSummary } from '../../src/domain/report/summary.ts';
import { startOfIncident } from './names.ts';
import { readOwner } from './owner.ts';

export type Incident = { name: string; folder: string } & (
  | { state: 'ended'; summary: IncidentSummary }
  /** Still running, or ended before its report could be written. */
  | { state: 'unfinished'; workflowId: string; startedAt: string }
  | { state: 'broken'; why: string }
);

/** Newest first. A folder that can't be read is shown as broken and hides no other; no directory means none. */
export async function listIncidents(root: string): Promise<Incident[]> {
  const directory = resolve(root);
  const names = (await namesIn(directory)).filter((name) => startOfIncident(name) !== null);
  const incidents = await Promise.all(names.map((name) => readIncident(join(directory, name), name)));
  return incidents.sort((a, b) => compareNames(b.name, a.name));
}

/** By start, then by number: `-10` comes after `-9`. */
function compareNames(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

async function readIncident(folder: string, name: string): Promise<Incident> {
  try {
    const summary = await readSummary(folder);
    if (summary !== null) return { name, folder, state: 'ended', summary };
    const owner = await readOwner(folder);
    return owner === null
      ? { name, folder, state: 'broken', why: `it has neither ${FILES.summary} nor an owner` }
      : { name, folder, state: 'unfinished', workflowId: owner.workflowId, startedAt: owner.startedAt };
  } catch (error) {
    return { name, folder, state: 'broken', why: error instanceof Error ? error.message : String(error) };
  }
}

/** Null where there is none yet. */
export async function readSummary(folder: string): Promise<IncidentSummary | null> {
  const file = join(folder, FILES.summary);
  let json: string;
  try {
    json = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const parsed = incidentSummarySchema.safeParse(parseJson(json));
  if (parsed.success) return parsed.data;
  const places = [...new Set(parsed.error.issues.map(({ path }) => path.join('.') || 'the whole file'))];
  throw new Error(`${FILES.summary} is not a summary that this version reads: wrong is ${places.join(', ')}`);
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new Error(`${FILES.summary} is not JSON`);
  }
}
