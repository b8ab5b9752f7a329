/**
 * The worker dies by SIGKILL in the middle of a partial rollback, at the places where something is changed, and is started
 * again. Each time flags, files and process end as if nothing had happened; and what was before is still on record.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { startUnleash } from '../support/unleash.ts';
import { rollBack } from './crash.ts';

/** Things that run side by side may take another turn in a second run, and a place is not come to. */
const TRIES = 3;
/** Where flags, files, records and processes are changed: what was done must be found by the next try. */
const CHANGING = /echo changed|mv -f|echo started|echo "\$result"|fetch/;
const STEPS = ['switchFlags', 'putBackConfiguration', 'restartChanged'];
const TOKEN = 'UNLEASH_OF_CRASH_TEST';

const isChange = (place: string) =>
  STEPS.includes(place.split(/[ :]/)[0] ?? '') &&
  (place.endsWith(': activity, after') || (place.endsWith(', during') && CHANGING.test(place)));

const unleash = await startUnleash();
process.env[TOKEN] = unleash.token;
afterAll(async () => {
  delete process.env[TOKEN];
  await unleash.stop();
});

const places = (await rolledBack()).filter(isChange);

describe('the places that are found', () => {
  it('are in and after each step that changes something', () => {
    for (const step of STEPS) {
      const own = places.filter((place) => place.startsWith(step));
      expect(own.filter((place) => place.endsWith(', during')).length, step).toBeGreaterThan(0);
      expect(own.filter((place) => place.endsWith(', after')).length, step).toBeGreaterThan(0);
    }
  });
});

describe('a partial rollback whose worker is killed ends as it should', () => {
  it.concurrent.each(places)('%s', (place) => killedAt(place));
});

async function killedAt(place: string): Promise<void> {
  for (let tries = 1; tries <= TRIES; tries++) if ((await rolledBack(place)).length === 0) return;
  throw new Error(`in ${TRIES} partial rollbacks no worker came to: ${place}`);
}

/** One partial rollback, judged. @returns the places that it came to; none when the worker was killed */
async function rolledBack(killAt?: string): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'backout-partial-crash-'));
  const feature = `checkout-${randomUUID()}`;
  await unleash.makeFeature(feature);
  const [flags, env, saved] = ['flags.env', '.env.green', '.env.green.old'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  await Promise.all([
    writeFile(flags, 'SEARCH=true\n'),
    writeFile(env, 'POOL=500\n'),
    writeFile(saved, 'POOL=5\n'),
  ]);
  const crashed = await rollBack({
    ssh: false,
    ...(killAt === undefined ? {} : { killAt }),
    scenario: {
      workflow: 'partialRollback',
      environment: {
        verify: { health: { steadySeconds: 0.3, intervalSeconds: 0.1 }, logErrors: { max: 0 } },
        // What dies here has to wait for the heartbeat time-out; on a busy machine that takes a while.
        budgets: {
          switchFlagsSeconds: 600,
          putBackConfigurationSeconds: 600,
          restartApplicationSeconds: 600,
        },
        flags: {
          checkout: { unleash: { url: unleash.url, token: { env: TOKEN }, feature } },
          search: { file: flags, key: 'SEARCH' },
        },
        configFiles: { green: { file: env, saved } },
      },
      request: { flags: ['checkout', 'search'], configFiles: ['green'] },
    },
  });
  const { lab, ended, story, siteBefore } = crashed;
  try {
    expect(ended.failure, story).toBeNull();
    expect(ended.result?.outcome, story).toBe('rolled-back');
    expect(await unleash.isOn(feature), story).toBe(false);
    // Switched off once: whoever comes second finds it off.
    expect(await unleash.switches(feature), story).toEqual([
      'feature-environment-enabled',
      'feature-environment-disabled',
    ]);
    expect([await readFile(flags, 'utf8'), await readFile(env, 'utf8')], story).toEqual([
      'SEARCH=false\n',
      'POOL=5\n',
    ]);
    // The files before are kept, once each, and nothing half-written.
    const copies = (await readdir(folder)).filter((name) => name.includes('backout')).sort();
    expect(
      copies.map((name) => name.replace(/\d{8}-\d{6}$/, '*')),
      story,
    ).toEqual(['.env.green.backout-*', 'flags.env.backout-*']);
    const before = await Promise.all(copies.map((name) => readFile(join(folder, name), 'utf8')));
    expect(before).toEqual(['POOL=500\n', 'SEARCH=true\n']);
    // Ended once and started once.
    expect(await lab.sandbox.green.sigterms(), story).toBe(1);
    expect(await lab.site()).toBe(siteBefore);
    expect(new Set(await lab.nextAnswers())).toEqual(new Set(['green']));
    await lab.expectFree();
    const record = await readFile(
      join(lab.sandbox.stateDirectory, `${lab.service}.production`, 'records', 'partial'),
      'utf8',
    );
    const { entries } = JSON.parse(record) as { entries: { name: string; before: string; phase: string }[] };
    expect(entries.map(({ name, phase }) => [name, phase])).toEqual([
      ['checkout', 'changed'],
      ['search', 'changed'],
      ['green', 'changed'],
    ]);
    expect(entries.slice(0, 2).map((entry) => entry.before)).toEqual(['on', 'true']);
    return crashed.signal === null ? crashed.places : [];
  } finally {
    await lab.close();
    await rm(folder, { recursive: true, force: true });
  }
}
