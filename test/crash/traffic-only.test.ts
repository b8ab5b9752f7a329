/**
 * The worker dies by SIGKILL at every place of a traffic-only rollback, one place at a time, and is started again.
 * Each time the rollback must end as if nothing had happened. The places are found by a first rollback that goes
 * well: a new step, a new command in a step and a new file that a step writes are covered without anybody remembering.
 */
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkManifest, onBlue } from '../support/lab.ts';
import { rollBack } from './crash.ts';
import type { Crashed } from './crash.ts';

/** Things that run side by side may take another turn in a second run, and a place is not come to. */
const TRIES = 3;

const local = await placesOf({ ssh: false });
const overSsh = await placesOf({ ssh: true });
const STEPS = [
  'captureBefore',
  'shiftTraffic',
  'captureLogs',
  'stopFaulty',
  'verifyRelease',
  'writeReport',
  'announce',
];

describe('the places that are found', () => {
  it.each(STEPS)('are before, in and after the step %s', (step) => {
    for (const places of [local, overSsh]) {
      const own = places.filter((place) => place.split(/[ :]/)[0] === step);
      expect(own.filter((place) => place.endsWith(': activity, before')).length).toBeGreaterThanOrEqual(1);
      expect(own.filter((place) => place.endsWith(': activity, after')).length).toBeGreaterThanOrEqual(1);
      expect(own.filter((place) => place.endsWith(', during')).length).toBeGreaterThanOrEqual(1);
    }
  });
});

describe('a rollback whose worker is killed ends as it should', () => {
  it.concurrent.each(local)('%s', (killAt) => expectRecovery({ ssh: false, killAt }));
});

describe('a rollback over SSH whose worker is killed ends as it should', () => {
  // What is written and sent from the worker's own machine is the same as above.
  const onHost = overSsh.filter((place) => !/: (write|fetch)\b/.test(place));
  it.concurrent.each(onHost)('%s', (killAt) => expectRecovery({ ssh: true, killAt }));
});

async function placesOf({ ssh }: { ssh: boolean }): Promise<string[]> {
  const crashed = await rollBack({ ssh });
  try {
    await expectRolledBack(crashed);
    return crashed.places;
  } finally {
    await crashed.lab.close();
  }
}

async function expectRecovery(options: { ssh: boolean; killAt: string }): Promise<void> {
  for (let tries = 1; ; tries++) {
    const crashed = await rollBack(options);
    try {
      await expectRolledBack(crashed);
      if (crashed.signal === 'SIGKILL') return;
    } finally {
      await crashed.lab.close();
    }
    if (tries === TRIES) throw new Error(`in ${TRIES} rollbacks no worker came to: ${options.killAt}`);
  }
}

async function expectRolledBack({ lab, ended, siteBefore, announceAttempts, story }: Crashed): Promise<void> {
  const { sandbox, slack } = lab;
  expect(ended.failure, story).toBeNull();
  expect(ended.result).toMatchObject({ outcome: 'rolled-back', from: 'green (1.5.0)', to: 'blue (1.4.0)' });

  expect(await lab.site()).toBe(onBlue(siteBefore));
  // The file as it was stays beside it, under names that nginx does not include; nothing half-written does.
  const beside = ['.listings.conf.backout-bak', '.listings.conf.backout-sum', 'listings.conf'];
  expect((await readdir(dirname(sandbox.site))).sort()).toEqual(beside);
  expect(new Set(await lab.nextAnswers())).toEqual(new Set(['blue']));
  expect([sandbox.green.hasEnded(), sandbox.blue.hasEnded()], story).toEqual([true, false]);
  expect([await sandbox.green.sigterms(), await sandbox.blue.sigterms()], story).toEqual([1, 0]);

  // One message each; one more at most when the worker died between sending it and saying so.
  const ids = slack.messages.map(({ id }) => id);
  const announcements = [...new Set(ids)];
  expect(announcements).toHaveLength(3);
  expect(announceAttempts).toHaveLength(3);
  for (const [index, id] of announcements.entries()) {
    expect(ids.filter((each) => each === id).length).toBeLessThanOrEqual(
      Math.min(announceAttempts[index] ?? 0, 2),
    );
  }

  const folders = await lab.incidents();
  expect(folders).toHaveLength(1);
  const folder = join(sandbox.incidents, folders[0] ?? '');
  expect(await readFile(join(folder, 'INCIDENT_REPORT.md'), 'utf8')).toContain(ended.result?.summary);
  expect((await checkManifest(folder)).filter((line) => !line.endsWith(': OK'))).toEqual([]);
  await lab.expectFree();
}
