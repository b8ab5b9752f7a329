/** Partial rollbacks on the time-skipping server: flags and configuration change, the release and traffic stay. */
import { describe, expect, it } from 'vitest';
import type { Activities } from '../../activities/types.ts';
import { policyFor } from '../../src/domain/approval/policy.ts';
import { approvalSettingsSchema } from '../../src/domain/approval/settings.ts';
import { STEPS } from '../../src/domain/plan.ts';
import type { RollbackResult } from '../../src/domain/rollback.ts';
import { decide, failureOf, fails, status, untilWaiting, withFakes as withFakesOf } from './drive.ts';
import type { Driven } from './drive.ts';
import { labOfFile } from './lab.ts';
import { CONFIG, partialPlan, REQUEST, verdict } from './support.ts';

const lab = labOfFile();

const PARTIAL = { ...REQUEST, flags: ['new-checkout'], configFiles: ['blue-env'] };

const withFakes = <Result>(replaced: Partial<Activities>, drive: (driven: Driven) => Promise<Result>) =>
  withFakesOf({ lab, workflow: 'partialRollback' }, replaced, drive);

const acts = (calls: string[]) => calls.filter((call) => !call.startsWith('announce'));

describe('a partial rollback', () => {
  it('switches flags, puts configuration back, restarts and verifies what serves, and moves no traffic', async () => {
    await withFakes({}, async ({ calls, start }) => {
      const handle = await start(PARTIAL);
      const result = (await handle.result()) as RollbackResult;
      expect(acts(calls)).toEqual([
        'captureBefore',
        'switchFlags',
        'putBackConfiguration',
        'restartChanged',
        'verifyRelease',
        'releaseTarget',
        'writeReport',
        'writeReport',
      ]);
      expect(calls).not.toContain('announce traffic-shifted incidents');
      expect(result).toMatchObject({ outcome: 'rolled-back', from: 'green (2.0)', to: 'green (2.0)' });
      expect(result.summary).toBe(
        'listings in production is partially rolled back: new-checkout off and configuration blue-env put back; ' +
          'green (2.0) goes on serving, and passed verification. Traffic was not changed. Flags: new-checkout off, proved. ' +
          'Configuration: blue-env put back, proved. No data was changed.',
      );
      const ended = await status(handle);
      expect(ended.steps.map(({ name }) => name)).toEqual(STEPS.partial);
      expect(ended.trafficSafeAt).toBe(ended.steps.find(({ name }) => name === 'verify')?.result?.provedAt);
    });
  });

  it('verifies what came after the last change only', async () => {
    let since = '';
    const verifyRelease: Activities['verifyRelease'] = async (input) => {
      since = input.since;
      return verdict(true);
    };
    await withFakes({ verifyRelease }, async ({ start }) => {
      const handle = await start(PARTIAL);
      await handle.result();
      const { steps } = await status(handle);
      expect(since).toBe(steps.find(({ name }) => name === 'restart-application')?.result?.provedAt);
    });
  });

  it('shows in a dry run what it would change, and changes nothing', async () => {
    await withFakes({}, async ({ calls, start }) => {
      const result = (await (await start({ ...PARTIAL, dryRun: true })).result()) as RollbackResult;
      expect(result.outcome).toBe('dry-run');
      expect(result.plan?.partial?.files[0]?.differences).toEqual(['POOL: changed']);
      expect(calls).toEqual([]);
    });
  });

  it('is put back by the same steps, and says so', async () => {
    await withFakes({}, async ({ start }) => {
      const result = (await (await start({ ...REQUEST, restore: true })).result()) as RollbackResult;
      expect(result.outcome).toBe('restored');
      expect(result.summary).toContain(
        'listings in production is as it was before the partial rollback: new-checkout back to off',
      );
    });
  });

  it('tells other systems of the incident, but of no other version; its way back is no incident', async () => {
    const events = {
      url: 'https://events.example.net/',
      source: '/backout',
      artifact: 'pkg:generic/$service@$version',
    };
    const planRollback: Activities['planRollback'] = async ({ request }) => ({
      ...partialPlan(request),
      config: { ...CONFIG, events },
    });
    await withFakes({ planRollback }, async ({ start, calls }) => {
      const told = () => calls.splice(0).filter((call) => call.startsWith('event '));
      await (await start(PARTIAL)).result();
      expect(told().sort()).toEqual([
        'event dev.cdevents.incident.detected.0.3.0',
        'event dev.cdevents.incident.resolved.0.3.0',
      ]);
      await (await start({ ...REQUEST, restore: true })).result();
      expect(told()).toEqual([]);
    });
  });

  it('asks a person about what it could not change, and is no success when that is skipped', async () => {
    const putBackConfiguration = fails('FileChanged', 'Somebody has changed /srv/.env.blue since.');
    await withFakes({ putBackConfiguration }, async ({ start }) => {
      const handle = await start(PARTIAL);
      const waiting = await untilWaiting(handle);
      expect(waiting.traffic).toBe(
        'Traffic was not changed. Flags: new-checkout off, proved. ' +
          'Configuration NOT proved changed: blue-env put back was planned, and may be done in part.',
      );
      await decide(handle, 'skip', 'put-back-configuration');
      const failure = await failureOf(handle);
      expect(failure.type).toBe('Unverified');
      expect(failure.message).toContain(
        'is NOT a success: “Do put-back-configuration” was skipped by anna ("because").',
      );
      expect(failure.message).toContain('Traffic was not changed.');
    });
  });

  it('that is aborted says what was changed by then, and how that is put back', async () => {
    const putBackConfiguration = fails('FileChanged', 'Somebody has changed it.');
    await withFakes({ putBackConfiguration }, async ({ start }) => {
      const handle = await start(PARTIAL);
      await untilWaiting(handle);
      await decide(handle, 'abort', 'put-back-configuration');
      const failure = await failureOf(handle);
      expect(failure.type).toBe('Aborted');
      expect(failure.message).toContain('Flags: new-checkout off, proved.');
      expect(failure.message).toContain('Not reached: “Do restart-application” and “Do verify”.');
    });
  });

  it('is not a success when the release that serves fails its verification', async () => {
    await withFakes({ verifyRelease: async () => verdict(false) }, async ({ start }) => {
      const failure = await failureOf(await start(PARTIAL));
      expect(failure.type).toBe('Unverified');
      expect(failure.message).toContain('The partial rollback of listings in production (new-checkout off');
    });
  });

  it('waits for the approvals that the policy wants, and changes nothing before', async () => {
    const settings = approvalSettingsSchema.parse({ people: { bob: { roles: ['on-call'] } } });
    const policy = policyFor(settings, { environment: 'production', severity: 'P1', kind: 'partial' });
    const planRollback: Activities['planRollback'] = async ({ request }) => ({
      ...partialPlan(request),
      policy,
    });
    await withFakes({ planRollback }, async ({ calls, start }) => {
      const handle = await start(PARTIAL);
      await untilWaiting(handle);
      expect(acts(calls)).toEqual([]);
      await handle.executeUpdate('approve', { args: [{ by: 'bob' }] });
      expect(((await handle.result()) as RollbackResult).outcome).toBe('rolled-back');
    });
  });

  it('has no freeze: that is for data', async () => {
    await withFakes({}, async ({ calls, start }) => {
      const failure = await failureOf(await start({ ...PARTIAL, dataCorruption: true }));
      expect(failure.type).toBe('InvalidRequest');
      expect(calls).toEqual([]);
    });
  });
});
