/** The report as people read it: medians, ratios to the script, and the aims beside. Pure. */
import type { Report } from './benchmark.ts';
import type { Load } from './load.ts';
import { renderRestores } from './restore-table.ts';
import type { Measured } from './rounds.ts';
import type { Place } from './site.ts';
import type { Starts } from './starts.ts';
import { median, range } from './statistics.ts';
import { REQUESTS_PER_SECOND } from './traffic.ts';

/** The most that Backout, started by a client, may take for one of the script. */
export const AIMS = {
  local: { toBlueMs: 1.5, totalMs: 1 },
  ssh: { toBlueMs: 0.8, totalMs: 1 },
} as const satisfies Record<Place, Record<'toBlueMs' | 'totalMs', number>>;

const TITLES = { script: 'plain shell script', client: 'Backout, by a client', cli: 'Backout, by its CLI' };
const PLACES = { local: 'On this machine', ssh: 'Over SSH' };

/** Backout's median divided by the script's. */
export function ratio(
  measured: readonly Measured[],
  way: 'client' | 'cli',
  what: 'toBlueMs' | 'totalMs',
): number {
  const of = (name: Measured['way']) =>
    median(measured.filter((one) => one.way === name).map((one) => one[what]));
  return of(way) / of('script');
}

export function render(report: Report): string {
  return [
    `Backout's benchmark, ${report.at}: ${report.machine}, ${report.rounds} rounds in turns, medians (smallest–largest).`,
    ...(report.local === undefined ? [] : ['', ...rollbackTable('local', report.local)]),
    ...(report.ssh === undefined ? [] : ['', ...rollbackTable('ssh', report.ssh)]),
    ...(report.starts === undefined ? [] : ['', ...starts(report.starts)]),
    ...(report.load === undefined ? [] : ['', ...load(report.load)]),
    ...(report.restore === undefined ? [] : ['', ...renderRestores(report.restore)]),
  ].join('\n');
}

function rollbackTable(place: Place, measured: readonly Measured[]): string[] {
  const aims = AIMS[place];
  const requests = measured.reduce((sum, one) => sum + one.requests, 0);
  const lost = measured.flatMap((one) => one.lost.map((why) => `${TITLES[one.way]}: ${why}`));
  return [
    `${PLACES[place]}, under ${REQUESTS_PER_SECOND} requests a second, all of which close their connections: ${lost.length} of ${requests} lost (aim: none)`,
    columns('', 'until the last answer by green', 'ratio', 'until it has ended', 'ratio'),
    ...(['script', 'client', 'cli'] as const).map((way) => {
      const own = measured.filter((one) => one.way === way);
      const cells = (['toBlueMs', 'totalMs'] as const).flatMap((what) => [
        milliseconds(own.map((one) => one[what])),
        way === 'script' ? '' : `${ratio(measured, way, what).toFixed(2)}×`,
      ]);
      return columns(TITLES[way], ...cells);
    }),
    columns('aim, by a client', '', `≤ ${aims.toBlueMs}×`, '', `< ${aims.totalMs}×`),
    ...[...new Set(lost)].map(
      (why) => `lost by ${why} (${lost.filter((other) => other === why).length} times)`,
    ),
  ];
}

function starts({ workerMs, nodeMs, versionMs, statusMs }: Starts): string[] {
  const line = (title: string, ms: number) =>
    columns(title, `${Math.round(ms)} ms`, `${(ms / nodeMs).toFixed(2)}×`);
  return [
    'Starts (ratio to plain Node)',
    line('node -e 0', nodeMs),
    line('backout --version', versionMs),
    line('backout status', statusMs),
    line('backout worker, until ready', workerMs),
  ];
}

function load({ rollbacks, perSecond, waiting, kbPerWaiting, cached }: Load): string[] {
  return [
    'One worker, with steps that take no time',
    columns(`${rollbacks} rollbacks at once`, `${perSecond.toFixed(1)} rollbacks/s`),
    columns(
      `${waiting} waiting for a person`,
      `${Math.round(kbPerWaiting)} KB each`,
      '',
      `${cached} workflows cached`,
    ),
  ];
}

const milliseconds = (values: readonly number[]) => `${Math.round(median(values))} ms (${range(values)})`;

const WIDTHS = [30, 32, 9, 24, 8];
function columns(...cells: string[]): string {
  return cells
    .map((cell, index) => cell.padEnd(WIDTHS[index] ?? 0))
    .join('')
    .trimEnd();
}
