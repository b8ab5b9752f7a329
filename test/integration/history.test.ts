/** What Temporal remembers of rollbacks: open and closed, by the real server's list. */
import { afterEach, expect, it } from 'vitest';
import { run } from '../../src/cli/run.ts';
import type { RollbackMetricsReport } from '../../src/domain/history/metrics.ts';
import type { RememberedRollback } from '../../src/domain/history/rollback.ts';
import { fakeIo } from '../cli/support/io.ts';
import { openLab } from '../support/lab.ts';
import type { Lab } from '../support/lab.ts';
import { until } from '../support/until.ts';

let lab: Lab;
afterEach(() => lab.close());

async function backout(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const io = fakeIo({ env: { BACKOUT_CONFIG: lab.sandbox.configFile } });
  const code = await run(argv, io);
  return { code, ...io.printed };
}

const history = async (...argv: string[]) =>
  JSON.parse((await backout('history', lab.service, '--json', ...argv)).out) as RememberedRollback[];

it('lists one that ran, one that was refused and one that runs, and counts those that have ended', async () => {
  let isHeld = false;
  let letGo = () => {};
  const goes = new Promise<void>((resolve) => (letGo = resolve));
  lab = await openLab({
    onActivity: async ({ name }) => {
      if (isHeld && name === 'stopFaulty') await goes;
    },
  });
  const { service, client } = lab;
  const detectedAt = new Date(Date.now() - 60_000).toISOString();
  const first = await (await lab.start({ detectedAt, severity: 'P2' })).ended();
  expect(first.failure).toBeNull();
  await (await lab.start({ dryRun: true, to: 'green' })).ended();
  const refused = await (await lab.start({})).ended();
  expect(refused.failure?.type).toBe('NothingToRollBack');

  await client.workflowService.terminateWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId: `backout-block/${service}/production/1.5.0` },
    reason: 'the test goes back onto it',
  });
  isHeld = true;
  const running = await lab.start({ to: 'green' });
  await running.until('traffic has moved', ({ trafficSafeAt }) => trafficSafeAt !== null);
  await until('the list has caught up', async () => (await history('--all')).length === 4);

  const listed = await history();
  expect(listed.map(({ outcome }) => outcome)).toEqual(['running', 'refused', 'rolled-back']);
  expect(listed[0]).toMatchObject({
    kind: 'traffic-only',
    service,
    environment: 'production',
    from: 'blue (1.4.0)',
    to: expect.stringMatching(/^green/),
    endedAt: null,
    deadline: null,
  });
  expect(listed[1]).toMatchObject({
    service,
    failure: { type: 'NothingToRollBack' },
    timeToMitigateMs: null,
  });
  const last = listed[2];
  const { result } = first;
  expect(last).toMatchObject({
    from: 'green (1.5.0)',
    to: 'blue (1.4.0)',
    trafficSafeAt: result?.trafficSafeAt,
    deadline: { severity: 'P2', from: detectedAt, kept: true },
    timeToMitigateMs: Date.parse(result?.trafficSafeAt ?? '') - Date.parse(detectedAt),
  });

  const { groups } = JSON.parse((await backout('metrics', service, '--json')).out) as RollbackMetricsReport;
  expect(groups).toMatchObject([
    {
      service,
      kind: 'traffic-only',
      rollbacks: 1,
      outcomes: { 'rolled-back': 1, refused: 1 },
      timeToMitigate: { count: 1, p99: last?.timeToMitigateMs },
      deadline: { kept: 1, missed: 0, share: 1 },
    },
  ]);
  expect((await backout('metrics', service, '--prometheus')).out).toContain(
    `backout_history_rollbacks{service="${service}",kind="traffic-only",outcome="rolled-back"} 1\n`,
  );
  expect((await backout('metrics', service, '--days', '0')).code).toBe(2);
  letGo();
  // Its pages are those of blue: it serves, and is not proved good.
  expect((await running.ended()).failure?.type).toBe('Unverified');

  const counted = await (await fetch(`${lab.workerUrl}/metrics`)).text();
  for (const line of [
    `backout_rollbacks_ended_total{service="${service}",environment="production",kind="traffic-only",outcome="rolled-back"} 1`,
    `backout_rollbacks_ended_total{service="${service}",environment="production",kind="traffic-only",outcome="unverified"} 1`,
    `backout_deadlines_total{service="${service}",environment="production",kind="traffic-only",severity="P2",kept="true"} 1`,
    'backout_step_seconds_count{step="shiftTraffic",result="done"} 2',
    'backout_step_failures_total{step="planRollback",type="NothingToRollBack"} 1',
  ])
    expect(counted.split('\n')).toContain(line);
  expect(counted).toMatch(
    /^backout_messages_total\{kind="announcement",channel="incidents",result="done"\} \d+$/m,
  );
});
