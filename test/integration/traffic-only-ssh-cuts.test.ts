/** The line to the target's host breaks: whatever it was that ran, the rollback goes on and does nothing twice. */
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { openLab } from '../support/lab.ts';
import type { Lab } from '../support/lab.ts';
import { isRunning } from '../support/processes.ts';

let lab: Lab;
afterEach(() => lab.close());

/** The activities that reach the host, in the order of the runbook. */
const ON_HOST = [
  'planRollback',
  'captureBefore',
  'shiftTraffic',
  'captureLogs',
  'stopFaulty',
  'verifyRelease',
  'releaseTarget',
  'writeReport',
];

describe.each([
  { when: 'as each step begins', afterMs: 0 },
  { when: 'at once after each step began', afterMs: 15 },
  { when: 'in the middle of each step', afterMs: 60 },
  { when: 'later in each step', afterMs: 150 },
])('With the SSH line cut $when', ({ afterMs }) => {
  it('still rolls back, with one SIGTERM and each message once', async () => {
    const cut: string[] = [];
    lab = await openLab({
      ssh: true,
      onActivity: async ({ name, attempt }) => {
        if (!ON_HOST.includes(name) || attempt > 1) return;
        cut.push(name);
        const cutting = wait(afterMs).then(() => lab.sshd?.cutConnections());
        if (afterMs === 0) await cutting;
      },
    });
    const { result, failure } = await (await lab.start()).ended();
    expect(failure).toBeNull();
    expect(result?.outcome).toBe('rolled-back');
    expect(new Set(cut)).toEqual(new Set(ON_HOST));
    expect(new Set(await lab.nextAnswers())).toEqual(new Set(['blue']));
    expect(lab.answers().filter(({ status }) => status !== 200)).toEqual([]);
    expect(isRunning(lab.sandbox.green.pid)).toBe(false);
    expect(await lab.sandbox.green.sigterms()).toBe(1);
    expect(lab.slack.messages.map(({ text }) => text.split(':')[0])).toEqual([
      '🔄 Rolling back',
      '➡️ Traffic has moved',
      '✅ Rolled back',
    ]);
    await lab.expectFree();
  });
});

describe('With the SSH line cut again and again for a while', () => {
  it('still rolls back', async () => {
    lab = await openLab({ ssh: true });
    const rollback = await lab.start();
    const cutter = (async () => {
      for (let count = 0; count < 8; count++) {
        await wait(700);
        await lab.sshd?.cutConnections();
      }
    })();
    const { result, failure } = await rollback.ended();
    await cutter;
    expect(failure).toBeNull();
    expect(result?.outcome).toBe('rolled-back');
    expect(await lab.sandbox.green.sigterms()).toBe(1);
    expect(new Set(await lab.nextAnswers())).toEqual(new Set(['blue']));
  });
});
