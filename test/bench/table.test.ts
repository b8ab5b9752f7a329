import { expect, test } from 'vitest';
import type { Measured } from '../../bench/rounds.ts';
import { ratio, render } from '../../bench/table.ts';

const measured = (way: Measured['way'], toBlueMs: number, change: Partial<Measured> = {}): Measured => ({
  way,
  toBlueMs,
  totalMs: toBlueMs * 2,
  requests: 50,
  lost: [],
  ...change,
});

const ROUNDS = [
  measured('script', 100),
  measured('client', 80),
  measured('cli', 300),
  measured('script', 200),
  measured('client', 90),
  measured('cli', 330),
  measured('script', 120),
  measured('client', 60, { lost: ['status 502', 'status 502'] }),
  measured('cli', 360),
];

test("a ratio is Backout's median divided by the script's", () => {
  expect(ratio(ROUNDS, 'client', 'toBlueMs')).toBeCloseTo(80 / 120);
  expect(ratio(ROUNDS, 'cli', 'totalMs')).toBeCloseTo(330 / 120);
});

test('the report shows medians, ratios, aims, and every reason for a lost request', () => {
  const report = { at: '2026-11-21T03:00:00.000Z', machine: '2 × CPU, Node v20', rounds: 3 };
  const load = { rollbacks: 200, perSecond: 12.34, waiting: 1000, kbPerWaiting: 321.4, cached: 400 };
  const starts = { workerMs: 900, nodeMs: 40, versionMs: 60, statusMs: 130 };
  expect(render({ ...report, ssh: ROUNDS, starts, load }).split('\n')).toEqual([
    "Backout's benchmark, 2026-11-21T03:00:00.000Z: 2 × CPU, Node v20, 3 rounds in turns, medians (smallest–largest).",
    '',
    'Over SSH, under 200 requests a second, all of which close their connections: 2 of 450 lost (aim: none)',
    '                              until the last answer by green  ratio    until it has ended      ratio',
    'plain shell script            120 ms (100–200)                         240 ms (200–400)',
    'Backout, by a client          80 ms (60–90)                   0.67×    160 ms (120–180)        0.67×',
    'Backout, by its CLI           330 ms (300–360)                2.75×    660 ms (600–720)        2.75×',
    'aim, by a client                                              ≤ 0.8×                           < 1×',
    'lost by Backout, by a client: status 502 (2 times)',
    '',
    'Starts (ratio to plain Node)',
    'node -e 0                     40 ms                           1.00×',
    'backout --version             60 ms                           1.50×',
    'backout status                130 ms                          3.25×',
    'backout worker, until ready   900 ms                          22.50×',
    '',
    'One worker, with steps that take no time',
    '200 rollbacks at once         12.3 rollbacks/s',
    '1000 waiting for a person     321 KB each                              400 workflows cached',
  ]);
});
