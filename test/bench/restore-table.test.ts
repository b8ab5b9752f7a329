import { expect, test } from 'vitest';
import type { Restored } from '../../bench/restore.ts';
import { renderRestores } from '../../bench/restore-table.ts';

const restored = (way: Restored['way'], totalMs: number, withoutMs: number): Restored => ({
  ...{ way, totalMs, withoutReadsMs: withoutMs, withoutWritesMs: withoutMs + 100 },
  ...{ requests: 1000, failed: 7 },
});

test('restores are shown as medians, with ratios to plain shell and the aims', () => {
  const bytes = { database: 308_000_000, plain: 61_000_000, own: 62_400_000 };
  const measured = [
    restored('script', 20_000, 19_900),
    restored('backout', 12_000, 400),
    restored('backout-plain', 18_000, 500),
    restored('script', 22_000, 21_900),
    restored('backout', 14_000, 600),
    restored('backout-plain', 18_000, 500),
  ];
  expect(renderRestores({ bytes, measured })).toEqual([
    'Restore of a database of 308 MB (.sql.gz 61 MB, own backup 62 MB), under reads and writes (6000)',
    '                                until all is well   ratio   without reads       ratio   without writes      ratio',
    'plain shell, from .sql.gz       21.0 s (20.0–22.0)          20.9 s (19.9–21.9)          21.0 s (20.0–22.0)',
    'Backout, from its own backup    13.0 s (12.0–14.0)  0.62×   0.5 s (0.4–0.6)     0.02×   0.6 s (0.5–0.7)     0.03×',
    'Backout, from the same .sql.gz  18.0 s (18.0–18.0)  0.86×   0.5 s (0.5–0.5)     0.02×   0.6 s (0.6–0.6)     0.03×',
    'aim, from its own backup                            ≤ 0.8×  ≤ 1 s',
  ]);
});
