/** Freezes on the time-skipping server: writes first, then people, and nothing is let through before it is decided. */
import type { WorkflowHandle } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import type { Activities } from '../../activities/types.ts';
import type { RollbackResult } from '../../src/domain/rollback.ts';
import { gate } from '../support/gate.ts';
import { failureOf, fails, status, timeline, untilWaiting, withFakes as withFakesOf } from './drive.ts';
import type { Driven } from './drive.ts';
import { until, withPages } from './escalation-support.ts';
import { labOfFile } from './lab.ts';
import { BACKUP, fullPlan, proof, verdict } from './support.ts';

const lab = labOfFile();

const REQUEST = { service: 'listings', reason: 'prices are overwritten', requestedBy: 'anna' };

const withFakes = <Result>(
  replaced: Partial<Activities>,
  drive: (driven: Driven) => Promise<Result>,
  workflow = 'freezeService',
) =>
  withFakesOf({ lab, workflow }, replaced, ({ start, ...driven }) =>
    drive({ ...driven, start: (input = REQUEST, id = `freeze-${crypto.randomUUID()}`) => start(input, id) }),
  );

const decideFreeze = (handle: WorkflowHandle, decision: string, more: object = {}) =>
  handle.executeUpdate<string, [unknown]>('decideFreeze', { args: [{ decision, by: 'ben', ...more }] });

const restore = (handle: WorkflowHandle) =>
  handle.executeUpdate<string, [unknown]>('confirmRestore', { args: ['RESTORE'] });

/** See test/workflows/full-rollback.test.ts. */
async function untilOnlyRestore(handle: WorkflowHandle): Promise<void> {
  for (;;) {
    const { steps, awaiting } = await status(handle);
    const isDone = (step: string) => steps.some(({ name, state }) => name === step && state === 'done');
    if (awaiting?.step === 'confirm-restore' && isDone('prepare-restore') && isDone('check-release')) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const untilProblem = async (handle: WorkflowHandle): Promise<string> => {
  for (;;) {
    const { freeze, phase } = await status(handle);
    if (freeze?.problem != null && phase === 'waiting') return freeze.problem;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

const UNREACHABLE = fails(
  'DatabaseUnreachable',
  'The database does not answer. No data was changed. Start it.',
);

describe('a freeze', () => {
  it('holds requests and writes before anything else, tells every channel, and asks', async () => {
    await withFakes({}, async ({ calls, start }) => {
      const handle = await start();
      const waiting = await untilWaiting(handle);
      expect(waiting.plan).toBeNull();
      expect(waiting.traffic).toBe(
        'listings in production is FROZEN: requests get a maintenance answer (503) and the database is read-only.',
      );
      expect(waiting.freeze?.holds.map(({ name, state, said }) => [name, state, said])).toEqual([
        ['requests', 'held', 'requests are held'],
        ['writes', 'held', 'writes are refused'],
      ]);
      expect(waiting.requestsHeldAt).toBe(waiting.freeze?.holds[0]?.at);
      expect(waiting.awaiting?.answers).toEqual([
        `backout decide-freeze ${handle.workflowId} full --backup FILE --note "WHY"`,
        `backout decide-freeze ${handle.workflowId} release --note "WHY"`,
        `backout decide-freeze ${handle.workflowId} abort --note "WHY"`,
        `backout decide-freeze ${handle.workflowId} retry --note "WHY"`,
        `temporal workflow signal --workflow-id ${handle.workflowId} --name decideFreeze --input '{"decision":"release","by":"YOUR-NAME","note":"WHY"}'`,
      ]);
      expect(await decideFreeze(handle, 'release', { note: 'false alarm' })).toBe('recorded');
      expect(await handle.result()).toMatchObject({
        outcome: 'released',
        summary:
          'The freeze is lifted, decided by ben. listings in production is not frozen: requests are let through and writes are let through. ' +
          'No data was changed, and traffic goes where it went before.',
      });
      expect(calls.slice(0, 2).sort()).toEqual(['holdRequests', 'holdWrites']);
      expect(calls.slice(2, 4).sort()).toEqual(['freeze asked deployments', 'freeze asked incidents']);
      expect(calls.slice(4, 6)).toEqual(['liftWrites', 'liftRequests']);
      expect(calls.slice(6).sort()).toEqual([
        'freeze ended deployments',
        'freeze ended incidents',
        'freeze report lifted lifted',
      ]);
      expect((await status(handle)).incidentFolder).toBe('/incidents/rollback-2');
      expect(await timeline(handle)).toContain('Decided about the freeze: release (false alarm)');
    });
  });

  it('that is released pages nobody any more while its report is still being written', async () => {
    const written = gate();
    const replaced: Partial<Activities> = {
      writeFreezeReport: async () => {
        await written.passed;
        return proof('report written');
      },
    };
    const parts = { lab, workflow: 'freezeService', input: REQUEST, replaced };
    await withPages(parts, async ({ rollback, escalation, sent }) => {
      await untilWaiting(rollback);
      await decideFreeze(rollback, 'release');
      await until(async () => (await escalation.describe()).status.name === 'COMPLETED');
      expect((await rollback.describe()).status.name).toBe('RUNNING');
      const { escalation: shown } = await status(rollback);
      expect(shown).toMatchObject({ state: 'ended', next: null });
      expect(sent.map(({ page }) => page.action)).toEqual(['trigger', 'resolve']);
      written.open();
      expect(await rollback.result()).toMatchObject({ outcome: 'released' });
    });
  });

  it('reminds people every 15 minutes, without end', async () => {
    await withFakes({}, async ({ calls, start }) => {
      const handle = await start();
      await untilWaiting(handle);
      await lab.environment.sleep('46 minutes');
      expect(calls.filter((call) => call === 'freeze asked incidents')).toHaveLength(4);
      await decideFreeze(handle, 'release');
      await handle.result();
    });
  });

  it('that a person leaves says what is still held, and how to lift it', async () => {
    await withFakes({}, async ({ calls, start }) => {
      const handle = await start();
      await untilWaiting(handle);
      await handle.signal('decideFreeze', { decision: 'abort', by: 'ben' });
      const failure = await failureOf(handle);
      expect(failure.type).toBe('Aborted');
      expect(failure.message).toBe(
        'listings in production is FROZEN: requests get a maintenance answer (503) and the database is read-only. ' +
          'It was left so, decided by ben. Lift it with `backout unfreeze listings --env production --reason "WHY"`. No data was changed.',
      );
      expect(calls).not.toContain('liftRequests');
      expect(calls).toContain('freeze ended incidents');
      expect(calls).toContain('freeze report held held');
    });
  });

  it('tells what it could not hold, and holds it again when a person says so', async () => {
    let isUp = false;
    const holdWrites: Activities['holdWrites'] = async () => (isUp ? proof('refused') : UNREACHABLE());
    await withFakes({ holdWrites }, async ({ calls, start }) => {
      const handle = await start();
      const waiting = await untilWaiting(handle);
      expect(waiting.traffic).toBe(
        'listings in production is FROZEN: requests get a maintenance answer (503) and whether the database can be written is NOT PROVED.',
      );
      expect(waiting.freeze?.holds[1]?.said).toBe(
        'The database does not answer. No data was changed. Start it.',
      );
      isUp = true;
      await decideFreeze(handle, 'retry');
      while ((await status(handle)).freeze?.holds[1]?.state !== 'held')
        await new Promise((resolve) => setTimeout(resolve, 50));
      expect(calls.filter((call) => call === 'holdRequests')).toHaveLength(1);
      await untilWaiting(handle);
      await decideFreeze(handle, 'release');
      await handle.result();
    });
  });

  it('goes on asking where it could not be lifted', async () => {
    let tries = 0;
    const liftWrites: Activities['liftWrites'] = async () => (++tries > 1 ? proof('free') : UNREACHABLE());
    await withFakes({ liftWrites }, async ({ start }) => {
      const handle = await start();
      await untilWaiting(handle);
      await decideFreeze(handle, 'release');
      while (!(await status(handle)).awaiting?.what.includes('could not be lifted'))
        await new Promise((resolve) => setTimeout(resolve, 50));
      expect((await status(handle)).awaiting?.what).toBe(
        'A decision about the freeze: the freeze could not be lifted (whether the database can be written is NOT PROVED)',
      );
      await expect(decideFreeze(handle, 'full', { backup: BACKUP })).rejects.toMatchObject({
        cause: { message: '"full" can\'t be done now: it is retry, release, abort' },
      });
      await decideFreeze(handle, 'retry');
      expect(await handle.result()).toMatchObject({ outcome: 'released' });
    });
  });

  it('ends on its target only when writes are proved lifted, too, which requests do not wait for', async () => {
    let tries = 0;
    const lifted: string[] = [];
    const liftWrites: Activities['liftWrites'] = async () => (++tries > 1 ? proof('free') : UNREACHABLE());
    const liftRequests: Activities['liftRequests'] = async ({ areWritesLifted }) => {
      lifted.push(areWritesLifted === true ? 'the freeze ends' : 'requests only');
      return proof('requests come through');
    };
    await withFakes({ liftWrites, liftRequests }, async ({ start }) => {
      const handle = await start();
      await untilWaiting(handle);
      await decideFreeze(handle, 'release');
      while (!(await status(handle)).awaiting?.what.includes('could not be lifted'))
        await new Promise((resolve) => setTimeout(resolve, 50));
      expect(lifted).toEqual(['requests only']);
      await decideFreeze(handle, 'retry');
      expect(await handle.result()).toMatchObject({ outcome: 'released' });
      expect(lifted).toEqual(['requests only', 'the freeze ends']);
    });
  });

  it('takes only the first decision, and refuses what it does not know', async () => {
    await withFakes({}, async ({ start }) => {
      const handle = await start();
      await untilWaiting(handle);
      await expect(decideFreeze(handle, 'thaw')).rejects.toMatchObject({
        cause: { message: expect.stringContaining('decision: ') as string },
      });
      await expect(decideFreeze(handle, 'full')).rejects.toMatchObject({
        cause: {
          message:
            'full restores a backup, and nobody has said which: name it (`backup`), or say when the damage began (`releasedAt`)',
        },
      });
      await handle.signal('decideFreeze', 'release');
      await untilWaiting(handle);
      expect((await status(handle)).refusedMessages.map(({ name }) => name)).toEqual(['decideFreeze']);
      await decideFreeze(handle, 'release');
      await handle.result();
    });
  });

  it('that is cancelled stays frozen, and tells so', async () => {
    await withFakes({}, async ({ calls, start }) => {
      const handle = await start();
      await untilWaiting(handle);
      await handle.cancel();
      await expect(handle.result()).rejects.toThrow();
      expect(calls).not.toContain('liftRequests');
      expect(calls).toContain('freeze ended incidents');
    });
  });
});

describe('the full rollback that follows a freeze', () => {
  it('is one run under one lock: restored, verified, and only then lifted', async () => {
    await withFakes({}, async ({ calls, start }) => {
      const handle = await start();
      await untilWaiting(handle);
      await decideFreeze(handle, 'full', { backup: BACKUP });
      await untilOnlyRestore(handle);
      const now = await status(handle);
      expect(now.plan?.request).toMatchObject({ backup: BACKUP, requestedBy: 'ben', dataCorruption: true });
      expect(now.traffic).toContain('All traffic is on blue (1.0).');
      expect(now.traffic).toContain(
        'listings in production is FROZEN: requests get a maintenance answer (503)',
      );
      await restore(handle);
      const result = (await handle.result()) as RollbackResult;
      expect(result.outcome).toBe('rolled-back');
      expect(result.summary).toContain(
        'listings in production is not frozen: requests are let through and writes are let through.',
      );
      const order = calls.filter((call) => !/announce|freeze|writeReport/.test(call));
      expect(order.indexOf('shiftTraffic')).toBeGreaterThan(1);
      expect(order.indexOf('liftRequests')).toBeGreaterThan(order.indexOf('verifyRelease'));
      expect(order.at(-1)).toBe('releaseTarget');
    });
  });

  it('stays frozen when the release is not proved good', async () => {
    await withFakes({ verifyRelease: async () => verdict(false) }, async ({ calls, start }) => {
      const handle = await start({ ...REQUEST, backup: BACKUP });
      await untilWaiting(handle);
      await decideFreeze(handle, 'full');
      await untilOnlyRestore(handle);
      await restore(handle);
      const failure = await failureOf(handle);
      expect(failure.type).toBe('Unverified');
      expect(failure.message).toContain(
        'listings in production is FROZEN: requests get a maintenance answer (503) and the database is read-only. ' +
          '`backout unfreeze listings --env production --reason "WHY"` lifts it once this has ended.',
      );
      expect(calls).not.toContain('liftRequests');
    });
  });

  it('that can not be planned is told, and people are asked again', async () => {
    const planRollback = fails('NoUsableBackup', 'No backup is good. Nothing was changed. Look.');
    await withFakes({ planRollback }, async ({ start }) => {
      const handle = await start({ ...REQUEST, backup: 'gone.dump' });
      await untilWaiting(handle);
      await decideFreeze(handle, 'full');
      expect(await untilProblem(handle)).toBe(
        'A full rollback could not be planned. No backup is good. Nothing was changed. Look.',
      );
      await decideFreeze(handle, 'release');
      expect(await handle.result()).toMatchObject({ outcome: 'released' });
    });
  });

  it('goes where the person who decides says', async () => {
    await withFakes({}, async ({ start }) => {
      const handle = await start({ ...REQUEST, backup: 'other.dump', to: 'teal' });
      await untilWaiting(handle);
      await decideFreeze(handle, 'full', { releasedAt: '2026-11-21T03:00:00Z', to: 'blue', faulty: 'green' });
      await untilOnlyRestore(handle);
      const { request } = (await status(handle)).plan ?? {};
      expect(request).toMatchObject({ releasedAt: '2026-11-21T03:00:00Z', to: 'blue', faulty: 'green' });
      expect(request).not.toHaveProperty('backup');
      await handle.cancel();
      await expect(handle.result()).rejects.toThrow();
    });
  });

  it('is refused when the damage is said to begin in the future', async () => {
    await withFakes({}, async ({ start }) => {
      const failure = await failureOf(await start({ ...REQUEST, releasedAt: '2999-01-01T00:00:00Z' }));
      expect(failure.type).toBe('InvalidRequest');
      expect(failure.message).toContain(
        'releasedAt: 2999-01-01T00:00:00Z is in the future: a backup from before it would hold all of the damage. Nothing was changed',
      );
    });
  });

  it('waits for the approvals that the policy wants, and stays frozen when they are refused', async () => {
    const planRollback: Activities['planRollback'] = async ({ request }) =>
      fullPlan(request, {
        people: { ben: { roles: ['on-call'] }, cara: { roles: ['on-call'] } },
        rules: [{ approvers: [{ from: ['role:on-call'] }] }],
      });
    await withFakes({ planRollback }, async ({ calls, start }) => {
      const handle = await start({ ...REQUEST, backup: BACKUP });
      await untilWaiting(handle);
      await decideFreeze(handle, 'full');
      while (!(await status(handle)).awaiting?.what.startsWith('Approval of plan'))
        await new Promise((resolve) => setTimeout(resolve, 50));
      await expect(handle.executeUpdate('approve', { args: [{ by: 'ben' }] })).rejects.toMatchObject({
        cause: { message: expect.stringContaining('ben') as string },
      });
      await handle.executeUpdate('reject', { args: [{ by: 'cara', reason: 'fix forward' }] });
      const failure = await failureOf(handle);
      expect(failure.message).toContain('rejected by cara ("fix forward")');
      expect(failure.message).toContain('listings in production is FROZEN');
      expect(calls).not.toContain('shiftTraffic');
    });
  });

  it('is what fullRollback does with dataCorruption, and what a traffic-only rollback refuses', async () => {
    await withFakes(
      {},
      async ({ start }) => {
        const handle = await start({ ...REQUEST, dataCorruption: true, backup: BACKUP });
        expect((await untilWaiting(handle)).freeze?.holds[0]?.state).toBe('held');
        await decideFreeze(handle, 'release');
        await handle.result();
      },
      'fullRollback',
    );
    await withFakes(
      {},
      async ({ calls, start }) => {
        const failure = await failureOf(await start({ ...REQUEST, dataCorruption: true }));
        expect(failure.type).toBe('InvalidRequest');
        expect(calls).toEqual([]);
      },
      'trafficOnlyRollback',
    );
  });
});

describe('unfreezeService', () => {
  it('lifts what was left, and tells everybody', async () => {
    await withFakes(
      {},
      async ({ calls, start }) => {
        const handle = await start({
          service: 'listings',
          reason: 'the import is stopped',
          requestedBy: 'anna',
        });
        expect(await handle.result()).toMatchObject({ outcome: 'released' });
        expect(calls.sort()).toEqual([
          'freeze ended deployments',
          'freeze ended incidents',
          'freeze report lifted lifted',
          'liftRequests',
          'liftWrites',
        ]);
      },
      'unfreezeService',
    );
  });

  it('that is left so where nobody could be asked says so, and names nobody', async () => {
    await withFakes(
      { liftWrites: UNREACHABLE },
      async ({ start }) => {
        const handle = await start({
          service: 'listings',
          reason: 'the import is stopped',
          requestedBy: 'gina',
        });
        await untilWaiting(handle);
        await decideFreeze(handle, 'abort', { by: 'gina', unasked: true });
        expect((await failureOf(handle)).message).toContain(
          'It was left so: there is no terminal to ask. Lift it',
        );
        const noted = await timeline(handle);
        expect(noted).toContain('The freeze is left so: there is no terminal to ask');
        expect(noted.join(' ')).not.toContain('Decided about the freeze');
      },
      'unfreezeService',
    );
  });
});
