import { expect, test } from 'vitest';
import { renderFollowUp } from '../../../src/cli/view/follow-up.ts';
import { at } from '../../support/records.ts';
import { followUpStatus } from '../../support/follow-ups.ts';
import { fakeIo } from '../support/io.ts';

const { colours } = fakeIo();

test('what `backout status` shows of a follow-up, word for word', async () => {
  await expect(renderFollowUp(followUpStatus(), colours)).toMatchFileSnapshot('golden/follow-up.txt');
});

test('one that has ended takes no ticks any more', () => {
  const ended = followUpStatus({ phase: 'given-up', nextCheckAt: null, endedAt: at(4000) });
  const shown = renderFollowUp(ended, colours);
  expect(shown).toContain('rollback-listings-42-follow-up-20261121T041500Z: given-up');
  expect(shown).toContain('The watch is over.');
  expect(shown).toContain('Nobody is reminded any more.');
  expect(shown).not.toContain('backout tick');
});

test('one that was ended from outside says so', () => {
  const shown = renderFollowUp(followUpStatus(), colours, { end: 'terminated' });
  expect(shown.split('\n')[0]).toBe('rollback-listings-42-follow-up-20261121T041500Z: terminated');
  expect(shown).not.toContain('backout tick');
});
