/** The main job, on real parts: traffic goes back to blue, green is stopped, blue is proved good. */
import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { checkManifest, onBlue, openLab } from '../support/lab.ts';
import type { Lab } from '../support/lab.ts';
import { isRunning } from '../support/processes.ts';

let lab: Lab;
afterEach(() => lab.close());

describe.each([
  { where: 'on this machine', ssh: false },
  { where: 'over SSH', ssh: true },
])('A traffic-only rollback $where', ({ ssh }) => {
  it('sends every request to blue, stops green once, verifies, reports and tells people', async () => {
    lab = await openLab({ ssh, green: { bad: 0.5 } });
    const { sandbox, slack, service } = lab;
    const before = await lab.site();
    const rollback = await lab.start();
    const { result, failure } = await rollback.ended();

    expect(failure).toBeNull();
    expect(result).toMatchObject({
      outcome: 'rolled-back',
      service,
      environment: 'production',
      from: 'green (1.5.0)',
      to: 'blue (1.4.0)',
      summary: `${service} in production is rolled back from green (1.5.0) to blue (1.4.0), which passed verification. All traffic is on blue (1.4.0). No data was changed.`,
    });

    expect(await lab.nextAnswers()).toSatisfy((who: string[]) => who.every((name) => name === 'blue'));
    const answers = lab.answers();
    expect(answers.filter(({ status }) => status === null || status === 502)).toEqual([]);
    expect(answers.filter(({ release, status }) => release === 'blue' && status !== 200)).toEqual([]);
    const safe = Date.parse(result?.trafficSafeAt ?? '');
    expect(answers.filter(({ sentAt, release }) => sentAt > safe && release !== 'blue')).toEqual([]);

    expect(await lab.site()).toBe(onBlue(before));
    expect([isRunning(sandbox.green.pid), isRunning(sandbox.blue.pid)]).toEqual([false, true]);
    expect([await sandbox.green.sigterms(), await sandbox.blue.sigterms()]).toEqual([1, 0]);

    expect(slack.messages.map(({ text }) => text)).toEqual([
      `🔄 Rolling back: ${service} in production (P1) Going back from green (1.5.0) to blue (1.4.0). Traffic was not changed by this rollback: when the plan was made, green (1.5.0) gave 100 % of the answers. No data was changed.`,
      expect.stringMatching(
        /^➡️ Traffic has moved: .* All traffic is on blue \(1\.4\.0\)\. No data was changed\. The rollback is not over yet\. Proof: 10 answers in a row/,
      ),
      `✅ Rolled back: ${service} in production (P1) ${result?.summary}`,
    ]);

    const folder = result?.incidentFolder ?? '';
    expect(await lab.incidents()).toEqual([basename(folder)]);
    expect(basename(folder)).toMatch(/^rollback-\d{8}-\d{6}$/);
    const files = await checkManifest(folder);
    expect(files).toEqual(
      expect.arrayContaining(
        [
          'INCIDENT_REPORT.md',
          'site-before.conf',
          'state-before.json',
          'state-after.json',
          'summary.json',
        ].map((name) => `${name}: OK`),
      ),
    );
    expect(files.filter((line) => line.includes('green.log.gz'))).toHaveLength(1);
    expect(await readFile(join(folder, 'site-before.conf'), 'utf8')).toBe(before);
    expect(await readFile(join(folder, 'INCIDENT_REPORT.md'), 'utf8')).toContain(result?.summary);
    await lab.expectFree();
  });
});

describe('A dry run', () => {
  it('returns the plan and changes nothing: no byte, no signal, no message, no folder', async () => {
    lab = await openLab();
    const { sandbox, service } = lab;
    const before = { text: await lab.site(), ...(await identity(sandbox.site)) };
    const { result, failure } = await (await lab.start({ dryRun: true })).ended();

    expect(failure).toBeNull();
    expect(result).toMatchObject({
      outcome: 'dry-run',
      summary: `Dry run of the rollback of ${service} in production from green (1.5.0) to blue (1.4.0). Traffic was not changed. No data was changed.`,
      trafficSafeAt: null,
      incidentFolder: null,
    });
    expect(result?.plan?.steps.find(({ name }) => name === 'start-previous')?.notNeeded).toBe(
      'blue runs already',
    );
    const green = `127.0.0.1:${sandbox.green.port}`;
    expect(result?.plan?.steps.find(({ name }) => name === 'shift-traffic')?.commands).toContain(
      `line 4: server ${green} max_fails=0;   # green -> server ${green} max_fails=0 down;   # green`,
    );
    expect({ text: await lab.site(), ...(await identity(sandbox.site)) }).toEqual(before);
    expect(new Set(await lab.nextAnswers())).toEqual(new Set(['green']));
    expect([await sandbox.green.sigterms(), await sandbox.blue.sigterms()]).toEqual([0, 0]);
    expect(lab.slack.messages).toEqual([]);
    expect(await lab.incidents()).toEqual([]);
    await lab.expectFree();
  });

  it('goes on only with the plan that was seen', async () => {
    lab = await openLab();
    const seen = (await (await lab.start({ dryRun: true })).ended()).result?.plan?.hash;
    const { result } = await (await lab.start({ planHash: seen })).ended();
    expect(result?.outcome).toBe('rolled-back');
  });
});

async function identity(path: string): Promise<{ inode: number; mtimeMs: number; mode: number }> {
  const { ino, mtimeMs, mode } = await stat(path);
  return { inode: ino, mtimeMs, mode };
}
