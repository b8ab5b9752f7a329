import { describe, expect, it } from 'vitest';
import { emptyWatch, judgeLook, kindOf, openTroubles } from '../../../src/domain/follow-up/watch.ts';
import type { Look, Watch } from '../../../src/domain/follow-up/watch.ts';
import { at } from '../../support/records.ts';

const BLUE = { name: 'blue', version: '1.4.0' };
const minute = (count: number) => at(count * 60);

/** `health!` failed, `health` passed. */
function look(count: number, ...names: string[]): Look {
  const checks = names.map((name) => ({
    name: name.replace('!', ''),
    passed: !name.endsWith('!'),
    detail: `at ${count}`,
  }));
  return { is: 'checked', at: minute(count), release: BLUE, checks, marks: [] };
}

function follow(...looks: Look[]): { watch: Watch; changes: string[] } {
  let watch = emptyWatch();
  const changes: string[] = [];
  for (const one of looks) {
    const judged = judgeLook(watch, one);
    watch = judged.watch;
    changes.push(
      ...judged.changes.map(({ what, trouble }) => `${one.at.slice(14, 16)} ${what} ${trouble.kind}`),
    );
  }
  return { watch, changes };
}

describe('the kind of trouble that a check is about', () => {
  it.each([
    ['health /health/db', 'health'],
    ['smoke GET http://x/', 'smoke'],
    ['smoke command', 'smoke'],
    ['traffic at http://x/', 'traffic'],
    ['log errors', 'log-errors'],
    ['5xx share', 'metrics'],
    ['p95', 'metrics'],
  ])('is, of %s, %s', (name, kind) => {
    expect(kindOf({ name })).toBe(kind);
  });
});

describe('a watch', () => {
  it('has each kind of trouble begin once and end once, however many checks see it', () => {
    const { watch, changes } = follow(
      look(15, 'health /a', 'p95'),
      look(30, 'health /a!', 'p95'),
      look(45, 'health /a!', 'p95!'),
      look(46, 'health /a!', 'p95!'),
      look(47, 'health /a', 'p95!'),
      look(48, 'health /a', 'p95'),
    );
    expect(changes).toEqual(['45 began health', '00 began metrics', '02 over health', '03 over metrics']);
    expect(watch.made).toBe(6);
    expect(watch.troubles).toEqual([
      {
        kind: 'health',
        since: minute(30),
        until: minute(47),
        detail: 'health /a: at 46',
        seen: 3,
        times: 1,
        ticket: null,
      },
      {
        kind: 'metrics',
        since: minute(45),
        until: minute(48),
        detail: 'p95: at 47',
        seen: 3,
        times: 1,
        ticket: null,
      },
    ]);
    expect(openTroubles(watch)).toEqual([]);
  });

  it('takes several checks of one kind for one trouble, and says all of them', () => {
    const { watch, changes } = follow(look(15, 'health /a!', 'health /b!', '5xx share!', 'p95!'));
    expect(changes).toEqual(['30 began health', '30 began metrics']);
    expect(watch.troubles.map(({ detail }) => detail)).toEqual([
      'health /a: at 15; health /b: at 15',
      '5xx share: at 15; p95: at 15',
    ]);
    expect(watch.last).toEqual({ at: minute(15), said: 'blue (1.4.0) failed 4 of 4 checks' });
  });

  it('counts how often a trouble came, and keeps its ticket', () => {
    const ticket = { system: 'github', id: '7', url: 'https://x/7' } as const;
    const first = judgeLook(emptyWatch(), look(15, 'smoke!')).watch;
    const kept = { ...first, troubles: first.troubles.map((one) => ({ ...one, ticket })) };
    const over = judgeLook(kept, look(30, 'smoke')).watch;
    const again = judgeLook(over, look(45, 'smoke!'));
    expect(again.changes.map(({ what }) => what)).toEqual(['began']);
    expect(again.watch.troubles).toEqual([
      { kind: 'smoke', since: minute(45), until: null, detail: 'smoke: at 45', seen: 2, times: 2, ticket },
    ]);
  });

  it('does not take a check that could not be made for the end of any trouble', () => {
    const failed: Look = { is: 'failed', at: minute(30), why: 'web-1 can not be reached' };
    const { watch, changes } = follow(look(15, 'health /a!'), failed, failed, look(45, 'health /a!'));
    expect(changes).toEqual(['30 began health', '45 began unwatched', '00 over unwatched']);
    expect(watch.made).toBe(2);
    expect(watch.notMade).toBe(2);
    expect(openTroubles(watch).map(({ kind, since }) => [kind, since])).toEqual([['health', minute(15)]]);
  });

  it('changes nothing by a check that was left out because another rollback runs', () => {
    const skipped: Look = { is: 'skipped', at: minute(30), why: 'not checked: rollback two runs' };
    const { watch, changes } = follow(look(15, 'health /a!'), skipped);
    expect(changes).toEqual(['30 began health']);
    expect(watch.last?.said).toBe('not checked: rollback two runs');
    expect(watch.notMade).toBe(1);
  });
});
