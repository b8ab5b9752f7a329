/** Removing is final: only what is surely ours, surely ended and surely old may go. */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { incidentName } from '../../../activities/incident/names.ts';
import { openIncident } from '../../../activities/incident/open.ts';
import { expiredIncidents, removeExpired } from '../../../activities/incident/retention.ts';
import { FILES } from '../../../src/domain/report/files.ts';
import { summarise } from '../../../src/domain/report/summary.ts';
import type { RollbackStatus } from '../../../src/domain/rollback.ts';
import { makeRecord } from '../../support/records.ts';
import { ref, tempFolder } from './support.ts';

const NOW = new Date('2026-12-31T12:00:00.000Z');
const DAY_MS = 24 * 60 * 60 * 1000;
const daysAgo = (days: number) => new Date(NOW.getTime() - days * DAY_MS).toISOString();

/** A folder with an owner and, where a status is given, a summary of it. */
async function keep(root: string, startedAt: string, status?: Partial<RollbackStatus>): Promise<string> {
  const sink = await openIncident(root, ref('a', startedAt));
  await sink.write('state-before.txt', 'green');
  if (status !== undefined) {
    const summary = summarise(makeRecord({ status: { startedAt, ...status } }));
    await sink.write(FILES.summary, JSON.stringify(summary));
  }
  return incidentName(startedAt);
}

const ended = (endedAt: string) => ({ outcome: 'rolled-back', endedAt }) as const;
const removal = (root: string, days = 30) => removeExpired({ root, now: NOW, days });

test('by name alone, those that started more than so many days ago come into question', () => {
  const names = [
    incidentName(daysAgo(31)),
    incidentName(daysAgo(30)),
    incidentName(daysAgo(29)),
    incidentName(daysAgo(90), 2),
    'rollback-notes',
    '2025',
    `.removing-${incidentName(daysAgo(90))}`,
  ];
  expect(expiredIncidents(names, NOW, 30)).toEqual([names[0], names[3]]);
  expect(expiredIncidents(names, NOW, 89)).toEqual([names[3]]);
});

test('a rollback that ended longer ago than is kept goes with all that is in its folder', async () => {
  const root = tempFolder();
  const old = await keep(root, daysAgo(32), ended(daysAgo(31)));
  mkdirSync(join(root, old, 'from-anna'));
  writeFileSync(join(root, old, 'from-anna', 'notes.txt'), 'x');
  const young = await keep(root, daysAgo(3), ended(daysAgo(3)));
  expect(await removal(root)).toEqual({ removed: [old], problems: [] });
  expect(readdirSync(root)).toEqual([young]);
});

test('how long is kept is configurable', async () => {
  const root = tempFolder();
  const old = await keep(root, daysAgo(5), ended(daysAgo(5)));
  expect(await removal(root, 6)).toEqual({ removed: [], problems: [] });
  expect(await removal(root, 4)).toEqual({ removed: [old], problems: [] });
});

test('a rollback that waited for weeks is kept from its end on, not from its start', async () => {
  const root = tempFolder();
  const long = await keep(root, daysAgo(60), ended(daysAgo(29)));
  expect(await removal(root)).toEqual({ removed: [], problems: [] });
  expect(readdirSync(root)).toEqual([long]);
});

test.each([
  ['that still runs and has no summary', undefined],
  ['whose summary has no outcome yet', { outcome: null, endedAt: null }],
  ['whose summary has no end', { outcome: 'aborted', endedAt: null }],
] as const)('a rollback %s is kept for ever', async (_, status) => {
  const root = tempFolder();
  const name = await keep(root, daysAgo(400), status);
  expect(await removal(root)).toEqual({ removed: [], problems: [] });
  expect(readdirSync(root)).toEqual([name]);
});

test.each(['', '{"format":"backout.incident/9"}', 'no JSON'])(
  'a folder whose summary reads %j is kept: nobody knows what is in it',
  async (content) => {
    const root = tempFolder();
    const name = await keep(root, daysAgo(400));
    writeFileSync(join(root, name, FILES.summary), content);
    expect(await removal(root)).toEqual({ removed: [], problems: [] });
    expect(readdirSync(root)).toEqual([name]);
  },
);

test('a folder without our owner file is kept, even with our name and a summary of ours', async () => {
  const root = tempFolder();
  const name = incidentName(daysAgo(400));
  mkdirSync(join(root, name));
  const summary = summarise(makeRecord({ status: { startedAt: daysAgo(400), ...ended(daysAgo(400)) } }));
  writeFileSync(join(root, name, FILES.summary), JSON.stringify(summary));
  expect(await removal(root)).toEqual({ removed: [], problems: [] });
  expect(readdirSync(join(root, name))).toEqual([FILES.summary]);
});

test('a link to an old incident is neither followed nor removed, and neither is a file of that name', async () => {
  const [root, elsewhere] = [tempFolder(), tempFolder()];
  const name = await keep(elsewhere, daysAgo(400), ended(daysAgo(400)));
  symlinkSync(join(elsewhere, name), join(root, name));
  writeFileSync(join(root, incidentName(daysAgo(300))), 'a file');
  expect(await removal(root)).toEqual({ removed: [], problems: [] });
  expect(lstatSync(join(root, name)).isSymbolicLink()).toBe(true);
  expect(existsSync(join(elsewhere, name, FILES.summary))).toBe(true);
  expect(readdirSync(root)).toHaveLength(2);
});

test('other people’s things in the same directory are kept, however old', async () => {
  const root = tempFolder();
  for (const name of ['archive', 'rollback-notes', 'rollback-20200101-000000.bak', '.hidden']) {
    mkdirSync(join(root, name));
    utimesSync(join(root, name), 0, 0);
  }
  expect(await removal(root)).toEqual({ removed: [], problems: [] });
  expect(readdirSync(root).sort()).toEqual([
    '.hidden',
    'archive',
    'rollback-20200101-000000.bak',
    'rollback-notes',
  ]);
});

test('what a killed worker left half made or half removed goes after a day, and not before', async () => {
  const root = tempFolder();
  const leftovers = ['.opening-0123456789ab-aaaaaa', `.removing-${incidentName(daysAgo(50))}`];
  const young = ['.opening-0123456789ab-bbbbbb', `.removing-${incidentName(daysAgo(51))}`];
  for (const name of [...leftovers, ...young]) mkdirSync(join(root, name));
  for (const name of leftovers) utimesSync(join(root, name), new Date(daysAgo(1.1)), new Date(daysAgo(1.1)));
  for (const name of young) utimesSync(join(root, name), new Date(daysAgo(0.9)), new Date(daysAgo(0.9)));
  expect(await removal(root)).toEqual({ removed: [], problems: [] });
  expect(readdirSync(root).sort()).toEqual(young.sort());
});

test('one that can’t be removed is named, and does not keep the others', async () => {
  const root = tempFolder();
  const stuck = await keep(root, daysAgo(50), ended(daysAgo(50)));
  const other = await keep(root, daysAgo(40), ended(daysAgo(40)));
  // A file in the way of the name under which it is removed.
  writeFileSync(join(root, `.removing-${stuck}`), 'x');
  const { removed, problems } = await removal(root);
  expect(removed).toEqual([other]);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(new RegExp(`^${stuck}: ENOTDIR: `));
  expect(existsSync(join(root, stuck, FILES.summary))).toBe(true);
});

test('no directory yet means nothing to remove; one that can’t be read is a problem', async () => {
  const root = tempFolder();
  expect(await removal(join(root, 'gone'))).toEqual({ removed: [], problems: [] });
  writeFileSync(join(root, 'file'), '');
  const { removed, problems } = await removal(join(root, 'file'));
  expect(removed).toEqual([]);
  expect(problems).toEqual([expect.stringMatching(new RegExp(`^${join(root, 'file')}: ENOTDIR: `))]);
});
