/** Recoveries on the time-skipping server: what is down is started in order, alone or inside a rollback that waits. */
import { describe, expect, it } from 'vitest';
import type { Activities } from '../../activities/types.ts';
import type { Plan } from '../../src/domain/plan.ts';
import { STEPS } from '../../src/domain/plan.ts';
import type { Recovery } from '../../src/domain/recovery.ts';
import type { RollbackResult, RollbackStatus } from '../../src/domain/rollback.ts';
import {
  decide,
  failureOf,
  refusalOf,
  fails,
  status,
  timeline,
  untilWaiting,
  withFakes as withFakesOf,
} from './drive.ts';
import type { Driven } from './drive.ts';
import { labOfFile } from './lab.ts';
import { fakePlan, fullPlan, proof, REQUEST, verdict } from './support.ts';

const lab = labOfFile();

const GONE = 'The connection to database "listings" on local could not be made: refused.';
const GREEN = { name: 'green', version: '2.0' };

/** The database is gone; green serves, and is restarted. */
function recoverPlan(request: Plan['request'], recovery: Recovery): Plan {
  const plan = fakePlan(request, { kind: 'recover', to: GREEN, recovery });
  const mending: readonly string[] = [
    'start-database',
    'start-previous',
    'restart-application',
    'shift-traffic',
  ];
  const needed: readonly string[] = recovery.todo;
  return {
    ...plan,
    steps: plan.steps.map(({ notNeeded: _, ...step }) =>
      mending.includes(step.name) && !needed.includes(step.name)
        ? { ...step, notNeeded: `${step.name} is fine` }
        : step,
    ),
  };
}

const LOST: Recovery = { troubles: [GONE], todo: ['start-database', 'restart-application'] };

const withFakes = <Result>(replaced: Partial<Activities>, drive: (driven: Driven) => Promise<Result>) =>
  withFakesOf(
    { lab, workflow: 'recoverService' },
    { planRollback: async ({ request }) => recoverPlan(request, LOST), ...replaced },
    drive,
  );

const inRollback = <Result>(replaced: Partial<Activities>, drive: (driven: Driven) => Promise<Result>) =>
  withFakesOf({ lab, workflow: 'trafficOnlyRollback' }, replaced, drive);

/** Fails until something else is done. */
function failsUntil(done: () => boolean, type: string, message: string) {
  const fail = fails(type, message);
  return async () => (done() ? proof('it works now') : await fail());
}

const acts = (calls: string[]) => calls.filter((call) => !call.startsWith('announce'));

describe('a recovery', () => {
  it('starts the database, restarts the release, verifies it, and moves no traffic', async () => {
    await withFakes({}, async ({ calls, start }) => {
      const handle = await start();
      const result = (await handle.result()) as RollbackResult;
      expect(acts(calls)).toEqual([
        'captureBefore',
        'startDatabase',
        'reviveApplication',
        'verifyRelease',
        'releaseTarget',
        'writeReport',
        'writeReport',
      ]);
      expect(result.outcome).toBe('recovered');
      expect(result.summary).toBe(
        `listings in production is recovered: green (2.0) runs and passed verification. What was broken: ${GONE} ` +
          'Traffic was not changed: shift-traffic is fine. No data was changed.',
      );
      const ended = await status(handle);
      expect(ended.steps.map(({ name }) => name)).toEqual(STEPS.recover);
      expect(ended.steps.map(({ state }) => state)).toEqual([
        'done',
        'done',
        'not-needed',
        'done',
        'not-needed',
        'done',
        'done',
        'done',
      ]);
      expect(ended.trafficSafeAt).toBe(ended.steps.find(({ name }) => name === 'verify')?.result?.provedAt);
      expect((await timeline(handle))[0]).toBe('Recovery requested: 5xx since 2.0');
    });
  });

  it('starts the previous release and moves traffic where no release runs', async () => {
    const recovery: Recovery = { troubles: ['No release runs.'], todo: ['start-previous', 'shift-traffic'] };
    const planRollback: Activities['planRollback'] = async ({ request }) => ({
      ...recoverPlan(request, recovery),
      to: { name: 'blue', version: '1.0' },
    });
    await withFakes({ planRollback }, async ({ calls, start }) => {
      const result = (await (await start()).result()) as RollbackResult;
      expect(acts(calls).slice(0, 4)).toEqual([
        'captureBefore',
        'startPrevious',
        'shiftTraffic',
        'verifyRelease',
      ]);
      expect(calls).toContain('announce traffic-shifted incidents');
      expect(result.summary).toContain('What was broken: No release runs. All traffic is on blue (1.0).');
    });
  });

  it('says that nothing is broken, and changes nothing', async () => {
    const planRollback = fails('NothingToRecover', 'Nothing is broken. Nothing was changed.');
    await withFakes({ planRollback }, async ({ calls, start }) => {
      const failure = await failureOf(await start());
      expect(failure.type).toBe('NothingToRecover');
      expect(failure.message).toBe('Nothing is broken. Nothing was changed.');
      expect(calls).toEqual([]);
    });
  });

  it('shows its plan in a dry run and changes nothing', async () => {
    await withFakes({}, async ({ calls, start }) => {
      const result = (await (await start({ ...REQUEST, dryRun: true })).result()) as RollbackResult;
      expect(result.outcome).toBe('dry-run');
      expect(result.plan?.recovery).toEqual(LOST);
      expect(calls).toEqual([]);
    });
  });

  it('asks a person when a step fails, and offers no recovery of the recovery', async () => {
    let tries = 0;
    const startDatabase: Activities['startDatabase'] = async () =>
      ++tries === 1 ? await fails('DatabaseLost', 'Nothing says how it is started.')() : proof('it answers');
    await withFakes({ startDatabase }, async ({ start }) => {
      const handle = await start();
      const waiting = await untilWaiting(handle);
      expect(waiting.awaiting?.answers.slice(0, 3)).toEqual([
        `backout decide ${handle.workflowId} start-database retry --note "WHY"`,
        `backout decide ${handle.workflowId} start-database skip --note "WHY"`,
        `backout decide ${handle.workflowId} start-database abort --note "WHY"`,
      ]);
      await expect(decide(handle, 'recover', 'start-database')).rejects.toMatchObject({
        cause: { message: 'this is a recovery already: decide retry, skip or abort' },
      });
      await decide(handle, 'retry', 'start-database');
      expect(((await handle.result()) as RollbackResult).outcome).toBe('recovered');
    });
  });

  it('is not a success when the verification fails', async () => {
    await withFakes({ verifyRelease: async () => verdict(false) }, async ({ start }) => {
      const failure = await failureOf(await start());
      expect(failure.type).toBe('Unverified');
      expect(failure.message).toContain(
        'The recovery of listings in production with green (2.0) is NOT a success:',
      );
    });
  });

  it('refuses an input with unknown keys', async () => {
    await withFakes({}, async ({ start }) => {
      const failure = await failureOf(await start({ ...REQUEST, database: 'now' }));
      expect(failure.type).toBe('InvalidRequest');
    });
  });

  it('is refused while a rollback of the same service runs, and says how that one recovers', async () => {
    const inspectLock: Activities['inspectLock'] = async () => ({
      workflowId: 'rollback-1',
      runId: 'r',
      requestedBy: 'bob',
      startedAt: '2026-11-21T03:00:00.000Z',
    });
    const stopped = fails('DatabaseLost', 'gone');
    await withFakes({ startDatabase: stopped, inspectLock }, async ({ start }) => {
      const first = await start();
      await untilWaiting(first);
      const failure = await refusalOf(await start());
      expect(failure.type).toBe('AlreadyRunning');
      expect(failure.message).toContain('`backout decide rollback-1 recover --note WHY`');
      await decide(first, 'abort', 'start-database');
      expect((await failureOf(first)).type).toBe('Aborted');
    });
  });
});

describe('a rollback that waits because the database is gone', () => {
  const verifyOnce = (): Partial<Activities> => {
    let isBack = false;
    return {
      startDatabase: async () => {
        isBack = true;
        return proof('the database answers');
      },
      verifyRelease: async () => (isBack ? verdict(true) : await fails('DatabaseLost', GONE)()),
    };
  };

  it('offers the recovery, does it under its own lock, tries its step again and ends as rolled back', async () => {
    await inRollback(verifyOnce(), async ({ calls, start }) => {
      const handle = await start();
      const waiting = await untilWaiting(handle);
      expect(waiting.awaiting?.answers).toEqual([
        `backout decide ${handle.workflowId} verify recover --note "WHY"`,
        `backout decide ${handle.workflowId} verify retry --note "WHY"`,
        `backout decide ${handle.workflowId} verify skip --note "WHY"`,
        `backout decide ${handle.workflowId} verify abort --note "WHY"`,
        `temporal workflow signal --workflow-id ${handle.workflowId} --name decideStep --input ` +
          `'{"step":"verify","decision":"recover","by":"YOUR-NAME","note":"WHY"}'`,
      ]);
      await decide(handle, 'recover', 'verify');
      expect(((await handle.result()) as RollbackResult).outcome).toBe('rolled-back');
      expect(calls.filter((call) => ['diagnose', 'reviveApplication', 'stopFaulty'].includes(call))).toEqual([
        'stopFaulty',
        'diagnose',
        'reviveApplication',
      ]);
      expect(await timeline(handle)).toEqual(
        expect.arrayContaining([
          'Decided about "Do verify": recover (because)',
          'Recovery begun: The database is gone.',
          'Recovery: the database answers',
          'Recovery: blue was started anew',
        ]),
      );
    });
  });

  it('leaves traffic to the rollback, whatever the recovery would do about it', async () => {
    const diagnose: Activities['diagnose'] = async () => ({
      troubles: ['No release runs.'],
      todo: ['start-previous', 'shift-traffic'],
    });
    let isStarted = false;
    const replaced: Partial<Activities> = {
      diagnose,
      startPrevious: async () => {
        isStarted = true;
        return proof('blue is healthy');
      },
      stopFaulty: failsUntil(() => isStarted, 'NothingServes', 'No release runs.'),
    };
    await inRollback(replaced, async ({ calls, start }) => {
      const handle = await start();
      await untilWaiting(handle);
      await decide(handle, 'recover');
      await handle.result();
      expect(calls.filter((call) => call === 'shiftTraffic')).toHaveLength(1);
    });
  });

  it('asks again when the recovery itself fails, and tries again when a person says so', async () => {
    let tries = 0;
    const replaced = {
      ...verifyOnce(),
      diagnose: async (): Promise<Recovery> => {
        if (++tries === 1) await fails('DatabaseUnreachable', 'web-1 does not answer.')();
        return LOST;
      },
    };
    await inRollback(replaced, async ({ start }) => {
      const handle = await start();
      await untilWaiting(handle);
      await decide(handle, 'recover', 'verify');
      const failed = async () => (await status(handle)).steps.find(({ name }) => name === 'verify');
      while (
        (await failed())?.failure?.type !== 'DatabaseUnreachable' ||
        (await status(handle)).awaiting === null
      )
        await new Promise((resolve) => setTimeout(resolve, 50));
      expect(await failed()).toMatchObject({
        rounds: 2,
        failure: { message: 'The recovery could not be done. web-1 does not answer.' },
      });
      const words = ({ awaiting }: RollbackStatus) =>
        awaiting?.answers.slice(0, 4).map((line) => / verify (\w+) /.exec(line)?.[1]);
      expect(words(await status(handle))).toEqual(['retry', 'skip', 'abort', 'recover']);
      await decide(handle, 'retry', 'verify');
      const again = await untilWaiting(handle);
      expect(again.awaiting?.answers[0]).toContain('verify recover');
      await decide(handle, 'recover', 'verify');
      expect(((await handle.result()) as RollbackResult).outcome).toBe('rolled-back');
    });
  });

  it('only tries its step again when everything has healed meanwhile', async () => {
    let tries = 0;
    const replaced: Partial<Activities> = {
      diagnose: fails('NothingToRecover', 'Nothing is broken.'),
      verifyRelease: async () => (++tries === 1 ? await fails('DatabaseLost', GONE)() : verdict(true)),
    };
    await inRollback(replaced, async ({ calls, start }) => {
      const handle = await start();
      await untilWaiting(handle);
      await decide(handle, 'recover', 'verify');
      expect(((await handle.result()) as RollbackResult).outcome).toBe('rolled-back');
      expect(calls).not.toContain('startDatabase');
    });
  });

  it('starts no release that it has stopped for a restore in place', async () => {
    let isBack = false;
    const replaced: Partial<Activities> = {
      planRollback: async ({ request }) => fullPlan(request, null, 'in-place'),
      diagnose: async () => ({ troubles: [GONE], todo: ['start-database', 'start-previous'] }),
      startDatabase: async () => {
        isBack = true;
        return proof('the database answers');
      },
      restoreDatabase: failsUntil(() => isBack, 'DatabaseUnreachable', GONE),
    };
    await withFakesOf({ lab, workflow: 'fullRollback' }, replaced, async ({ calls, start }) => {
      const handle = await start();
      await untilWaiting(handle);
      await handle.executeUpdate('confirmRestore', { args: ['RESTORE'] });
      while ((await status(handle)).awaiting?.step !== 'restore-database')
        await new Promise((resolve) => setTimeout(resolve, 50));
      await decide(handle, 'recover', 'restore-database');
      expect(((await handle.result()) as RollbackResult).outcome).toBe('rolled-back');
      expect(calls).toContain('stopApplication');
      expect(calls).not.toContain('startPrevious');
    });
  });

  it('refuses to recover what failed for another reason', async () => {
    await inRollback({ stopFaulty: fails('StillRunning', 'it survived') }, async ({ start }) => {
      const handle = await start();
      await untilWaiting(handle);
      await expect(decide(handle, 'recover')).rejects.toMatchObject({
        cause: {
          message:
            'step stop-faulty does not wait for a database or release that is down: there is nothing to recover',
        },
      });
      await decide(handle, 'skip');
      await handle.result();
    });
  });
});
