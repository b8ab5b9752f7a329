/** What a full rollback is told that does not say when the faulty release went live. */
import { expect, it } from 'vitest';
import { noMoment } from '../../../activities/rollback/released-at.ts';

const NOW = Date.parse('2026-11-21T04:00:00.250Z');
const ASKED =
  'Give `releasedAt` (`--released-at 2026-11-21T03:05:00Z`), or name the backup (`--backup FILE`); `backout backups SERVICE` lists them.';

const next = async (age: () => Promise<number | null>, version: string | null = '1.5.0') =>
  (await noMoment({ name: 'green', version, age }, NOW)).parts.next;

it('offers since when its process has run, in whole seconds and never later, as only that', async () => {
  expect(await next(async () => 3_299_300)).toBe(
    `${ASKED} All that can be seen: the process of green (1.5.0) has run since 2026-11-21T03:05:00Z. ` +
      'If that is when it was released, and not a restart since: `--released-at 2026-11-21T03:05:00Z`.',
  );
  expect(await next(async () => 3_600_000, null)).toContain(
    'the process of green has run since 2026-11-21T03:00:00Z.',
  );
});

it('offers nothing where the process does not run, or can not be asked', async () => {
  expect(await next(async () => null)).toBe(ASKED);
  expect(
    await next(async () => {
      throw new Error('web-1 hangs');
    }),
  ).toBe(ASKED);
});

it('stays what it is: the request lacks something, and nothing was changed', async () => {
  const failure = await noMoment({ name: 'green', version: null, age: async () => 0 }, NOW);
  expect(failure.type).toBe('InvalidRequest');
  expect(failure.message).toMatch(
    /^A full rollback restores a backup from before the faulty release, and the request does not say when that went live\. Nothing was changed/,
  );
});
