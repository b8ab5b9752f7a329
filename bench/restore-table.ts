/** The restores as people read them: medians, ratios to plain shell, and the aims. Pure. */
import type { Restored, Restores } from './restore.ts';
import { median } from './statistics.ts';

const TITLES = {
  script: 'plain shell, from .sql.gz',
  backout: 'Backout, from its own backup',
  'backout-plain': 'Backout, from the same .sql.gz',
} as const satisfies Record<Restored['way'], string>;

const NUMBERS = ['totalMs', 'withoutReadsMs', 'withoutWritesMs'] as const;

export function renderRestores({ bytes, measured }: Restores): string[] {
  const of = (way: Restored['way'], what: (typeof NUMBERS)[number]) =>
    measured.filter((one) => one.way === way).map((one) => one[what]);
  const requests = measured.reduce((sum, one) => sum + one.requests, 0);
  return [
    `Restore of a database of ${megabytes(bytes.database)} (.sql.gz ${megabytes(bytes.plain)}, own backup ${megabytes(bytes.own)}), under reads and writes (${requests})`,
    columns('', 'until all is well', 'ratio', 'without reads', 'ratio', 'without writes', 'ratio'),
    ...(Object.keys(TITLES) as Restored['way'][]).map((way) => {
      const cells = NUMBERS.flatMap((what) => [
        seconds(of(way, what)),
        way === 'script' ? '' : `${(median(of(way, what)) / median(of('script', what))).toFixed(2)}×`,
      ]);
      return columns(TITLES[way], ...cells);
    }),
    columns('aim, from its own backup', '', '≤ 0.8×', '≤ 1 s'),
  ];
}

const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;

function seconds(values: readonly number[]): string {
  const of = (ms: number) => (ms / 1000).toFixed(1);
  return `${of(median(values))} s (${of(Math.min(...values))}–${of(Math.max(...values))})`;
}

const WIDTHS = [32, 20, 8, 20, 8, 20, 8];
function columns(...cells: string[]): string {
  return cells
    .map((cell, index) => cell.padEnd(WIDTHS[index] ?? 0))
    .join('')
    .trimEnd();
}
