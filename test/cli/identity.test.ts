import { userInfo } from 'node:os';
import { expect, test } from 'vitest';
import { whoAmI } from '../../src/cli/identity.ts';

test('who I am: --by, else BACKOUT_USER, else who called sudo, else the user', () => {
  expect(whoAmI('carol', { BACKOUT_USER: 'anna', SUDO_USER: 'bob' })).toBe('carol');
  expect(whoAmI(undefined, { BACKOUT_USER: 'anna', SUDO_USER: 'bob' })).toBe('anna');
  expect(whoAmI(' ', { SUDO_USER: 'bob' })).toBe('bob');
  expect(whoAmI(undefined, {})).toBe(userInfo().username);
});
