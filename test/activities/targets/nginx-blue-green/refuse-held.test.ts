/** Who may let through the requests that a freeze holds. */
import { expect, it } from 'vitest';
import type { FreezeRecord } from '../../../../activities/targets/freeze.ts';
import { refuseHeld } from '../../../../activities/targets/nginx-blue-green/freeze.ts';

const freeze: FreezeRecord = {
  ...{ owner: 'freeze-1', by: 'anna', reason: 'rows vanish', token: 't', phase: 'held' },
  at: '2026-11-21T03:00:00.000Z',
};
const context = (workflowId: string, ended: string[] = []) => ({
  rollback: { workflowId, runId: 'r', startedAt: '2026-11-21T03:01:00Z', requestedBy: 'bob' },
  isEnded: async (owner: string) => ended.includes(owner),
});

it('lifts its own freeze, one that has ended or is taken over, and what nobody has noted', async () => {
  await expect(refuseHeld(freeze, context('freeze-1'))).resolves.toBeUndefined();
  await expect(refuseHeld(freeze, context('unfreeze-2', ['freeze-1']))).resolves.toBeUndefined();
  await expect(refuseHeld(null, context('unfreeze-2'))).resolves.toBeUndefined();
});

it('leaves a freeze alone that still waits, and says who holds it and how it is lifted', async () => {
  await expect(refuseHeld(freeze, context('unfreeze-2'))).rejects.toThrow(
    "Its requests can't be let through: anna froze it at 2026-11-21 03:00:00 UTC (freeze-1): rows vanish, and that freeze has not ended. " +
      'Nothing was changed: traffic and data are as they were. ' +
      'Answer it (`backout status`): that lifts it. If you know that it has ended, start again with `--take-over freeze-1 --take-over-note WHY`.',
  );
});
