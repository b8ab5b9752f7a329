import { expect, test } from 'vitest';
import { wantsColours } from '../../src/cli/io.ts';

test.each([
  [{}, true, true],
  [{}, false, false],
  [{ NO_COLOR: '1' }, true, false],
  [{ NO_COLOR: '' }, true, true],
  [{ FORCE_COLOR: '1' }, false, true],
  [{ FORCE_COLOR: '0' }, true, false],
  [{ NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
])('with %j and terminal %s colours are %s', (env, isTerminal, expected) => {
  expect(wantsColours(env, isTerminal)).toBe(expected);
});
