/** The benchmark itself: does it run, and compare what it says it compares? Its times are for people to judge. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import type { Report } from '../../bench/benchmark.ts';

const RUN = fileURLToPath(new URL('../../bench/run.ts', import.meta.url));

test('the quick benchmark measures every way in every place, loses no request, and prints ratios', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'backout-bench-test-'));
  try {
    const json = join(folder, 'report.json');
    const args = ['--import', 'tsx', RUN, '--quick', '--json', json];
    const { stdout } = await execa(process.execPath, args);

    expect(stdout.match(/\d+\.\d\d×/g), stdout).toHaveLength(18);
    const { local, ssh, load, restore } = JSON.parse(await readFile(json, 'utf8')) as Required<Report>;
    for (const measured of [local, ssh]) {
      expect(measured.map(({ way }) => way)).toEqual(['script', 'client', 'cli']);
      // Traffic has flowed, and green has answered until it was taken out.
      for (const { way, requests, toBlueMs, totalMs, lost } of measured) {
        // The script may lose some when the machine is overloaded: it does not prove as much.
        if (way !== 'script') expect(lost).toEqual([]);
        expect(requests).toBeGreaterThan(0);
        expect(toBlueMs).toBeGreaterThan(0);
        expect(totalMs).toBeGreaterThan(toBlueMs);
      }
    }
    expect(load).toMatchObject({ rollbacks: 10, waiting: 20 });
    expect(restore.measured.map(({ way }) => way)).toEqual(['script', 'backout', 'backout-plain']);
    expect(restore.bytes.database).toBeGreaterThan(10_000_000);
    for (const { totalMs, withoutReadsMs, withoutWritesMs, requests } of restore.measured) {
      // The sessions are ended in every way: somebody has noticed that.
      for (const without of [withoutReadsMs, withoutWritesMs]) expect(without).toBeGreaterThan(0);
      expect(totalMs).toBeGreaterThan(0);
      expect(requests).toBeGreaterThan(0);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 300_000);
