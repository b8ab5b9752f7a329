/** A full rollback that restores in place: whatever happens, the service is started again, or a person is asked. */
import type { WorkflowHandle } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import type { Activities } from '../../activities/types.ts';
import type { RollbackResult } from '../../src/domain/rollback.ts';
import { decide, failureOf, fails, status, untilWaiting, withFakes as withFakesOf } from './drive.ts';
import type { Driven } from './drive.ts';
import { labOfFile } from './lab.ts';
import { fullPlan, proof } from './support.ts';

const lab = labOfFile();

const planRollback: Activities['planRollback'] = async ({ request }) => fullPlan(request, null, 'in-place');
const withFakes = <Result>(replaced: Partial<Activities>, drive: (driven: Driven) => Promise<Result>) =>
  withFakesOf({ lab, workflow: 'fullRollback' }, { planRollback, ...replaced }, drive);

async function confirmed(start: Driven['start']): Promise<WorkflowHandle> {
  const handle = await start();
  await untilWaiting(handle);
  await handle.executeUpdate('confirmRestore', { args: ['RESTORE'] });
  return handle;
}

async function untilAwaited(handle: WorkflowHandle, step: string): Promise<void> {
  while ((await status(handle)).awaiting?.step !== step)
    await new Promise((resolve) => setTimeout(resolve, 50));
}

/** What was done to the service and its database, in order. */
const deeds = (calls: string[]) =>
  calls.filter((call) => /stopApplication|restoreDatabase|abandonRestore|restartApplication/.test(call));

const BEFORE = 'PostgreSQL database listings on local is the one before this rollback, put back';
const putBack =
  (calls: string[]): Activities['abandonRestore'] =>
  async () => {
    calls.push('abandonRestore');
    return proof(BEFORE, { live: 'before' });
  };

describe('a restore in place', () => {
  it('stops the service only after RESTORE, restores, and starts it again', async () => {
    const kept: boolean[] = [];
    const seen: string[] = [];
    const restoreDatabase: Activities['restoreDatabase'] = async ({ keepStopped }) => {
      kept.push(keepStopped);
      return proof('the restored database is live');
    };
    await withFakes({ restoreDatabase }, async ({ calls, start }) => {
      const handle = await start();
      await untilWaiting(handle);
      seen.push(...deeds(calls));
      await handle.executeUpdate('confirmRestore', { args: ['RESTORE'] });
      expect(((await handle.result()) as RollbackResult).outcome).toBe('rolled-back');
      expect(seen).toEqual([]);
      expect(deeds(calls)).toEqual(['stopApplication', 'restartApplication']);
      expect(kept).toEqual([true]);
    });
  });

  it('that fails says that the service is stopped, and puts the database before back when it is given up', async () => {
    const calls: string[] = [];
    const replaced = {
      restoreDatabase: fails('RestoreFailed', 'The disk is full.'),
      abandonRestore: putBack(calls),
    };
    await withFakes(replaced, async ({ calls: others, start }) => {
      const handle = await confirmed(start);
      await untilAwaited(handle, 'restore-database');
      expect((await status(handle)).traffic).toBe(
        'All traffic is on blue (1.0). blue (1.0) is stopped for the restore: requests fail until it runs again.',
      );
      expect(deeds(others)).toEqual(['stopApplication']);
      await decide(handle, 'abort', 'restore-database');
      const failure = await failureOf(handle);
      expect(failure.type).toBe('Aborted');
      expect(failure.message).toContain(`All traffic is on blue (1.0). ${BEFORE}.`);
      expect(calls).toEqual(['abandonRestore']);
      expect(deeds(others)).toEqual(['stopApplication', 'restartApplication']);
    });
  });

  it('that is left out goes on with the database before, put back first, and the service started', async () => {
    const calls: string[] = [];
    const order: string[] = [];
    const replaced: Partial<Activities> = {
      restoreDatabase: fails('RestoreFailed', 'The disk is full.'),
      abandonRestore: async (input) => {
        order.push('put back');
        return await putBack(calls)(input);
      },
      restartApplication: async () => {
        order.push('started');
        return proof('blue runs');
      },
    };
    await withFakes(replaced, async ({ start }) => {
      const handle = await confirmed(start);
      await untilAwaited(handle, 'restore-database');
      await decide(handle, 'skip', 'restore-database');
      const result = (await handle.result()) as RollbackResult;
      expect(result.outcome).toBe('rolled-back');
      expect(result.summary).toContain(`${BEFORE}.`);
      expect(order).toEqual(['put back', 'started']);
    });
  });

  it('that can not be put back is no success, and says what is not proved', async () => {
    const replaced = {
      restoreDatabase: fails('RestoreFailed', 'The disk is full.'),
      abandonRestore: fails('RestoreFailed', 'The disk is full. The database is out of reach.'),
    };
    await withFakes(replaced, async ({ start }) => {
      const handle = await confirmed(start);
      await untilAwaited(handle, 'restore-database');
      await decide(handle, 'skip', 'restore-database');
      const failure = await failureOf(handle);
      expect(failure.type).toBe('Unverified');
      expect(failure.message).toContain(
        'Whether PostgreSQL database listings on local was restored is not proved, and the step was skipped. It is the one before, the restored one, or out of reach with a whole safety copy beside it.',
      );
    });
  });

  it('that is cancelled in the middle puts the database back and starts the service', async () => {
    const calls: string[] = [];
    const replaced = {
      restoreDatabase: fails('RestoreFailed', 'The disk is full.'),
      abandonRestore: putBack(calls),
    };
    await withFakes(replaced, async ({ calls: others, start }) => {
      const handle = await confirmed(start);
      await untilAwaited(handle, 'restore-database');
      await handle.cancel();
      await expect(handle.result()).rejects.toThrow();
      expect(calls).toEqual(['abandonRestore']);
      expect(deeds(others)).toEqual(['stopApplication', 'restartApplication']);
      expect((await status(handle)).outcome).toBe('cancelled');
    });
  });

  it('leaves the service alone when its stop is given up', async () => {
    await withFakes({ stopApplication: fails('PermissionDenied', 'No sudo.') }, async ({ calls, start }) => {
      const handle = await confirmed(start);
      await untilAwaited(handle, 'stop-application');
      await decide(handle, 'abort', 'stop-application');
      expect((await failureOf(handle)).message).toContain('No data was changed.');
      expect(deeds(calls)).toEqual(['abandonRestore', 'restartApplication']);
    });
  });
});
