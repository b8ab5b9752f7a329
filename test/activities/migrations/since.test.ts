/** Which migrations came since a release: by everything that can tell what it knows. */
import { describe, expect, it } from 'vitest';
import type { Applied, Migration } from '../../../activities/migrations/preset.ts';
import { migrationsSince } from '../../../activities/migrations/since.ts';
import type { Known } from '../../../activities/migrations/since.ts';

const applied = (ids: string[], failed: string[] = []): Applied => ({
  migrations: ids.map((id) => ({ id })),
  failed,
});
const summary = (since: ReturnType<typeof migrationsSince>) =>
  'why' in since
    ? since.why
    : { ids: since.migrations.map(({ id }) => id), last: since.last?.id ?? null, mayBeMore: since.mayBeMore };

describe('where the tool notes each', () => {
  const since = (known: Known, now = applied(['1', '2', '3', '4'])) =>
    summary(migrationsSince({ applied: now, known, notesEach: true, history: null }));

  it.each<[string, Known, ReturnType<typeof since>]>([
    [
      'a release that knows all',
      { of: 'these', ids: ['1', '2', '3', '4', '5'] },
      { ids: [], last: '4', mayBeMore: false },
    ],
    [
      'one that knows the first',
      { of: 'these', ids: ['1', '2'] },
      { ids: ['3', '4'], last: '2', mayBeMore: false },
    ],
    [
      'one of another branch',
      { of: 'these', ids: ['1', '3'] },
      { ids: ['2', '4'], last: '3', mayBeMore: false },
    ],
    [
      'one that knows none',
      { of: 'these', ids: [] },
      { ids: ['1', '2', '3', '4'], last: null, mayBeMore: false },
    ],
    [
      'one whose tool names what it lacks',
      { of: 'all-but', ids: ['4'] },
      { ids: ['4'], last: '3', mayBeMore: false },
    ],
    [
      'one whose last is known',
      { of: 'up-to', ids: ['2'] },
      { ids: ['3', '4'], last: '2', mayBeMore: false },
    ],
    ['one whose last is not applied', { of: 'up-to', ids: ['9'] }, '9 is not among the applied ones'],
  ])('%s', (_what, known, expected) => {
    expect(since(known)).toEqual(expected);
  });

  it('counts one that failed midway, though the release knows it', () => {
    expect(since({ of: 'these', ids: ['1', '2'] }, applied(['1', '2'], ['2']))).toMatchObject({ ids: ['2'] });
  });
});

describe('where the tool notes only the latest', () => {
  /** 1 ─ 2 ─ 3 ─┬─ 4a ─┬─ 5
   *             └─ 4b ─┘ */
  const history: Migration[] = [
    { id: '1', after: [] },
    { id: '2', after: ['1'] },
    { id: '3', after: ['2'] },
    { id: '4a', after: ['3'] },
    { id: '4b', after: ['3'] },
    { id: '5', after: ['4a', '4b'] },
  ];
  const since = (known: Known, latest: string[], past: Migration[] | null = history) =>
    summary(migrationsSince({ applied: applied(latest), known, notesEach: false, history: past }));

  it('nothing came when the release knows the latest, also without any history', () => {
    expect(since({ of: 'these', ids: ['1', '2', '3'] }, ['3'])).toEqual({
      ids: [],
      last: '3',
      mayBeMore: false,
    });
    expect(since({ of: 'these', ids: ['1', '2', '3'] }, ['3'], null)).toEqual({
      ids: [],
      last: null,
      mayBeMore: false,
    });
  });

  it('names those between from the files of the release that serves', () => {
    expect(since({ of: 'these', ids: ['1', '2'] }, ['5'])).toEqual({
      ids: ['3', '4a', '4b', '5'],
      last: '2',
      mayBeMore: false,
    });
    expect(since({ of: 'up-to', ids: ['2'] }, ['4b'])).toEqual({
      ids: ['3', '4b'],
      last: '2',
      mayBeMore: false,
    });
  });

  it('does not count what is not applied yet', () => {
    expect(since({ of: 'these', ids: ['1'] }, ['2'])).toEqual({ ids: ['2'], last: '1', mayBeMore: false });
  });

  it('says that there may be more where nothing names those between', () => {
    expect(since({ of: 'these', ids: ['1', '2'] }, ['5'], null)).toEqual({
      ids: ['5'],
      last: null,
      mayBeMore: true,
    });
    expect(since({ of: 'these', ids: ['1'] }, ['9'])).toEqual({ ids: ['9'], last: null, mayBeMore: true });
    expect(since({ of: 'up-to', ids: ['2'] }, ['3'], null)).toEqual({
      ids: ['3'],
      last: '2',
      mayBeMore: true,
    });
  });
});
