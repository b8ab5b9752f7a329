/** The edit that moves traffic, on random site files, and what it says of itself. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { requireServing, shiftUpstream } from '../../../activities/nginx/edit.ts';
import { activityOf, findUpstream } from '../../../activities/nginx/upstream.ts';
import { readWeights } from '../../../activities/nginx/weights.ts';
import { NOTHING_CHANGED } from '../../../src/domain/failure.ts';
import { randomSite, settings } from '../../support/nginx-arbitrary.ts';

const colour = fc.constantFrom<'blue' | 'green'>('blue', 'green');
const RUNS = { numRuns: 1000 };

describe('on any site file', () => {
  test('only our words change: everything else is the same to the byte', () => {
    fc.assert(
      fc.property(randomSite, colour, ({ text, shifted }, to) => {
        expect(shiftUpstream(text, settings, to).text).toBe(shifted(to));
      }),
      RUNS,
    );
  });

  test('the result has the wanted colour active, the other one down, and the headers that say so', () => {
    fc.assert(
      fc.property(randomSite, colour, ({ text }, to) => {
        const result = shiftUpstream(text, settings, to).text;
        const { byRelease } = findUpstream(result, settings);
        const from = to === 'blue' ? 'green' : 'blue';
        expect(activityOf(byRelease[to] ?? [])).toBe('active');
        expect(activityOf(byRelease[from] ?? [])).toBe('down');
        const names = { blue: 'X-Blue-Weight', green: 'X-Green-Weight' };
        expect({ [names[to]]: '100', [names[from]]: '0' }).toMatchObject(readWeights(result, settings));
      }),
      RUNS,
    );
  });

  test('applied to its own result it changes nothing', () => {
    fc.assert(
      fc.property(randomSite, colour, ({ text }, to) => {
        const once = shiftUpstream(text, settings, to).text;
        expect(shiftUpstream(once, settings, to)).toEqual({ text: once, changes: [] });
      }),
      RUNS,
    );
  });
});

const SITE = [
  'upstream listings {',
  '  server 127.0.0.1:8080',
  '    down;',
  '  server 127.0.0.1:8081;',
  '}',
  '',
];

test('changes are told by line, a directive over several lines in one', () => {
  expect(shiftUpstream(SITE.join('\n'), settings, 'blue').changes).toEqual([
    'line 3: down; -> ;',
    'line 4: server 127.0.0.1:8081; -> server 127.0.0.1:8081 down;',
  ]);
});

test('a release that is not in the settings is refused like one that is not in the upstream', () => {
  expect(() => shiftUpstream(SITE.join('\n'), settings, 'purple')).toThrow(
    expect.objectContaining({ type: 'ReleaseNotInUpstream' }),
  );
});

test('a text in which another release would serve as well is never let through', () => {
  expect(() =>
    requireServing('upstream listings { server [::1]:8080; server 127.0.0.1:8081; }', settings, 'blue'),
  ).toThrow(
    expect.objectContaining({
      type: 'WouldLeaveNoServer',
      parts: {
        what: 'The edit of "listings" in /etc/nginx/random.conf would not leave exactly blue serving.',
        changed: NOTHING_CHANGED,
        next: 'Edit the server lines by hand, and report the file as a bug.',
      },
    }),
  );
});

test('a text in which nobody would serve is never let through', () => {
  const text = 'upstream listings { server [::1]:8080 down; server 127.0.0.1:8081 down; }';
  expect(() => requireServing(text, settings, 'blue')).toThrow(
    expect.objectContaining({ type: 'WouldLeaveNoServer' }),
  );
});
