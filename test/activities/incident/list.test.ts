/** What `backout history` sees: every folder of ours, newest first, and none hides another. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listIncidents, readSummary } from '../../../activities/incident/list.ts';
import { openIncident } from '../../../activities/incident/open.ts';
import { FILES } from '../../../src/domain/report/files.ts';
import { summarise } from '../../../src/domain/report/summary.ts';
import { makeRecord } from '../../support/records.ts';
import { ref, tempFolder } from './support.ts';

const SUMMARY = summarise(makeRecord());

test('no directory means no incidents', async () => {
  expect(await listIncidents(join(tempFolder(), 'gone'))).toEqual([]);
});

test('ended, unfinished and broken ones are told apart, newest first', async () => {
  const root = tempFolder();
  const done = await openIncident(root, ref('rollback-listings-42', '2026-11-21T04:15:00.000Z'));
  await done.write(FILES.summary, JSON.stringify(SUMMARY));
  await openIncident(root, ref('rollback-listings-43', '2026-11-22T04:15:00.000Z'));
  mkdirSync(join(root, 'rollback-20261120-000000'));
  writeFileSync(join(root, 'rollback-20261119-000000'), 'a file');
  mkdirSync(join(root, 'archive'));
  symlinkSync(done.folder, join(root, 'rollback-20261118-000000'));
  expect(await listIncidents(root)).toEqual([
    {
      name: 'rollback-20261122-041500',
      folder: join(root, 'rollback-20261122-041500'),
      state: 'unfinished',
      workflowId: 'rollback-listings-43',
      startedAt: '2026-11-22T04:15:00.000Z',
    },
    { name: 'rollback-20261121-041500', folder: done.folder, state: 'ended', summary: SUMMARY },
    {
      name: 'rollback-20261120-000000',
      folder: join(root, 'rollback-20261120-000000'),
      state: 'broken',
      why: 'it has neither summary.json nor an owner',
    },
  ]);
});

test('the tenth of one second comes after the ninth', async () => {
  const root = tempFolder();
  for (const end of ['', '-2', '-9', '-10']) mkdirSync(join(root, `rollback-20261120-000000${end}`));
  expect((await listIncidents(root)).map(({ name }) => name)).toEqual(
    ['-10', '-9', '-2', ''].map((end) => `rollback-20261120-000000${end}`),
  );
});

test.each([
  ['{"format":', 'summary.json is not JSON'],
  ['[]', 'summary.json is not a summary that this version reads: wrong is the whole file'],
  [
    JSON.stringify({
      ...SUMMARY,
      format: 'backout.incident/2',
      deadline: { ...SUMMARY.deadline, at: 'soon' },
    }),
    'summary.json is not a summary that this version reads: wrong is format, deadline.at',
  ],
])('a summary that reads %.20s… makes its own folder broken only', async (content, why) => {
  const root = tempFolder();
  const sink = await openIncident(root, ref('a'));
  await sink.write(FILES.summary, content);
  await openIncident(root, ref('b'));
  const incidents = await listIncidents(root);
  expect(incidents).toMatchObject([
    { name: 'rollback-20261121-041500-2', state: 'unfinished', workflowId: 'b' },
    { name: 'rollback-20261121-041500', state: 'broken', why },
  ]);
  await expect(readSummary(sink.folder)).rejects.toThrow(why);
});

test('a summary with fields of a later version is still read', async () => {
  const root = tempFolder();
  const sink = await openIncident(root, ref('a'));
  await sink.write(FILES.summary, JSON.stringify({ ...SUMMARY, added: 1 }));
  expect(await readSummary(sink.folder)).toEqual(SUMMARY);
  expect(await readSummary(root)).toBeNull();
});
