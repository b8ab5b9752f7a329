/** What is said where what RESTORE would lose could not be counted at this moment. */
import { expect, test } from 'vitest';
import { problemNow } from '../../../src/cli/commands/confirm-restore.ts';
import { uncounted } from '../../../src/domain/loss.ts';

const at = '2026-11-21T03:20:00.000Z';

test('a database that does not answer is named, before RESTORE is typed', () => {
  const loss = { ...uncounted(at, 'db-1 refuses connections.'), answeredAt: null };
  expect(problemNow({ loss })).toBe(
    'What would be lost could not be counted now: the database does not answer (db-1 refuses connections). A number above is older, and more may be lost.',
  );
});

test('nothing is said of one that was counted, or before RESTORE is awaited', () => {
  const loss = { ...uncounted(at, ''), problem: null, answeredAt: at };
  expect(problemNow({ loss })).toBeNull();
  expect(problemNow({})).toBeNull();
});
