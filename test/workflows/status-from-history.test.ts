/** What Temporal's history tells of a run is what the run would say of itself, as far as it goes. */
import { expect, it } from 'vitest';
import type { WorkflowHandle } from '@temporalio/client';
import { readHistory } from '../../src/cli/temporal/history.ts';
import { statusFromHistory } from '../../src/cli/temporal/status-from-history.ts';
import { decide, fails, status, untilWaiting, withFakes } from './drive.ts';
import { labOfFile } from './lab.ts';

const lab = labOfFile();

const REQUEST = { service: 'listings', reason: 'prices are overwritten', requestedBy: 'anna' };

async function known(handle: WorkflowHandle) {
  const history = await readHistory(lab.environment.client, handle.workflowId);
  return { history, status: statusFromHistory(history, { workflowId: handle.workflowId, runId: 'run' }) };
}

it('of a step that failed and waits for a person', async () => {
  const stopFaulty = fails('StillRunning', 'pid 997 still runs. Traffic was not changed.');
  await withFakes({ lab, workflow: 'trafficOnlyRollback' }, { stopFaulty }, async ({ start }) => {
    const handle = await start(REQUEST, 'history-1');
    const said = await untilWaiting(handle);
    const seen = (await known(handle)).status;
    expect(seen.traffic).toBe(said.traffic);
    expect(seen.plan).toEqual(said.plan);
    expect(seen.kind).toBe('traffic-only');
    expect(seen.incidentFolder).toBe(said.incidentFolder);
    expect(seen.steps.map(({ name, state, result }) => [name, state, result?.proof])).toEqual(
      said.steps.map(({ name, state, result }) => [
        name,
        state === 'waiting-for-decision' ? 'failed' : state,
        result?.proof,
      ]),
    );
    expect(seen.steps.find(({ name }) => name === 'stop-faulty')?.failure).toEqual({
      type: 'StillRunning',
      message: 'pid 997 still runs. Traffic was not changed.',
    });
    expect(seen.awaiting).toBeNull();
    await decide(handle, 'skip');
    await handle.result();
    const { history } = await known(handle);
    expect(history.messages).toMatchObject([
      { name: 'decideStep', content: { step: 'stop-faulty', decision: 'skip', by: 'anna' } },
    ]);
  });
});

it('of a restore that waits for a person: prepared, and no data was changed', async () => {
  await withFakes({ lab, workflow: 'fullRollback' }, {}, async ({ start }) => {
    const handle = await start({ ...REQUEST, backup: 'listings-0259.dump' }, 'history-2');
    await untilWaiting(handle);
    const states = async () => {
      const { steps, plan } = (await known(handle)).status;
      const state = (step: string) => steps.find(({ name }) => name === step)?.state;
      return { prepared: state('prepare-restore'), restored: state('restore-database'), kind: plan?.kind };
    };
    while ((await states()).prepared !== 'done') await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await states()).toEqual({ prepared: 'done', restored: 'pending', kind: 'full' });
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow();
    // What was prepared is taken back at the end; nothing was begun that could be undone.
    expect((await states()).restored).toBe('pending');
  });
});

it('of a freeze', async () => {
  const holdWrites = fails('DatabaseUnreachable', 'The database does not answer.');
  await withFakes({ lab, workflow: 'freezeService' }, { holdWrites }, async ({ start }) => {
    const handle = await start(REQUEST, 'history-3');
    const said = await untilWaiting(handle);
    const seen = (await known(handle)).status;
    expect(seen.traffic).toBe(said.traffic);
    expect(seen.freeze?.holds.map(({ name, state, said: proof }) => [name, state, proof])).toEqual([
      ['requests', 'held', 'requests are held'],
      ['writes', 'failed', 'The database does not answer.'],
    ]);
    expect(seen.freeze).toMatchObject({
      service: 'listings',
      environment: 'production',
      by: 'anna',
      reason: 'prices are overwritten',
    });
    await handle.executeUpdate('decideFreeze', { args: [{ decision: 'release', by: 'ben' }] });
    await handle.result();
    expect((await known(handle)).status.traffic).toBe((await status(handle)).traffic);
  });
});
