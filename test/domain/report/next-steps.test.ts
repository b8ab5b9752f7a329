import { expect, test } from 'vitest';
import { followUpIdOf } from '../../../src/domain/follow-up/id.ts';
import { DEFAULT_FOLLOW_UP } from '../../../src/domain/follow-up/settings.ts';
import { metricsSchema } from '../../../src/domain/metrics.ts';
import { nextSteps } from '../../../src/domain/report/next-steps.ts';
import { abortedAtShift, skippedStop, started, success, unverified } from '../../support/cases.ts';
import { freezeOf, waitingForRestore } from '../../support/full-records.ts';
import { at, makePlan, makeRecord, proved, stepRecord } from '../../support/records.ts';

const FOLLOW_UP = followUpIdOf(success().status);

test('after a success only the follow-up is left', () => {
  expect(nextSteps(success())).toEqual([
    'Tell customers and update the status page: they are affected.',
    'Review the incident report within 30 minutes.',
    'Keep green (1.5.0) from being deployed again until its fault is found and fixed.',
    'Write a bug ticket for green (1.5.0) and link this report.',
    'Root cause within 24 hours, postmortem within 7 days: both belong in POSTMORTEM.md.',
    `Backout watches the service for 24 hours and reminds of what is open: see \`backout status ${FOLLOW_UP}\`, and say what is done with \`backout tick ${FOLLOW_UP} ITEM\`. After a rollback with \`--local\`, do both yourself.`,
  ]);
});

test('people watch it themselves where Backout is told not to follow up', () => {
  const record = success();
  const followUp = { ...DEFAULT_FOLLOW_UP, enabled: false };
  const plan = { ...record.plan, config: { ...record.plan.config, followUp } };
  expect(nextSteps({ ...record, plan }).at(-1)).toBe(
    'Watch the service for 24 hours. Root cause within 24 hours, postmortem within a week.',
  );
});

test('metrics that were left unjudged while it was frozen are to be looked at', () => {
  const record = success();
  const metrics = metricsSchema.parse({
    prometheus: { url: 'http://127.0.0.1:9090' },
    requests: 'sum(rate(r[$window]))',
    errorShare: { query: 'e[$window]' },
  });
  const { plan } = record;
  const config = { ...plan.config, verify: { ...plan.config.verify, metrics } };
  const frozen = { ...plan, config, request: { ...plan.request, dataCorruption: true } };
  const told =
    'Look at the metrics now: they were NOT judged by the verification, for no traffic came while the service was frozen.';
  expect(nextSteps({ ...record, plan: frozen })[0]).toBe(told);
  expect(nextSteps({ ...record, plan: { ...plan, config } })).not.toContain(told);
});

test('an unverified rollback begins with the next level and the next way', () => {
  expect(nextSteps(unverified()).slice(0, 2)).toEqual([
    'Treat listings in production as broken, and tell the next level now: this rollback is not a success.',
    'Decide the next way: another release (`backout rollback traffic-only listings --env production --reason …` with `--to RELEASE`), or a fix forward.',
  ]);
});

test('nobody is told to stop a release that may still serve', () => {
  const steps = nextSteps(abortedAtShift());
  expect(steps[0]).toBe('See for yourself which release answers requests: this rollback has not proved it.');
  expect(steps).toContain(
    'Leave green (1.5.0) running until you have seen that no traffic goes to it; then stop it (not reached).',
  );
});

test('a skipped step is left to a person', () => {
  expect(nextSteps(skippedStop())[0]).toBe(
    'Stop green (1.5.0) if it still runs (skipped by bob ("it has no traffic")).',
  );
});

test('customers are told only where they are affected', () => {
  expect(nextSteps(skippedStop()).join(' ')).not.toContain('Tell customers');
});

test('while it runs, people watch, acknowledge and stand ready', () => {
  expect(nextSteps(started())).toHaveLength(3);
  expect(nextSteps(started())[0]).toBe(
    'Watch it: `backout watch rollback-listings-42`, or this workflow in the Temporal UI.',
  );
});

test('after a dry run there is nothing to do', () => {
  const plan = makePlan({ dryRun: true });
  expect(nextSteps(makeRecord({ plan, status: { outcome: 'dry-run', steps: [] } }))).toEqual([]);
});

test('after a rejected restore, the command that restores later works: it names the faulty release and the backup', () => {
  const { plan, status, timeline } = waitingForRestore({
    outcome: 'aborted',
    awaiting: null,
    endedAt: at(60),
  });
  expect(nextSteps({ plan, status, timeline })).toContain(
    'To finish what this rollback began, start again: `backout rollback full listings --env production --reason … --faulty green ' +
      '--backup listings-0312.dump`. It reads what is there and goes on.',
  );
});

test('after one that was rejected while it is frozen, the commands work: no other rollback is, for it would be refused', () => {
  const { plan, status, timeline } = waitingForRestore({
    ...{ outcome: 'aborted', awaiting: null, endedAt: at(60), freeze: freezeOf('held', 'held') },
  });
  const steps = nextSteps({ plan, status, timeline });
  expect(steps).toContain(
    'To finish what this rollback began: it is frozen, and other rollbacks are refused: `backout freeze listings --env production --reason …` ' +
      'goes on with what is held and asks; answer `backout decide-freeze ID full --backup listings-0312.dump --faulty green` with the ID that it prints. ' +
      'Or let everything through again: `backout unfreeze listings --env production --reason "WHY"`.',
  );
  expect(steps.join(' ')).not.toContain('backout rollback');
  const lifted = { ...status, freeze: freezeOf('lifted', 'lifted') };
  expect(nextSteps({ plan, status: lifted, timeline }).join(' ')).toContain('backout rollback full listings');
});

test('after one that is not proved good while it is frozen, the next release is one for the freeze to be decided for', () => {
  const { plan, status, timeline } = waitingForRestore({
    ...{ outcome: 'unverified', awaiting: null, endedAt: at(60), freeze: freezeOf('lifted', 'failed') },
  });
  expect(nextSteps({ plan, status, timeline })[1]).toMatch(
    /^Decide the next way: another release \(`--to RELEASE`\), or a fix forward\. For now it is frozen, and other rollbacks are refused: /,
  );
});

test('the rows that a restore has taken out of the live database are named, with where they are and until when', () => {
  const kept = { where: 'the database "listings_old_20261121_041507"', until: '2026-11-28T04:15:07.000Z' };
  const step = stepRecord('restore-database', {
    state: 'done',
    startedAt: at(7),
    result: { ...proved('restored', 8), kept },
  });
  const record = waitingForRestore({
    outcome: 'rolled-back',
    awaiting: null,
    endedAt: at(60),
    steps: [step],
  });
  expect(nextSteps(record)).toContain(
    'Take over what is needed of the rows that are not in the live database any more (12 rows of orders and an unknown number of ' +
      'rows of views): they are in the database "listings_old_20261121_041507". It is kept at least until 2026-11-28 04:15:07 UTC, and dropped after that.',
  );
});
