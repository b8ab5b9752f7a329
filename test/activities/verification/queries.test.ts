import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fillQuery } from '../../../activities/verification/queries.ts';

const facts = { release: { name: 'blue', version: '2.4.0' }, secondsSinceSwitch: 12.9, windowSeconds: 60 };

test('a query is asked of the release that was returned to, over the time since the switch', () => {
  const query = 'sum(rate(requests{colour="$release",version="$version",code=~"5..$"}[$window]))';
  expect(fillQuery(query, facts)).toEqual({
    query: 'sum(rate(requests{colour="blue",version="2.4.0",code=~"5..$"}[12s]))',
  });
});

test('the window grows up to its limit and is never empty', () => {
  const window = (secondsSinceSwitch: number) => fillQuery('[$window]', { ...facts, secondsSinceSwitch });
  expect([window(-3), window(0.2), window(59.9), window(3600)]).toEqual(
    ['[1s]', '[1s]', '[59s]', '[60s]'].map((query) => ({ query })),
  );
});

test('a version that nothing tells is a problem only for a query that needs it', () => {
  const release = { name: 'blue', version: null };
  expect(fillQuery('up{v="$version"}', { ...facts, release })).toEqual({
    problem: 'the query needs $version, but nothing tells the version of blue',
  });
  expect(fillQuery('up{c="$release"}', { ...facts, release })).toEqual({ query: 'up{c="blue"}' });
});

test('a name that would end its quotes is refused', () => {
  const release = { name: 'blue', version: '1"} or vector(0' };
  expect(fillQuery('up{v="$version"}', { ...facts, release })).toEqual({
    problem: '"1\\"} or vector(0" can\'t be put into a query as $version',
  });
});

test('a filled-in value never brings a placeholder or quote of its own', () => {
  fc.assert(
    fc.property(fc.string(), (version) => {
      const filled = fillQuery('up{v="$version"}', { ...facts, release: { name: 'blue', version } });
      if ('query' in filled) {
        expect(filled.query).toBe(`up{v="${version}"}`);
        expect(filled.query.match(/"/g)).toHaveLength(2);
      } else {
        expect(version).toMatch(/["'`\\\n]/);
      }
    }),
  );
});
