/** The full rollback on the time-skipping server: traffic first, and no restore without RESTORE. */
import { Context } from '@temporalio/activity';
import type { WorkflowHandle } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import type { Activities } from '../../activities/types.ts';
import { databaseOf } from '../../src/domain/plan.ts';
import type { Loss } from '../../src/domain/loss.ts';
import type { RollbackResult } from '../../src/domain/rollback.ts';
import {
  decide,
  failureOf,
  fails,
  status,
  timeline,
  untilWaiting,
  withFakes as withFakesOf,
} from './drive.ts';
import type { Driven } from './drive.ts';
import { labOfFile } from './lab.ts';
import { BACKUP, fullPlan, proof, REQUEST, verdict } from './support.ts';

const lab = labOfFile();

const withFakes = <Result>(replaced: Partial<Activities>, drive: (driven: Driven) => Promise<Result>) =>
  withFakesOf({ lab, workflow: 'fullRollback' }, replaced, drive);

const restore = (handle: WorkflowHandle, content: unknown = 'RESTORE') =>
  handle.executeUpdate<string, [unknown]>('confirmRestore', { args: [content] });

const statesOf = async (handle: WorkflowHandle) =>
  Object.fromEntries((await status(handle)).steps.map(({ name, state }) => [name, state]));

/** RESTORE is all that is still awaited: what runs beside it has ended. */
async function untilOnlyRestore(handle: WorkflowHandle): Promise<void> {
  await untilWaiting(handle);
  for (;;) {
    const { 'prepare-restore': prepared, 'check-release': checked } = await statesOf(handle);
    if (prepared === 'done' && checked === 'done') return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function untilAwaited(handle: WorkflowHandle, step: string): Promise<void> {
  while ((await status(handle)).awaiting?.step !== step)
    await new Promise((resolve) => setTimeout(resolve, 50));
}

describe('a full rollback in which everything works', () => {
  it('moves traffic, waits for RESTORE, then restores and verifies', async () => {
    await withFakes({}, async ({ calls, start }) => {
      const handle = await start();
      const waiting = await untilWaiting(handle);
      expect(waiting.awaiting).toMatchObject({
        what: `RESTORE, typed by a person, to put PostgreSQL database listings on local back to backup ${BACKUP}`,
        step: 'confirm-restore',
      });
      expect(waiting.awaiting?.answers[0]).toBe(`backout confirm-restore ${handle.workflowId}`);
      expect(waiting.traffic).toBe('All traffic is on blue (1.0).');
      expect(calls).not.toContain('restoreDatabase');
      expect(await restore(handle, { phrase: 'RESTORE', by: 'anna', backup: BACKUP })).toBe('recorded');
      const result = (await handle.result()) as RollbackResult;
      expect(result.outcome).toBe('rolled-back');
      expect(result.summary).toBe(
        'listings in production is rolled back from green (2.0) to blue (1.0), which passed verification. ' +
          'All traffic is on blue (1.0). PostgreSQL database listings on local is restored from listings-0259.dump: ' +
          'what was written after 2026-11-21 02:59:00 UTC is not in it; counted at 2026-11-21 03:20:00 UTC: 15 rows of orders, ' +
          'the last written at 2026-11-21 03:19:58 UTC.',
      );
      const order = calls.filter((call) => !/announce|writeReport/.test(call));
      expect(order.slice(0, 4)).toEqual(['captureBefore', 'shiftTraffic', 'captureLogs', 'stopFaulty']);
      expect(order.slice(4, 7).sort()).toEqual(['checkRelease', 'countLoss', 'prepareRestore']);
      expect(order.slice(7)).toEqual([
        'restoreDatabase',
        'restartApplication',
        'verifyRelease',
        'settleRestore',
        'releaseTarget',
      ]);
      expect(calls.filter((call) => call.startsWith('announce'))).toEqual([
        'announce started incidents',
        'announce traffic-shifted incidents',
        'announce waiting-for-restore incidents',
        'announce database-restored incidents',
        'announce ended incidents',
      ]);
      expect(await timeline(handle)).toContain(`RESTORE typed, for backup ${BACKUP}`);
    });
  });

  it('takes a RESTORE that comes as a signal, alone, as the Temporal UI sends it', async () => {
    await withFakes({}, async ({ start }) => {
      const handle = await start();
      await untilWaiting(handle);
      await handle.signal('confirmRestore', 'RESTORE');
      expect(await handle.result()).toMatchObject({ outcome: 'rolled-back' });
    });
  });

  it('asks for RESTORE while the restore is prepared, and takes it then', async () => {
    let finish: () => void = () => undefined;
    const prepared = new Promise<void>((resolve) => (finish = resolve));
    const prepareRestore: Activities['prepareRestore'] = async () => {
      await prepared;
      return { outcome: 'done', proof: 'ready', details: [], provedAt: new Date().toISOString() };
    };
    await withFakes({ prepareRestore }, async ({ calls, start }) => {
      const handle = await start();
      await untilWaiting(handle);
      await restore(handle);
      expect(await statesOf(handle)).toMatchObject({
        'confirm-restore': 'done',
        'prepare-restore': 'running',
      });
      expect(calls).not.toContain('restoreDatabase');
      finish();
      expect(await handle.result()).toMatchObject({ outcome: 'rolled-back' });
    });
  });
});

describe('what RESTORE would lose', () => {
  const counted = (rows: number | null, at: string, change: object = {}) => ({
    ...{ at, isFinal: false, lastChangeAt: null, problem: null },
    newerRows: [{ table: 'orders', rows, problem: null }],
    ...change,
  });

  it('is counted when it is asked for, with every reminder, and when somebody looks', async () => {
    let count = 0;
    const countLoss: Activities['countLoss'] = async () =>
      counted(++count, `2026-11-21T03:2${count % 10}:00.000Z`);
    await withFakes({ countLoss }, async ({ start }) => {
      const handle = await start();
      await untilOnlyRestore(handle);
      expect((await status(handle)).loss?.newerRows[0]?.rows).toBe(1);
      await expect(handle.executeUpdate('countLoss')).rejects.toMatchObject({
        cause: { message: 'it was counted a moment ago' },
      });
      const deciding: { args: [unknown] } = { args: [{ before: 'RESTORE' }] };
      await lab.environment.sleep('6 seconds');
      await expect(handle.executeUpdate('countLoss')).rejects.toMatchObject({
        cause: { message: 'it was counted a moment ago' },
      });
      expect(await handle.executeUpdate<Loss | null, [unknown]>('countLoss', deciding)).toMatchObject({
        newerRows: [{ rows: 2 }],
      });
      await expect(handle.executeUpdate<Loss | null, [unknown]>('countLoss', deciding)).rejects.toMatchObject(
        {
          cause: { message: 'it was counted a moment ago' },
        },
      );
      await lab.environment.sleep('1 minute');
      const looked = await handle.executeUpdate<Loss | null, []>('countLoss', { args: [] });
      expect(looked).toMatchObject({ newerRows: [{ rows: 3 }], answeredAt: '2026-11-21T03:23:00.000Z' });
      expect((await status(handle)).loss).toEqual(looked);
      await failureOf(handle);
      // Nobody came for four hours.
      expect(count).toBe(18);
    });
  });

  it('is counted once more at the end of the restore, in the database to which nobody writes any more', async () => {
    const loss = counted(17, '2026-11-21T03:30:00.000Z', { isFinal: true });
    const settleRestore: Activities['settleRestore'] = async () => proof('nothing is left', { loss });
    await withFakes({ settleRestore }, async ({ start }) => {
      const handle = await start();
      await untilOnlyRestore(handle);
      await restore(handle);
      const { summary } = (await handle.result()) as RollbackResult;
      expect(summary).toContain(
        'counted at 2026-11-21 03:30:00 UTC, after the last write: 17 rows of orders.',
      );
      expect((await status(handle)).loss?.isFinal).toBe(true);
    });
  });

  it('is unknown when it can not be counted, which holds no restore up', async () => {
    const countLoss = fails('DatabaseUnreachable', 'It does not answer.');
    await withFakes({ countLoss }, async ({ start }) => {
      const handle = await start();
      await untilOnlyRestore(handle);
      expect((await status(handle)).loss).toMatchObject({
        ...{ problem: 'It does not answer.', newerRows: [], answeredAt: null },
      });
      await restore(handle);
      expect(await handle.result()).toMatchObject({ outcome: 'rolled-back' });
    });
  });

  it('holds no RESTORE up that comes while it is counted, and is not shown once the database is another', async () => {
    let finish: () => void = () => undefined;
    const late = new Promise<void>((resolve) => (finish = resolve));
    const countLoss: Activities['countLoss'] = async () => {
      await late;
      return counted(99, '2026-11-21T03:59:00.000Z');
    };
    const restoreDatabase: Activities['restoreDatabase'] = async () => {
      finish();
      return proof('restored');
    };
    await withFakes({ countLoss, restoreDatabase }, async ({ start }) => {
      const handle = await start();
      await untilWaiting(handle);
      await restore(handle);
      expect(await handle.result()).toMatchObject({ outcome: 'rolled-back' });
      expect((await status(handle)).loss).toBeUndefined();
    });
  });
});

describe('a database that an earlier run has restored already', () => {
  const earlier = 'rollback-listings-41';
  const again: Partial<Activities> = {
    planRollback: async ({ request }) => {
      const plan = fullPlan(request);
      const restoredAt = {
        at: '2026-11-21T03:30:00.000Z',
        run: earlier,
        kept: 'the database "listings_old_1"',
      };
      const database = {
        ...databaseOf(plan),
        alreadyRestored: restoredAt,
        newerRows: [],
        lastChangeAt: null,
      };
      return { ...plan, database, ...(plan.policy ? { policy: { ...plan.policy, restore: null } } : {}) };
    },
  };

  it('is left as it is, without RESTORE, and the release is restarted where it is older', async () => {
    const given: { restart?: string } = {};
    const restartApplication: Activities['restartApplication'] = async ({ since }) => {
      given.restart = since;
      return proof('blue runs');
    };
    await withFakes({ ...again, restartApplication }, async ({ calls, start }) => {
      const handle = await start();
      const { outcome, summary } = (await handle.result()) as RollbackResult;
      expect(outcome).toBe('rolled-back');
      expect(summary).toContain(
        `No data was changed by this rollback: ${earlier} restored PostgreSQL database listings on local from ` +
          `${BACKUP} already at 2026-11-21 03:30:00 UTC, and what was written since is kept.`,
      );
      expect(calls).toContain('proveRestored');
      for (const call of ['prepareRestore', 'countLoss', 'restoreDatabase', 'abandonRestore'])
        expect(calls).not.toContain(call);
      expect(calls).not.toContain('announce database-restored incidents');
      expect(given.restart).toBe('2026-11-21T03:30:05.000Z');
      expect(await statesOf(handle)).toMatchObject({
        'prepare-restore': 'not-needed',
        'confirm-restore': 'not-needed',
        'stop-application': 'not-needed',
        'restore-database': 'already',
        'check-release': 'done',
        verify: 'done',
      });
    });
  });

  it('takes no RESTORE: there is nothing to confirm', async () => {
    const proveRestored = fails('PlanChanged', 'Something else is live.');
    await withFakes({ ...again, proveRestored }, async ({ calls, start }) => {
      const handle = await start();
      await untilAwaited(handle, 'restore-database');
      await expect(restore(handle)).rejects.toMatchObject({
        cause: { message: 'this rollback restores no database' },
      });
      await decide(handle, 'skip', 'restore-database');
      const failure = await failureOf(handle);
      expect(failure.type).toBe('Unverified');
      expect(failure.message).toContain('That this still stands is not proved.');
      expect(calls).not.toContain('restoreDatabase');
    });
  });

  it('by this very run, before it was reset, needs no second RESTORE', async () => {
    const prepareRestore: Activities['prepareRestore'] = async () =>
      proof('it is the restored one', { outcome: 'already', live: 'restored' });
    await withFakes({ prepareRestore }, async ({ calls, start }) => {
      const handle = await start();
      expect(await handle.result()).toMatchObject({ outcome: 'rolled-back' });
      expect(calls).toContain('proveRestored');
      expect(calls).not.toContain('restoreDatabase');
      expect(await statesOf(handle)).toMatchObject({
        'confirm-restore': 'not-needed',
        'restore-database': 'already',
      });
    });
  });

  it('by this very run leaves no check of the release running that was given up', async () => {
    let begin: () => void = () => undefined;
    const checking = new Promise<void>((resolve) => (begin = resolve));
    const replaced: Partial<Activities> = {
      prepareRestore: async () => {
        await checking;
        return proof('it is the restored one', { outcome: 'already', live: 'restored' });
      },
      checkRelease: async () => {
        begin();
        return await Context.current().cancelled;
      },
    };
    await withFakes(replaced, async ({ start }) => {
      const handle = await start();
      expect(await handle.result()).toMatchObject({ outcome: 'rolled-back' });
      expect((await statesOf(handle))['check-release']).toBe('not-reached');
    });
  });
});

describe('without RESTORE', () => {
  const refused: [string, unknown, string][] = [
    ['another word', 'restore', 'the word is RESTORE, in capital letters, not "restore"'],
    ['a yes', { phrase: 'yes', by: 'anna' }, 'the word is RESTORE, in capital letters, not "yes"'],
    [
      'another backup',
      { phrase: 'RESTORE', by: 'anna', backup: 'other.dump' },
      'it names the backup other.dump; the one that would be restored is listings-0259.dump',
    ],
    [
      'another plan',
      { phrase: 'RESTORE', by: 'anna', planHash: 'ffffffffffff' },
      'it names the plan ffffffffffff; this one is 0123456789ab: look at it before you decide',
    ],
    ['nobody', { by: 'anna' }, 'phrase: Invalid input: expected string, received undefined'],
  ];
  it('nothing is restored: whatever else is sent is refused, recorded and shown', async () => {
    await withFakes({}, async ({ calls, start }) => {
      const handle = await start();
      await untilOnlyRestore(handle);
      for (const [, content, why] of refused) {
        await expect(restore(handle, content)).rejects.toMatchObject({ cause: { message: why } });
        await handle.signal('confirmRestore', content);
      }
      const { refusedMessages } = await status(handle);
      expect(refusedMessages.map(({ why }) => why.replace(/ \(from anna\)$/, ''))).toEqual(
        refused.map(([, , why]) => why),
      );
      expect(calls).not.toContain('restoreDatabase');
      await decide(handle, 'abort', 'confirm-restore');
      expect((await failureOf(handle)).type).toBe('Aborted');
    });
  });

  it('people are reminded, and after its time the database stays as it is', async () => {
    await withFakes({}, async ({ calls, start }) => {
      const handle = await start();
      const failure = await failureOf(handle);
      expect(failure.type).toBe('Aborted');
      expect(failure.message).toContain('All traffic is on blue (1.0). No data was changed.');
      expect(calls).not.toContain('restoreDatabase');
      expect(calls).toContain('abandonRestore');
      expect(calls.filter((call) => call === 'announce waiting-for-restore incidents')).toHaveLength(16);
      expect(await timeline(handle)).toContain('Nobody typed RESTORE in time: the database stays as it is');
    });
  });

  it('a person who rejects it ends the rollback, with the name and the reason', async () => {
    await withFakes({}, async ({ calls, start }) => {
      const handle = await start();
      await untilOnlyRestore(handle);
      await handle.signal('reject', { by: 'bob', reason: 'the orders must not be lost' });
      const failure = await failureOf(handle);
      expect(failure.type).toBe('Aborted');
      expect(failure.message).toContain('bob');
      expect(failure.message).toContain('the orders must not be lost');
      expect(calls).toContain('abandonRestore');
      expect(calls).not.toContain('restoreDatabase');
    });
  });

  it('a person can go on without it', async () => {
    await withFakes({}, async ({ calls, start }) => {
      const handle = await start();
      await untilOnlyRestore(handle);
      await decide(handle, 'skip', 'confirm-restore');
      const result = (await handle.result()) as RollbackResult;
      expect(result.outcome).toBe('rolled-back');
      expect(result.summary).toContain('No data was changed.');
      expect(calls).not.toContain('restoreDatabase');
      expect(calls).toContain('abandonRestore');
      expect(await statesOf(handle)).toMatchObject({
        'confirm-restore': 'skipped',
        'restore-database': 'skipped',
        verify: 'done',
      });
    });
  });

  it('“retry” waits on for RESTORE, and restores nothing', async () => {
    await withFakes({}, async ({ calls, start }) => {
      const handle = await start();
      await untilWaiting(handle);
      await decide(handle, 'retry', 'confirm-restore');
      const { awaiting, phase } = await status(handle);
      expect([awaiting?.step, phase]).toEqual(['confirm-restore', 'waiting']);
      expect(calls).not.toContain('restoreDatabase');
      await restore(handle);
      expect(await handle.result()).toMatchObject({ outcome: 'rolled-back' });
    });
  });

  it('a swap that fails asks a person; left out, nobody is told that the database is restored', async () => {
    await withFakes({ restoreDatabase: fails('DatabaseBusy', 'Sessions.') }, async ({ calls, start }) => {
      const handle = await start();
      await untilWaiting(handle);
      await restore(handle);
      await untilAwaited(handle, 'restore-database');
      await decide(handle, 'skip', 'restore-database');
      const failure = await failureOf(handle);
      expect(failure.type).toBe('Unverified');
      expect(failure.message).toContain('is NOT a success: whether the database was restored is not proved.');
      expect(failure.message).toContain(
        'Whether PostgreSQL database listings on local was restored is not proved, and the step was skipped.',
      );
      expect(calls).not.toContain('announce database-restored incidents');
      expect(calls).toContain('abandonRestore');
    });
  });

  it('a restore that can not be prepared asks a person, who can leave the database', async () => {
    await withFakes({ prepareRestore: fails('NoUsableBackup', 'It is gone.') }, async ({ calls, start }) => {
      const handle = await start();
      await untilWaiting(handle);
      await untilAwaited(handle, 'prepare-restore');
      await decide(handle, 'skip', 'prepare-restore');
      expect(((await handle.result()) as RollbackResult).outcome).toBe('rolled-back');
      expect(await statesOf(handle)).toMatchObject({
        'prepare-restore': 'skipped',
        'confirm-restore': 'skipped',
        'restore-database': 'skipped',
      });
      expect(calls).not.toContain('restoreDatabase');
    });
  });

  it('a question about its preparation is no question any more once the database is left as it is', async () => {
    let finish: () => void = () => undefined;
    const proved = new Promise<void>((resolve) => (finish = resolve));
    const replaced: Partial<Activities> = {
      prepareRestore: fails('NoUsableBackup', 'It is gone.'),
      verifyRelease: async () => {
        await proved;
        return verdict(true);
      },
    };
    await withFakes(replaced, async ({ start }) => {
      const handle = await start();
      await untilAwaited(handle, 'prepare-restore');
      while ((await statesOf(handle))['check-release'] !== 'done')
        await new Promise((resolve) => setTimeout(resolve, 50));
      await decide(handle, 'skip', 'confirm-restore');
      while ((await statesOf(handle))['verify'] !== 'running')
        await new Promise((resolve) => setTimeout(resolve, 50));
      const { awaiting, phase } = await status(handle);
      expect([awaiting, phase]).toEqual([null, 'running']);
      finish();
      expect(await handle.result()).toMatchObject({ outcome: 'rolled-back' });
    });
  });

  it('a rollback that is cancelled while it waits removes what it prepared', async () => {
    await withFakes({}, async ({ calls, start }) => {
      const handle = await start();
      await untilOnlyRestore(handle);
      await handle.cancel();
      await expect(handle.result()).rejects.toThrow();
      expect(calls).not.toContain('restoreDatabase');
      expect(calls).toContain('abandonRestore');
      expect((await status(handle)).outcome).toBe('cancelled');
    });
  });
});

describe('the restart on the restored database', () => {
  const UNSURE = 'Whether blue (1.0) runs is not proved: its restart';

  it('is given the time at which the restore was done, and verification counts from its proof', async () => {
    const given: { restart?: string; verify?: string } = {};
    const restartedAt = '2031-01-01T00:00:00.000Z';
    const replaced: Partial<Activities> = {
      restartApplication: async ({ since }) => {
        given.restart = since;
        return { outcome: 'done', proof: 'restarted', details: [], provedAt: restartedAt };
      },
      verifyRelease: async ({ since }) => {
        given.verify = since;
        return verdict(true);
      },
    };
    await withFakes(replaced, async ({ start }) => {
      const handle = await start();
      await untilWaiting(handle);
      await restore(handle);
      expect(await handle.result()).toMatchObject({ outcome: 'rolled-back' });
      const restored = (await status(handle)).steps.find(({ name }) => name === 'restore-database');
      expect(given).toEqual({ restart: restored?.finishedAt, verify: restartedAt });
    });
  });

  it('that fails asks a person, and says that requests may fail', async () => {
    const restartApplication = fails('DidNotStart', 'No port.');
    await withFakes({ restartApplication }, async ({ start }) => {
      const handle = await start();
      await untilWaiting(handle);
      await restore(handle);
      await untilAwaited(handle, 'restart-application');
      expect((await status(handle)).traffic).toBe(
        `All traffic is on blue (1.0). ${UNSURE} failed, and requests may fail.`,
      );
      await decide(handle, 'skip', 'restart-application');
      // Verification has asked the release itself.
      expect(((await handle.result()) as RollbackResult).summary).not.toContain(UNSURE);
    });
  });

  it('is tried once more before an aborted rollback ends, so that nothing stays stopped by it', async () => {
    let tries = 0;
    const restartApplication: Activities['restartApplication'] = async () => {
      if (++tries === 1) await fails('DidNotStart', 'No port.')();
      return { outcome: 'done', proof: 'blue runs', details: [], provedAt: new Date().toISOString() };
    };
    await withFakes({ restartApplication }, async ({ start }) => {
      const handle = await start();
      await untilWaiting(handle);
      await restore(handle);
      await untilAwaited(handle, 'restart-application');
      await decide(handle, 'abort', 'restart-application');
      const failure = await failureOf(handle);
      expect(failure.type).toBe('Aborted');
      expect(failure.message).not.toContain(UNSURE);
      expect(tries).toBe(2);
      expect(await statesOf(handle)).toMatchObject({ 'restart-application': 'done', verify: 'not-reached' });
    });
  });

  it('that can not be done either way is said where the rollback ends', async () => {
    await withFakes({ restartApplication: fails('DidNotStart', 'No port.') }, async ({ start }) => {
      const handle = await start();
      await untilWaiting(handle);
      await restore(handle);
      await untilAwaited(handle, 'restart-application');
      await decide(handle, 'abort', 'restart-application');
      const failure = await failureOf(handle);
      expect(failure.message).toContain(`${UNSURE} failed, and requests may fail.`);
    });
  });
});

describe('approvals', () => {
  const people = {
    people: {
      anna: { roles: ['on-call'] },
      bob: { roles: ['team-lead'] },
      cara: { roles: ['reviewer'] },
      emil: { roles: ['reviewer'] },
    },
  };
  const approved: Partial<Activities> = {
    planRollback: async ({ request }) => fullPlan(request, people),
  };
  const approve = (handle: WorkflowHandle, by: string) =>
    handle.executeUpdate<string, [unknown]>('approve', { args: [{ by }] });

  it('are awaited before anything is changed, and the requester does not count', async () => {
    await withFakes(approved, async ({ calls, start }) => {
      const handle = await start({ ...REQUEST, severity: 'P2', requestedBy: 'cara' });
      const waiting = await untilWaiting(handle);
      expect(waiting.awaiting?.what).toContain('Approval of plan 0123456789ab by');
      expect(calls.filter((call) => !call.startsWith('announce'))).toEqual([]);
      await expect(approve(handle, 'cara')).rejects.toMatchObject({
        cause: { message: 'cara asked for this rollback: somebody else must approve it' },
      });
      await handle.signal('reject', { by: 'bob', reason: 'not now' });
      const failure = await failureOf(handle);
      expect(failure.message).toContain('was rejected by bob ("not now")');
      expect(failure.message).toContain('Traffic was not changed by this rollback');
      expect(failure.message).toContain('No data was changed.');
      expect(calls).not.toContain('shiftTraffic');
    });
  });

  it('let it go ahead when they are there', async () => {
    await withFakes(approved, async ({ calls, start }) => {
      const handle = await start({ ...REQUEST, severity: 'P1', requestedBy: 'dora' });
      await untilWaiting(handle);
      await approve(handle, 'anna');
      await untilAwaited(handle, 'confirm-restore');
      expect(calls).toContain('shiftTraffic');
      await restore(handle, { phrase: 'RESTORE', by: 'bob' });
      expect(await handle.result()).toMatchObject({ outcome: 'rolled-back' });
    });
  });

  it('that nobody gives in time end it with nothing changed', async () => {
    await withFakes(approved, async ({ calls, start }) => {
      const handle = await start({ ...REQUEST, severity: 'P1', requestedBy: 'dora' });
      const failure = await failureOf(handle);
      expect(failure.type).toBe('Aborted');
      expect(failure.message).toContain('ended because nobody approved it until');
      expect(calls).not.toContain('captureBefore');
    });
  });
});
