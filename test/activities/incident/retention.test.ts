/** Removing is final: only what is surely ours, surely ended and surely old may go. */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { END_FILE } from '../../../activities/incident/end.ts';
import { incidentName } from '../../../activities/incident/names.ts';
import { openIncident } from '../../../activities/incident/open.ts';
import { removeExpired } from '../../../activities/incident/retention.ts';
import type { Found, RetentionInput, RunState } from '../../../activities/incident/retention.ts';
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
const NOTHING: Found = { removed: [], kept: [], problems: [], young: 0 };

/** Temporal knows of nothing, unless the test says otherwise. */
const removal = (root: string, change: Partial<RetentionInput> = {}): Promise<Found> =>
  removeExpired({
    root,
    now: NOW,
    days: 30,
    dryRun: false,
    signal: new AbortController().signal,
    stateOf: async () => ({ is: 'unknown' }),
    onRemoved: () => undefined,
    ...change,
  });
const temporalSays = (state: RunState) => ({ stateOf: async () => state });

test('a rollback that ended longer ago than is kept goes with all that is in its folder', async () => {
  const root = tempFolder();
  const old = await keep(root, daysAgo(32), ended(daysAgo(31)));
  mkdirSync(join(root, old, 'from-anna'));
  writeFileSync(join(root, old, 'from-anna', 'notes.txt'), 'x');
  const young = await keep(root, daysAgo(3), ended(daysAgo(3)));
  const told: string[] = [];
  const onRemoved: RetentionInput['onRemoved'] = ({ name }) => told.push(name);
  expect(await removal(root, { onRemoved })).toEqual({
    ...NOTHING,
    removed: [{ name: old, why: 'it ended at 2026-11-30 12:00:00 UTC, more than 30 days ago' }],
    young: 1,
  });
  expect(readdirSync(root)).toEqual([young]);
  expect(told).toEqual([old]);
});

test('a dry run says the same, and removes and notes nothing', async () => {
  const root = tempFolder();
  const old = await keep(root, daysAgo(32), ended(daysAgo(31)));
  const cutOff = await keep(root, daysAgo(50));
  const told: string[] = [];
  const found = await removal(root, {
    ...temporalSays({ is: 'ended', at: daysAgo(49) }),
    dryRun: true,
    onRemoved: ({ name }) => told.push(name),
  });
  expect(found.removed.map(({ name }) => name)).toEqual([cutOff, old]);
  expect(told).toEqual([]);
  expect(readdirSync(root).sort()).toEqual([cutOff, old]);
  expect(existsSync(join(root, cutOff, END_FILE))).toBe(false);
});

test('how long is kept is configurable', async () => {
  const root = tempFolder();
  const old = await keep(root, daysAgo(5), ended(daysAgo(5)));
  expect(await removal(root, { days: 6 })).toEqual({ ...NOTHING, young: 1 });
  expect((await removal(root, { days: 4 })).removed.map(({ name }) => name)).toEqual([old]);
});

test('a rollback that waited for weeks is kept from its end on, not from its start', async () => {
  const root = tempFolder();
  const long = await keep(root, daysAgo(60), ended(daysAgo(29)));
  expect(await removal(root)).toEqual({ ...NOTHING, young: 1 });
  expect(readdirSync(root)).toEqual([long]);
});

test.each(['a', 'a-follow-up-20261111T120000Z'])(
  'while Temporal says that %s runs, nothing of it goes, whatever its summary says',
  async (what) => {
    const root = tempFolder();
    const name = await keep(root, daysAgo(50), ended(daysAgo(50)));
    const other = incidentName(daysAgo(40));
    await keep(root, daysAgo(40), ended(daysAgo(40)));
    const found = await removal(root, {
      stateOf: async ({ startedAt }) =>
        startedAt === daysAgo(50) ? { is: 'running', what } : { is: 'unknown' },
    });
    expect(found.kept).toEqual([{ name, why: `${what} still runs` }]);
    expect(found.removed.map((one) => one.name)).toEqual([other]);
    expect(readdirSync(root)).toEqual([name]);
  },
);

test('where Temporal can’t be asked, that folder stays and is named, and the others go', async () => {
  const root = tempFolder();
  const name = await keep(root, daysAgo(50), ended(daysAgo(50)));
  const other = await keep(root, daysAgo(40), ended(daysAgo(40)));
  const found = await removal(root, {
    stateOf: async ({ startedAt }) => {
      if (startedAt === daysAgo(50)) throw new Error('14 UNAVAILABLE');
      return { is: 'unknown' };
    },
  });
  expect(found.problems).toEqual([{ name, why: '14 UNAVAILABLE' }]);
  expect(found.removed.map((one) => one.name)).toEqual([other]);
  expect(readdirSync(root)).toEqual([name]);
});

test('a rollback that was ended without a report goes so long after its end, also when Temporal has forgotten it by then', async () => {
  const root = tempFolder();
  const name = await keep(root, daysAgo(40));
  const terminated = temporalSays({ is: 'ended', at: daysAgo(39) });
  const soon = new Date(daysAgo(38));
  expect(await removal(root, { ...terminated, now: soon })).toEqual({ ...NOTHING, young: 1 });
  expect(await removal(root)).toEqual({
    ...NOTHING,
    removed: [{ name, why: 'it ended at 2026-11-22 12:00:00 UTC, more than 30 days ago' }],
  });
  expect(readdirSync(root)).toEqual([]);
});

test('a freeze that no rollback came of goes like a rollback', async () => {
  const root = tempFolder();
  const name = await keep(root, daysAgo(40));
  const summary = { format: 'backout.freeze/1', service: 'listings', endedAt: daysAgo(40) };
  writeFileSync(join(root, name, FILES.summary), JSON.stringify(summary));
  expect((await removal(root)).removed.map((one) => one.name)).toEqual([name]);
});

test.each([
  ['that still runs and has no summary', undefined],
  ['whose summary has no outcome yet', { outcome: null, endedAt: null }],
  ['whose summary has no end', { outcome: 'aborted', endedAt: null }],
] as const)('a rollback %s, and that Temporal does not know, is kept for ever', async (_, status) => {
  const root = tempFolder();
  const name = await keep(root, daysAgo(400), status);
  const why = 'nobody knows when a ended; look at it, and remove it by hand';
  expect(await removal(root)).toEqual({ ...NOTHING, kept: [{ name, why }] });
  expect(readdirSync(root)).toEqual([name]);
});

test.each(['', '{"format":"backout.incident/9"}', 'no JSON'])(
  'a folder whose summary reads %j is kept: nobody knows what is in it',
  async (content) => {
    const root = tempFolder();
    const name = await keep(root, daysAgo(400));
    writeFileSync(join(root, name, FILES.summary), content);
    const why = 'its summary can’t be read by this version';
    expect(await removal(root, temporalSays({ is: 'ended', at: daysAgo(400) }))).toEqual({
      ...NOTHING,
      kept: [{ name, why }],
    });
    expect(readdirSync(root)).toEqual([name]);
  },
);

test('a folder without our owner file is kept, even with our name and a summary of ours', async () => {
  const root = tempFolder();
  const name = incidentName(daysAgo(400));
  mkdirSync(join(root, name));
  const summary = summarise(makeRecord({ status: { startedAt: daysAgo(400), ...ended(daysAgo(400)) } }));
  writeFileSync(join(root, name, FILES.summary), JSON.stringify(summary));
  const why = 'Backout’s owner file is not in it';
  expect(await removal(root)).toEqual({ ...NOTHING, kept: [{ name, why }] });
  expect(readdirSync(join(root, name))).toEqual([FILES.summary]);
});

test('a copy under the name of another incident is kept', async () => {
  const root = tempFolder();
  const name = await keep(root, daysAgo(400), ended(daysAgo(400)));
  const copy = incidentName(daysAgo(300));
  renameSync(join(root, name), join(root, copy));
  const why = 'its owner file is of another rollback, a';
  expect(await removal(root)).toEqual({ ...NOTHING, kept: [{ name: copy, why }] });
});

test('a link to an old incident is neither followed nor removed, and neither is a file of that name', async () => {
  const [root, elsewhere] = [tempFolder(), tempFolder()];
  const name = await keep(elsewhere, daysAgo(400), ended(daysAgo(400)));
  symlinkSync(join(elsewhere, name), join(root, name));
  writeFileSync(join(root, incidentName(daysAgo(300))), 'a file');
  const why = 'it is a link or a file, not a folder';
  expect(await removal(root)).toEqual({
    ...NOTHING,
    kept: [
      { name, why },
      { name: incidentName(daysAgo(300)), why },
    ],
  });
  expect(lstatSync(join(root, name)).isSymbolicLink()).toBe(true);
  expect(existsSync(join(elsewhere, name, FILES.summary))).toBe(true);
  expect(readdirSync(root)).toHaveLength(2);
});

test('a link in an incident goes with it, and what it leads to stays', async () => {
  const [root, elsewhere] = [tempFolder(), tempFolder()];
  writeFileSync(join(elsewhere, 'precious'), 'x');
  const name = await keep(root, daysAgo(40), ended(daysAgo(40)));
  symlinkSync(elsewhere, join(root, name, 'dump'));
  expect((await removal(root)).removed.map((one) => one.name)).toEqual([name]);
  expect(readdirSync(elsewhere)).toEqual(['precious']);
});

test('other people’s things in the same directory are kept, however old', async () => {
  const root = tempFolder();
  const theirs = [
    '.hidden',
    '.opening-ours',
    '.removing-notes',
    'archive',
    'rollback-20200101-000000.bak',
    'rollback-notes',
  ];
  for (const name of theirs) {
    mkdirSync(join(root, name));
    utimesSync(join(root, name), 0, 0);
  }
  expect(await removal(root)).toEqual(NOTHING);
  expect(readdirSync(root).sort()).toEqual(theirs);
});

test('a removal that was cut off is finished by the next run; what was begun to be made goes after a day', async () => {
  const root = tempFolder();
  const cutOff = `.removing-${incidentName(daysAgo(50))}`;
  const [old, young] = ['.opening-0123456789ab-aaaaaa', '.opening-0123456789ab-bbbbbb'] as const;
  for (const name of [cutOff, old, young]) mkdirSync(join(root, name));
  utimesSync(join(root, old), new Date(daysAgo(1.1)), new Date(daysAgo(1.1)));
  utimesSync(join(root, young), new Date(daysAgo(0.9)), new Date(daysAgo(0.9)));
  utimesSync(join(root, cutOff), NOW, NOW);
  expect(await removal(root)).toEqual({
    ...NOTHING,
    removed: [
      { name: old, why: 'a worker died while it made it; it holds nothing' },
      { name: cutOff, why: 'its removal was cut off before' },
    ],
  });
  expect(readdirSync(root)).toEqual([young]);
});

test('it stops between two folders when it is told to', async () => {
  const root = tempFolder();
  const names = [await keep(root, daysAgo(50), ended(daysAgo(50)))];
  names.push(await keep(root, daysAgo(40), ended(daysAgo(40))));
  const told = new AbortController();
  const stopping = removal(root, {
    signal: told.signal,
    onRemoved: () => told.abort(new Error('shut down')),
  });
  await expect(stopping).rejects.toThrow('shut down');
  expect(readdirSync(root)).toEqual([names[1]]);
});

test('two workers on one disk remove each folder together, and neither takes it for a problem', async () => {
  const root = tempFolder();
  for (let day = 40; day < 60; day++) await keep(root, daysAgo(day), ended(daysAgo(day)));
  const found = await Promise.all([removal(root), removal(root)]);
  expect(found.flatMap(({ problems }) => problems)).toEqual([]);
  expect(new Set(found.flatMap(({ removed }) => removed.map(({ name }) => name))).size).toBe(20);
  expect(readdirSync(root)).toEqual([]);
});

test('one that can’t be removed is named, and does not keep the others', async () => {
  const root = tempFolder();
  const stuck = await keep(root, daysAgo(50), ended(daysAgo(50)));
  const other = await keep(root, daysAgo(40), ended(daysAgo(40)));
  // A file in the way of the name under which it is removed.
  writeFileSync(join(root, `.removing-${stuck}`), 'x');
  const { removed, problems } = await removal(root);
  expect(removed.map(({ name }) => name)).toEqual([other]);
  expect(problems).toEqual([{ name: stuck, why: expect.stringMatching(/^ENOTDIR: /) }]);
  expect(existsSync(join(root, stuck, FILES.summary))).toBe(true);
});

test('no directory yet means nothing to remove; one that can’t be read is a problem', async () => {
  const root = tempFolder();
  expect(await removal(join(root, 'gone'))).toEqual(NOTHING);
  writeFileSync(join(root, 'file'), '');
  expect(await removal(join(root, 'file'))).toEqual({
    ...NOTHING,
    problems: [{ name: join(root, 'file'), why: expect.stringMatching(/^ENOTDIR: /) }],
  });
});
