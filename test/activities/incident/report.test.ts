/** What is made of the record at the end: complete, checkable, and the same when it is made again. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openIncident } from '../../../activities/incident/open.ts';
import { writeReport } from '../../../activities/incident/report.ts';
import type { ReportInput } from '../../../activities/incident/report.ts';
import { writeState } from '../../../activities/incident/state.ts';
import { renderReleases, renderState } from '../../../src/domain/report/state.ts';
import { incidentSummarySchema } from '../../../src/domain/report/summary.ts';
import { AFTER, makeRecord } from '../../support/records.ts';
import { ref, tempFolder } from './support.ts';

const FILES_OF_REPORT = [
  'INCIDENT_REPORT.md',
  'MANIFEST.sha256',
  'POSTMORTEM.md',
  'releases-after.txt',
  'state-after.json',
  'state-after.txt',
  'summary.json',
  'timeline.json',
];

async function input(change: Partial<ReportInput> = {}): Promise<ReportInput> {
  const sink = await openIncident(tempFolder(), ref('rollback-listings-42'));
  return {
    record: makeRecord(),
    sink,
    observe: async () => AFTER,
    signal: new AbortController().signal,
    ...change,
  };
}

const visible = (folder: string) =>
  readdirSync(folder)
    .filter((name) => !name.startsWith('.'))
    .sort();
const contents = (folder: string) =>
  Object.fromEntries(visible(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));

test('the report comes with summary, timeline, state after and a manifest of all of them', async () => {
  const made = await input();
  await made.sink.write('state-before.txt', 'green serves');
  const { folder } = made.sink;
  const result = await writeReport(made);
  expect(visible(folder)).toEqual([...FILES_OF_REPORT, 'state-before.txt'].sort());
  expect(result).toMatchObject({
    outcome: 'done',
    proof: `INCIDENT_REPORT.md, POSTMORTEM.md (a draft), MANIFEST.sha256 and 6 other files are in ${folder} on the worker ${hostname()}`,
    details: [],
    evidence: [{ name: 'INCIDENT_REPORT.md' }, { name: 'MANIFEST.sha256' }],
  });
  const checked = execFileSync('sha256sum', ['--check', '--strict', 'MANIFEST.sha256'], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  expect(checked.trimEnd().split('\n').sort()).toEqual(
    [...FILES_OF_REPORT, 'state-before.txt']
      .filter((name) => !['MANIFEST.sha256', 'POSTMORTEM.md'].includes(name))
      .map((name) => `${name}: OK`)
      .sort(),
  );
  const summary: unknown = JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8'));
  expect(incidentSummarySchema.parse(summary)).toMatchObject({
    outcome: 'rolled-back',
    runId: made.record.status.runId,
  });
});

test('made again, with parts of a killed attempt lying there, every file has the same bytes', async () => {
  const made = await input();
  await writeReport(made);
  const first = contents(made.sink.folder);
  writeFileSync(join(made.sink.folder, '.partial-0123456789ab-INCIDENT_REPORT.md'), '# Inci');
  const again = await openIncident(join(made.sink.folder, '..'), ref('rollback-listings-42'));
  await writeReport({ ...made, sink: again });
  expect(contents(made.sink.folder)).toEqual(first);
  expect(readdirSync(made.sink.folder).filter((name) => name.startsWith('.'))).toEqual([
    '.backout-owner.json',
  ]);
});

test('a file that somebody has put there in between is listed when the report is made again', async () => {
  const made = await input();
  await writeReport(made);
  writeFileSync(join(made.sink.folder, 'notes-of-anna.txt'), 'it was the cache');
  await writeReport(made);
  const { 'INCIDENT_REPORT.md': report, 'MANIFEST.sha256': manifest } = contents(made.sink.folder);
  expect(report).toContain('notes-of-anna.txt');
  expect(manifest).toMatch(/^[0-9a-f]{64} {2}notes-of-anna\.txt$/m);
});

test('the report says where it lies, also when no step before it could write', async () => {
  const made = await input({ record: makeRecord({ status: { incidentFolder: null } }) });
  await writeReport(made);
  expect(contents(made.sink.folder)['INCIDENT_REPORT.md']).toContain(made.sink.folder);
});

test('a state that can’t be read any more is said, and the report is written all the same', async () => {
  const made = await input({ observe: () => Promise.reject(new Error('web-1 can’t be reached')) });
  const result = await writeReport(made);
  expect(result.details).toEqual(['The state after could not be read: web-1 can’t be reached']);
  expect(visible(made.sink.folder)).toEqual([
    'INCIDENT_REPORT.md',
    'MANIFEST.sha256',
    'POSTMORTEM.md',
    'summary.json',
    'timeline.json',
  ]);
  expect(contents(made.sink.folder)['INCIDENT_REPORT.md']).toContain('web-1 can’t be reached');
});

test('a cancelled report ends at once, and leaves none that looks whole', async () => {
  const controller = new AbortController();
  const made = await input({
    signal: controller.signal,
    observe: (signal) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(new Error('killed')));
        controller.abort(new Error('cancelled'));
      }),
  });
  await expect(writeReport(made)).rejects.toThrow('cancelled');
  expect(visible(made.sink.folder)).toEqual([]);
});

test('the state is kept for programs and for people, before and after by the same names', async () => {
  const { sink } = await input();
  const files = await writeState(sink, 'before', AFTER);
  expect(files.map(({ name }) => name)).toEqual([
    'state-before.json',
    'state-before.txt',
    'releases-before.txt',
  ]);
  const written = contents(sink.folder);
  expect(JSON.parse(written['state-before.json'] ?? '')).toEqual(AFTER);
  expect(written['state-before.txt']).toBe(renderState(AFTER));
  expect(written['releases-before.txt']).toBe(renderReleases(AFTER));
});
