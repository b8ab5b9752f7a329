/**
 * The worker dies by SIGKILL in the middle of a recovery, at the places where something is started, and is started again.
 * Each time the recovery ends as if nothing had happened.
 */
import { describe, expect, it } from 'vitest';
import type { Lab } from '../support/lab.ts';
import { databaseOf, stopStarted } from '../support/postgres-start.ts';
import { startPostgres } from '../support/postgres.ts';
import { rollBack } from './crash.ts';

/** Things that run side by side may take another turn in a second run, and a place is not come to. */
const TRIES = 3;
/** The commands that start and stop something: what they have done must be found by the next try. */
const CHANGING = /setpriv|pg_ctl|-D -w|echo started|echo "\$result"/;

const isChange = (place: string, steps: string[]) =>
  steps.includes(place.split(/[ :]/)[0] ?? '') &&
  (place.endsWith(': activity, after') || (place.endsWith(', during') && CHANGING.test(place)));

type Broken = {
  name: string;
  breakIt: (lab: Lab) => Promise<unknown>;
  serves: string;
  /** The activities in which the worker dies. */
  steps: string[];
};

const SITUATIONS: Broken[] = [
  {
    name: 'PostgreSQL was killed',
    breakIt: async () => undefined,
    serves: 'green',
    steps: ['startDatabase', 'reviveApplication'],
  },
  {
    name: 'PostgreSQL and both releases were killed',
    breakIt: async ({ sandbox }) => await Promise.all([sandbox.blue.kill(), sandbox.green.kill()]),
    serves: 'blue',
    steps: ['startPrevious'],
  },
];

const found = await Promise.all(
  SITUATIONS.map(async (broken) => ({
    broken,
    places: (await recovered(broken)).filter((place) => isChange(place, broken.steps)),
  })),
);

describe('the places that are found', () => {
  it.each(found)('are in and after each step that starts something: $broken.name', ({ broken, places }) => {
    for (const step of broken.steps) {
      const own = places.filter((place) => place.startsWith(step));
      expect(own.filter((place) => place.endsWith(', during')).length, step).toBeGreaterThan(0);
      expect(own.filter((place) => place.endsWith(', after')).length, step).toBeGreaterThan(0);
    }
  });
});

const runs = found.flatMap(({ broken, places }) => places.map((place) => ({ ...broken, place })));

describe('a recovery whose worker is killed ends as it should', () => {
  it.concurrent.each(runs)('$name; $place', async ({ place, ...broken }) => {
    for (let tries = 1; tries <= TRIES; tries++) {
      if ((await recovered(broken, place)).length === 0) return;
    }
    throw new Error(`in ${TRIES} recoveries no worker came to: ${place}`);
  });
});

/** One recovery, judged. @returns the places that it came to; none when the worker was killed */
async function recovered({ breakIt, serves }: Broken, killAt?: string): Promise<string[]> {
  const server = await startPostgres();
  try {
    const crashed = await rollBack({
      ssh: false,
      ...(killAt === undefined ? {} : { killAt }),
      scenario: {
        workflow: 'recoverService',
        environment: {
          database: { ...databaseOf(server), restore: {} },
          verify: { health: { steadySeconds: 0.5, intervalSeconds: 0.1 } },
        },
        before: async (lab) => {
          await server.kill();
          await breakIt(lab);
        },
      },
    });
    const { lab, ended, story } = crashed;
    try {
      expect(ended.failure, story).toBeNull();
      expect(ended.result?.outcome, story).toBe('recovered');
      expect(await server.sql('SELECT 1')).toBe('1');
      expect(new Set(await lab.nextAnswers())).toEqual(new Set([serves]));
      await lab.expectFree();
      return crashed.signal === null ? crashed.places : [];
    } finally {
      await lab.close();
    }
  } finally {
    stopStarted(server);
    await server.stop();
  }
}
