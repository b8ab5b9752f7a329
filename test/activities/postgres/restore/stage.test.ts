import { describe, expect, test } from 'vitest';
import { newName } from '../../../../activities/postgres/restore/names.ts';
import { leftovers, stageOf } from '../../../../activities/postgres/restore/stage.ts';
import { database, facts, keptMarker, liveMarker, newMarker, RUN, SHA } from './support.ts';

const asked = { live: 'shop', run: RUN, sha256: SHA };
const stage = (...databases: Parameters<typeof facts>[0]) => stageOf(facts(databases), asked)?.is ?? null;

describe('how far a run has come', () => {
  test.each([
    ['there is no such database', null, []],
    ['nothing is marked', 'untouched', [database('shop')]],
    [
      'another run is at it',
      'untouched',
      [
        database('shop', { marker: liveMarker({ run: 'other' }) }),
        database('shop_new_x_3', { marker: newMarker() }),
      ],
    ],
    ['there is no new database yet', 'begun', [database('shop', { marker: liveMarker() })]],
    [
      'the new database is half restored',
      'begun',
      [
        database('shop', { marker: liveMarker() }),
        database('shop_new_x_3', { marker: newMarker({ ready: false }) }),
      ],
    ],
    [
      'the new database has no marker yet',
      'begun',
      [database('shop', { marker: liveMarker() }), database('shop_new_x_3')],
    ],
    [
      'the new database is of another backup',
      'begun',
      [
        database('shop', { marker: liveMarker() }),
        database('shop_new_x_3', { marker: newMarker({ backup: 'b'.repeat(64) }) }),
      ],
    ],
    [
      'the new database is ready',
      'ready',
      [database('shop', { marker: liveMarker() }), database('shop_new_x_3', { marker: newMarker() })],
    ],
    ['they are swapped', 'swapped', [database('shop'), database('shop_old', { marker: keptMarker() })]],
    [
      'another run has swapped',
      'untouched',
      [database('shop'), database('shop_old', { marker: keptMarker({ run: 'other' }) })],
    ],
  ] as const)('when %s: %s', (_, expected, databases) => {
    expect(stage(...databases)).toBe(expected);
  });
});

test('leftovers are those of this run’s own attempts, none of a later one, none that is something else', () => {
  const name = (run: string, token: number) => newName('shop', { run, token });
  const databases = [
    database('shop'),
    database(name(RUN, 1)),
    database(name(RUN, 2), { marker: newMarker() }),
    database(name(RUN, 3), { marker: newMarker() }),
    database(name(RUN, 5), { marker: newMarker() }),
    database(name('other', 1)),
    database(`${name(RUN, 1)}_mine`),
  ];
  const found = leftovers(facts(databases), { ...asked, token: 4, except: name(RUN, 3) });
  expect(found.map((one) => one.name)).toEqual([name(RUN, 1), name(RUN, 2)]);
});
