/** Signed decisions on the time-skipping server: what waits for a verdict, what is said, and what stays on record. */
import { Context } from '@temporalio/activity';
import type { WorkflowHandle } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import type { Activities, SignedDecision } from '../../activities/types.ts';
import { makeChallenge, signedContent } from '../../src/domain/approval/challenge.ts';
import type { ToSign } from '../../src/domain/approval/challenge.ts';
import type { ApprovalMessageName } from '../../src/domain/approval/messages.ts';
import { policyFor } from '../../src/domain/approval/policy.ts';
import { approvalSettingsSchema } from '../../src/domain/approval/settings.ts';
import type { ApprovalSettingsInput } from '../../src/domain/approval/settings.ts';
import type { Plan } from '../../src/domain/plan.ts';
import { gate } from '../support/gate.ts';
import { until } from '../support/until.ts';
import {
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
import { BACKUP, fakePlan, fullPlan, proof, REQUEST } from './support.ts';

const lab = labOfFile();

const PLAN = '0123456789ab';

const SETTINGS = {
  people: { anna: { roles: ['on-call'], principal: 'anna@example.com' }, bob: { roles: ['on-call'] } },
  rules: [{ approvers: [{ from: ['role:on-call'] }], assurance: 'signed' }],
  breakGlass: ['bob'],
  signing: { allowedSignersFile: '/etc/backout/allowed_signers' },
} satisfies ApprovalSettingsInput;

function trafficPlan(request: Plan['request'], settings: ApprovalSettingsInput): Plan {
  const occasion = { environment: 'production', severity: request.severity, kind: 'traffic-only' } as const;
  return fakePlan(request, { policy: policyFor(approvalSettingsSchema.parse(settings), occasion) });
}

type Verify = Activities['verifyDecision'];

/** Takes every signature whose text is "good", whoever it is said to be by. */
const verifyDecision: Verify = async ({ expected: { message } }) =>
  message.signed?.signature === 'good'
    ? {
        verified: true,
        proof: {
          assurance: 'signed',
          nonce: /nonce: (\w+)/.exec(message.signed.challenge)?.[1] ?? '',
          fingerprint: `SHA256:${message.by}`,
        },
      }
    : { verified: false, problem: 'tampered', why: 'the signature is not of this text' };

type Options = {
  expiresMinutes?: number;
  workflow?: 'fullRollback' | 'trafficOnlyRollback' | 'unfreezeService';
};

/** Runs a rollback that demands signatures. */
async function withSigned<Result>(
  { expiresMinutes = 60, workflow = 'trafficOnlyRollback', ...replaced }: Options & Partial<Activities>,
  drive: (driven: Driven) => Promise<Result>,
): Promise<Result> {
  const [rule] = SETTINGS.rules;
  const settings = { ...SETTINGS, rules: [{ ...rule, expiresMinutes }] } as ApprovalSettingsInput;
  const planRollback: Activities['planRollback'] = async ({ request, kind }) =>
    kind === 'full' ? fullPlan(request, settings) : trafficPlan(request, settings);
  return await withFakesOf({ lab, workflow }, { planRollback, verifyDecision, ...replaced }, drive);
}

let nonces = 0;

/** A signed message for this run, with a nonce of its own. */
async function signed(
  handle: WorkflowHandle,
  decision: ApprovalMessageName,
  change: Partial<ToSign> & { signature?: string; at?: number } = {},
): Promise<Record<string, unknown>> {
  const { signature = 'good', at = await lab.environment.currentTimeMs(), ...toSign } = change;
  const challenge = makeChallenge(
    {
      decision,
      by: 'anna',
      workflowId: handle.workflowId,
      runId: (await handle.describe()).runId,
      planHash: PLAN,
      ...(decision === 'reject' || decision === 'breakGlass' ? { note: 'because' } : {}),
      ...(decision === 'confirmRestore' ? { backup: BACKUP } : {}),
      ...toSign,
    },
    { nonce: (++nonces).toString(16).padStart(32, '0'), at: new Date(at).toISOString() },
  );
  return signedContent(challenge, signature);
}

const send = (handle: WorkflowHandle, name: ApprovalMessageName, content: object) =>
  handle.executeUpdate<string, [object]>(name, { args: [content] });

const whysOf = async (handle: WorkflowHandle) => (await status(handle)).refusedMessages.map(({ why }) => why);

const start = ({ start: begin }: Driven) => begin({ ...REQUEST, severity: 'P1', requestedBy: 'dora' });

/** Ended in order, so that the lock is free for the next one. */
async function cancelled(handle: WorkflowHandle): Promise<void> {
  await handle.cancel();
  await expect(handle.result()).rejects.toThrow();
}

async function hasSeenTimer(handle: WorkflowHandle): Promise<boolean> {
  const { events } = await handle.fetchHistory();
  const firedAt = (events ?? []).findIndex(({ timerFiredEventAttributes }) => timerFiredEventAttributes);
  const since = firedAt === -1 ? [] : (events ?? []).slice(firedAt);
  return since.some(({ workflowTaskCompletedEventAttributes }) => workflowTaskCompletedEventAttributes);
}

describe('where signatures are demanded', () => {
  it('a name alone is told the command that would do, and that is all that is offered', async () => {
    await withSigned({}, async (driven) => {
      const handle = await start(driven);
      const { awaiting } = await untilWaiting(handle);
      const id = handle.workflowId;
      expect(awaiting?.answers).toEqual([
        `backout approve ${id} --plan ${PLAN} --sign`,
        `backout reject ${id} --reason WHY --sign`,
        `backout break-glass ${id} --reason WHY --sign`,
      ]);
      const sent: [ApprovalMessageName, object, string][] = [
        ['approve', { by: 'anna' }, `backout approve ${id} --plan ${PLAN} --by anna --sign`],
        ['reject', { by: 'anna', reason: 'no' }, `backout reject ${id} --reason no --by anna --sign`],
        [
          'breakGlass',
          { by: 'bob', reason: 'now' },
          `backout break-glass ${id} --reason now --plan ${PLAN} --by bob --sign`,
        ],
      ];
      for (const [name, content, command] of sent) {
        const why = `a signature is demanded here, and a name alone is none: \`${command}\``;
        await expect(send(handle, name, content)).rejects.toMatchObject({ cause: { message: why } });
        await handle.signal(name, content);
        expect((await whysOf(handle)).at(-1)).toContain(why);
      }
      expect((await status(handle)).phase).toBe('waiting');
      await cancelled(handle);
    });
  });

  it('a verified approval and a verified RESTORE let a full rollback go through', async () => {
    const asked: SignedDecision[] = [];
    const noting: Verify = async (decision) => {
      asked.push(decision);
      return await verifyDecision(decision);
    };
    await withSigned({ workflow: 'fullRollback', verifyDecision: noting }, async (driven) => {
      const handle = await start(driven);
      await untilWaiting(handle);
      expect(await send(handle, 'approve', await signed(handle, 'approve', { note: 'seen' }))).toBe(
        'recorded',
      );
      while ((await status(handle)).awaiting?.step !== 'confirm-restore')
        await new Promise((resolve) => setTimeout(resolve, 50));
      await expect(send(handle, 'confirmRestore', { phrase: 'RESTORE', by: 'anna' })).rejects.toMatchObject({
        cause: {
          message: expect.stringContaining(
            `\`backout confirm-restore ${handle.workflowId} --by anna --sign\``,
          ),
        },
      });
      // As the Temporal UI would send it: signals are verified, too.
      await handle.signal('confirmRestore', await signed(handle, 'confirmRestore', { by: 'bob' }));
      expect(await handle.result()).toMatchObject({ outcome: 'rolled-back' });
      expect(asked.map(({ principal, expected }) => [principal, expected.workflowId])).toEqual([
        ['anna@example.com', handle.workflowId],
        ['bob', handle.workflowId],
      ]);
      const { approvals } = await status(handle);
      expect(approvals.approvals).toMatchObject([{ by: 'anna', assurance: 'signed', key: 'SHA256:anna' }]);
      expect(approvals.restoreDecision).toMatchObject({ by: 'bob', assurance: 'signed', key: 'SHA256:bob' });
      expect(await timeline(handle)).toContain('Approved: seen');
    });
  });

  it('a verified rejection ends it, and verified broken glass lets it go ahead', async () => {
    await withSigned({}, async (driven) => {
      const rejected = await start(driven);
      await untilWaiting(rejected);
      await rejected.signal('reject', await signed(rejected, 'reject'));
      expect((await failureOf(rejected)).message).toContain('was rejected by anna ("because")');
      const broken = await start(driven);
      await untilWaiting(broken);
      await broken.signal('breakGlass', await signed(broken, 'breakGlass', { by: 'bob' }));
      expect(await broken.result()).toMatchObject({ outcome: 'rolled-back' });
    });
  });
});

describe('a signature that is none', () => {
  it('is refused with the reason at once, and stays on record', async () => {
    let asked = 0;
    const counting: Verify = async (decision) => {
      asked++;
      return await verifyDecision(decision);
    };
    await withSigned({ verifyDecision: counting }, async (driven) => {
      const handle = await start(driven);
      await untilWaiting(handle);
      const time = await lab.environment.currentTimeMs();
      const forged = await signed(handle, 'approve', { signature: 'forged' });
      const otherRun = await signed(handle, 'approve', { runId: 'another-run' });
      const expired = await signed(handle, 'approve', { at: time - 11 * 60_000 });
      const altered = { ...(await signed(handle, 'approve')), note: 'and more' };
      const whys = [];
      for (const content of [forged, otherRun, expired, altered])
        whys.push(await send(handle, 'approve', content));
      const { runId } = await handle.describe();
      expect(whys).toEqual([
        'refused: the signature is not of this text',
        `refused: the signature is for another run (${handle.workflowId}, another-run); this one is ${runId}`,
        expect.stringMatching(/^refused: the signature expired at .*: sign again$/),
        'refused: the signed text and the message differ in note',
      ]);
      // What can be told without ssh-keygen costs no activity.
      expect(asked).toBe(1);
      expect(await whysOf(handle)).toEqual(whys.map((why) => `${why.replace(/^refused: /, '')} (from anna)`));
      expect((await status(handle)).approvals.approvals).toEqual([]);
      await cancelled(handle);
    });
  });

  it('counts once: sent again it is refused, also while the first is still being verified', async () => {
    const verification = gate();
    const slow: Verify = async (decision) => {
      await verification.passed;
      return await verifyDecision(decision);
    };
    const rules = [{ approvers: [{ from: ['anna', 'bob'], count: 2 }], assurance: 'signed' as const }];
    const planRollback: Activities['planRollback'] = async ({ request }) => {
      return trafficPlan(request, { ...SETTINGS, rules });
    };
    await withSigned({ verifyDecision: slow, planRollback }, async (driven) => {
      const handle = await start(driven);
      await untilWaiting(handle);
      const content = await signed(handle, 'approve');
      const [first, second] = [send(handle, 'approve', content), send(handle, 'approve', content)];
      verification.open();
      expect([await first, await second].sort()).toEqual([
        'recorded',
        'refused: this signature has been used already: sign again',
      ]);
      expect(await send(handle, 'approve', content)).toBe(
        'refused: this signature has been used already: sign again',
      );
      expect((await status(handle)).approvals.approvals).toHaveLength(1);
      await cancelled(handle);
    });
  });

  it('does not count either where it could not be verified, and can be sent anew', async () => {
    let isBroken = true;
    const broken: Verify = async (decision) =>
      isBroken
        ? await fails('InvalidConfiguration', "Signatures can't be verified: /x can't be read (ENOENT).")()
        : await verifyDecision(decision);
    await withSigned({ verifyDecision: broken }, async (driven) => {
      const handle = await start(driven);
      await untilWaiting(handle);
      expect(await send(handle, 'approve', await signed(handle, 'approve'))).toBe(
        "refused: its signature could not be verified, so it does not count: Signatures can't be verified: /x can't be read (ENOENT)",
      );
      isBroken = false;
      await handle.signal('approve', await signed(handle, 'approve'));
      expect(await handle.result()).toMatchObject({ outcome: 'rolled-back' });
    });
  });
});

describe('order and time', () => {
  it('what comes while a signature is verified waits its turn', async () => {
    const verification = gate();
    const slowForAnna: Verify = async (decision) => {
      if (decision.principal !== 'bob') await verification.passed;
      return await verifyDecision(decision);
    };
    await withSigned({ verifyDecision: slowForAnna }, async (driven) => {
      const handle = await start(driven);
      await untilWaiting(handle);
      await handle.signal('approve', await signed(handle, 'approve'));
      await handle.signal('reject', await signed(handle, 'reject', { by: 'bob' }));
      expect((await status(handle)).approvals.decision).toBeNull();
      verification.open();
      expect(await handle.result()).toMatchObject({ outcome: 'rolled-back' });
      expect((await whysOf(handle))[0]).toMatch(/^it was approved by anna, at .* \(from bob\)$/);
    });
  });

  it('what came in time counts, also when its signature is verified after it', async () => {
    const verification = gate();
    const slow: Verify = async (decision) => {
      const { heartbeat } = Context.current();
      const alive = setInterval(() => heartbeat(), 500);
      await verification.passed;
      clearInterval(alive);
      return await verifyDecision(decision);
    };
    await withSigned({ verifyDecision: slow, expiresMinutes: 0.08 }, async (driven) => {
      const handle = await start(driven);
      await untilWaiting(handle);
      await handle.signal('approve', await signed(handle, 'approve'));
      await until('the rollback has seen that the time is over', () => hasSeenTimer(handle));
      expect((await status(handle)).approvals.decision).toBeNull();
      verification.open();
      expect(await handle.result()).toMatchObject({ outcome: 'rolled-back' });
    });
  });

  it('one that comes before the plan waits for it, and then counts', async () => {
    const planning = gate();
    const planRollback: Activities['planRollback'] = async ({ request }) => {
      await planning.passed;
      return trafficPlan(request, SETTINGS);
    };
    await withSigned({ planRollback }, async (driven) => {
      const handle = await start(driven);
      await handle.signal('approve', await signed(handle, 'approve'));
      expect((await status(handle)).approvals).toMatchObject({ approvals: [], refused: [] });
      planning.open();
      expect(await handle.result()).toMatchObject({ outcome: 'rolled-back' });
    });
  });

  it('one that waits for a plan that is never made keeps nothing from ending', async () => {
    const planning = gate();
    const planRollback: Activities['planRollback'] = async () => {
      await planning.passed;
      return await fails('NothingToRollBack', 'There is one release.')();
    };
    await withSigned({ planRollback }, async (driven) => {
      const handle = await start(driven);
      const update = await handle.startUpdate<string, [object]>('approve', {
        args: [await signed(handle, 'approve')],
        waitForStage: 'ACCEPTED',
      });
      planning.open();
      expect((await failureOf(handle)).type).toBe('NothingToRollBack');
      expect(await whysOf(handle)).toEqual(['the rollback has ended (from anna)']);
      expect(update.updateId).not.toBe('');
    });
  });

  it('one that is sent to what asks for no approval, and is refused, keeps nothing from ending', async () => {
    const [lifting, held, asking] = [gate(), gate(), gate()];
    const liftWrites: Activities['liftWrites'] = async () => {
      held.open();
      await lifting.passed;
      return proof('writes are taken again');
    };
    const inspectLock: Activities['inspectLock'] = async ({ rollback }) => {
      await asking.passed;
      return { ...rollback, workflowId: 'the first' };
    };
    await withSigned({ workflow: 'unfreezeService', liftWrites, inspectLock }, async (driven) => {
      const first = await driven.start();
      await held.passed;
      const second = await driven.start();
      await second.startUpdate<string, [object]>('approve', {
        args: [await signed(second, 'approve')],
        waitForStage: 'ACCEPTED',
      });
      asking.open();
      expect((await refusalOf(second)).type).toBe('AlreadyRunning');
      lifting.open();
      expect(await first.result()).toMatchObject({ outcome: 'released' });
    });
  });
});
