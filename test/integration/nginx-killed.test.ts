/**
 * The script that changes the site file is killed with SIGKILL within each command that it runs, one after the other:
 * a new command in it is covered without anyone remembering. Then the work is simply started again.
 */
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Host } from '../../activities/commands/host.ts';
import type { Nginx } from '../../activities/nginx/driver.ts';
import { localHost, startSite, unguarded } from '../support/private-nginx.ts';
import type { Site } from '../support/private-nginx.ts';
import { until } from '../support/until.ts';

const COMMANDS = [
  'basename',
  'base64',
  'cat',
  'cp',
  'cut',
  'dirname',
  'mv',
  'nginx',
  'rm',
  'sed',
  'sha256sum',
  'stat',
];

/**
 * Stands in for each of these commands: counts, and when its turn has come, does the beginning of what it would do to
 * a file, then kills all of its process group.
 */
const STAND_IN = String.raw`#!/bin/sh
PATH=$KILL_PATH
exec 8>>"$KILL_COUNT.lock"
flock 8
count=$(($(cat "$KILL_COUNT") + 1))
echo "$count" >"$KILL_COUNT"
name=$(basename -- "$0")
if [ "$count" = "$KILL_AT" ]; then
  case $name in
    base64|cat|sed) printf 'upstr' ;;
    cp) for last; do :; done; printf 'upstr' >"$last" ;;
  esac
  kill -9 0
fi
exec 8>&-
exec "$name" "$@"
`;

let site: Site;
let standIns: string;
beforeEach(async () => {
  site = await startSite();
  standIns = join(site.folder, 'temp', 'stand-ins');
  await mkdir(standIns);
  await writeFile(join(standIns, '.stand-in'), STAND_IN, { mode: 0o755 });
  await Promise.all(COMMANDS.map((name) => symlink('.stand-in', join(standIns, name))));
});
afterEach(async () => await site.stop());

/** Runs every command so that it is killed within the `at`th one that it runs itself. */
function killingHost(at: number): Host & { wasKilled(): Promise<boolean> } {
  const counter = join(standIns, '.count');
  const path = process.env['PATH'] ?? '';
  const env = [`PATH=${standIns}:${path}`, `KILL_PATH=${path}`, `KILL_COUNT=${counter}`, `KILL_AT=${at}`];
  return {
    ...localHost,
    run: async (argv, options) => {
      await writeFile(counter, '0');
      return await localHost.run(['setsid', '--wait', 'env', ...env, ...argv], options);
    },
    wasKilled: async () => Number(await readFile(counter, 'utf8')) >= at,
  };
}

const answers = (colour: string) => until(`${colour} answers`, async () => (await site.ask()) === colour);

async function readyToApply(nginx: Nginx) {
  const [file, dump] = [await nginx.read(), await nginx.dump()];
  return { site: file, text: nginx.shifted(file, 'blue').text, dump, guard: unguarded };
}

/** For 1, 2, 3, … until the work gets done without being killed. @returns how often it was killed */
async function atEveryCommand(round: (at: number) => Promise<boolean>): Promise<number> {
  for (let at = 1; ; at++) {
    if (!(await round(at))) return at - 1;
  }
}

describe('killed within any of its commands', () => {
  test('applying leaves the old file or the new one, and is completed by applying again', async () => {
    const nginx = site.driver();
    const ready = await readyToApply(nginx);
    const whole = [site.original, ready.text];
    const seen = new Set<string>();
    const kills = await atEveryCommand(async (at) => {
      const host = killingHost(at);
      await site
        .driver({ host })
        .apply(ready)
        .catch(() => undefined);
      const left = await site.text();
      expect(whole).toContain(left);
      seen.add(left);
      await site.shift(nginx, 'blue');
      await answers('blue');
      expect(await site.text()).toBe(ready.text);
      expect(await site.leftovers()).toEqual(['.listings.conf.backout-bak', '.listings.conf.backout-sum']);
      expect(await nginx.putBack(ready.site, unguarded)).toBe(true);
      await answers('green');
      expect(await site.text()).toBe(site.original);
      expect(await site.leftovers()).toEqual([]);
      return await host.wasKilled();
    });
    expect([...seen].sort()).toEqual([...whole].sort());
    expect(kills).toBeGreaterThan(20);
  });

  test('putting back leaves the old file or the new one, and is completed by putting back again', async () => {
    const nginx = site.driver();
    const ready = await readyToApply(nginx);
    const whole = [site.original, ready.text];
    const seen = new Set<string>();
    const kills = await atEveryCommand(async (at) => {
      await nginx.apply(ready);
      await answers('blue');
      const host = killingHost(at);
      await site
        .driver({ host })
        .putBack(ready.site, unguarded)
        .catch(() => undefined);
      const left = await site.text();
      expect(whole).toContain(left);
      seen.add(left);
      expect(await nginx.putBack(ready.site, unguarded)).toBe(await host.wasKilled());
      await answers('green');
      expect(await site.text()).toBe(site.original);
      expect(await site.leftovers()).toEqual([]);
      return await host.wasKilled();
    });
    expect([...seen].sort()).toEqual([...whole].sort());
    expect(kills).toBeGreaterThan(8);
  });

  test('a first try that lives on beside a second one does no harm', async () => {
    const nginx = site.driver();
    const ready = await readyToApply(nginx);
    const tries = await Promise.allSettled([1, 2, 3].map(async () => await nginx.apply(ready)));
    expect([site.original, ready.text]).toContain(await site.text());
    expect(tries).toHaveLength(3);
    await site.shift(nginx, 'blue');
    await answers('blue');
    expect(await site.text()).toBe(ready.text);
    await rm(join(site.folder, 'available/.listings.conf.backout-bak'));
    expect(await nginx.putBack(ready.site, unguarded)).toBe(false);
  });
});
