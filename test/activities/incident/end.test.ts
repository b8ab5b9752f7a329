/** When a rollback ended is what its folder's age is counted from. */
import { lstatSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { END_FILE, markEnd, readEnd } from '../../../activities/incident/end.ts';
import { FILES } from '../../../src/domain/report/files.ts';
import { tempFolder } from './support.ts';

const AT = '2026-11-21T04:20:00.000Z';

function withSummary(content: string): string {
  const folder = tempFolder();
  writeFileSync(join(folder, FILES.summary), content);
  return folder;
}

test.each([
  ['of a rollback', { format: 'backout.incident/1', outcome: 'rolled-back', endedAt: AT }],
  [
    'of another version, with an outcome and fields that this one does not know',
    { format: 'backout.incident/1', outcome: 'teleported', endedAt: AT, more: 1 },
  ],
  ['of a freeze', { format: 'backout.freeze/1', endedAt: AT }],
])('the summary %s has the end', async (_, summary) => {
  expect(await readEnd(withSummary(JSON.stringify(summary)))).toEqual({ is: 'ended', at: AT });
});

test.each([
  '',
  'no JSON',
  'null',
  '{}',
  '{"format":"backout.incident/2","outcome":"rolled-back","endedAt":"2026-11-21T04:20:00.000Z"}',
  '{"format":"backout.incident/1","outcome":"rolled-back","endedAt":"yesterday"}',
])('nobody knows what the summary %j says', async (content) => {
  expect(await readEnd(withSummary(content))).toEqual({ is: 'unreadable' });
});

test('no summary and no mark: it is open', async () => {
  expect(await readEnd(tempFolder())).toEqual({ is: 'open' });
});

test('a mark counts where no summary could be written, or one without an end', async () => {
  const unfinished = withSummary('{"format":"backout.incident/1","outcome":null,"endedAt":null}');
  for (const folder of [tempFolder(), unfinished]) {
    expect(await readEnd(folder)).toEqual({ is: 'open' });
    await markEnd(folder, AT);
    expect(await readEnd(folder)).toEqual({ is: 'ended', at: AT });
  }
});

test('the mark is written whole, for owner and group only, and again without a trace', async () => {
  const folder = tempFolder();
  await markEnd(folder, '2026-11-20T00:00:00.000Z');
  await markEnd(folder, AT);
  expect(readdirSync(folder)).toEqual([END_FILE]);
  expect(lstatSync(join(folder, END_FILE)).mode & 0o777).toBe(0o640);
});

test('what a summary says goes before a mark', async () => {
  const folder = withSummary(`{"format":"backout.incident/1","outcome":"rolled-back","endedAt":"${AT}"}`);
  await markEnd(folder, '2026-11-20T00:00:00.000Z');
  expect(await readEnd(folder)).toEqual({ is: 'ended', at: AT });
});
