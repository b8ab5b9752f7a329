import { describe, expect, test } from 'vitest';
import { headline, outcomeSentence } from '../../../src/domain/report/outcome.ts';
import { isTrafficProved, trafficSentence } from '../../../src/domain/report/traffic.ts';
import { CASES, success } from '../../support/cases.ts';
import { decided, makePlan, makeRecord, stepRecord, withSteps } from '../../support/records.ts';

const FAILURE = { type: 'ProofFailed', message: 'No answer came from blue.\nTraffic goes to green again' };

test.each([
  [
    'success',
    'listings in production is rolled back from green (1.5.0) to blue (1.4.0), which passed verification. ' +
      'All traffic is on blue (1.4.0). No data was changed.',
  ],
  [
    'already',
    'listings in production was back on blue (1.4.0) already when this rollback from green (1.5.0) came; ' +
      'blue (1.4.0) passed verification. All traffic was on blue (1.4.0) already. No data was changed.',
  ],
  [
    'unverified',
    'The rollback of listings in production from green (1.5.0) to blue (1.4.0) is NOT a success: ' +
      'blue (1.4.0) failed 5xx share (3 % is not below 1 %). All traffic is on blue (1.4.0). No data was changed.',
  ],
  [
    'skipped-stop',
    'listings in production is rolled back from green (1.5.0) to blue (1.4.0), which passed verification. ' +
      'All traffic is on blue (1.4.0). No data was changed. ' +
      'Not done: “Stop green (1.5.0)” was skipped by bob ("it has no traffic").',
  ],
  [
    'cancelled',
    'The rollback of listings in production from green (1.5.0) to blue (1.4.0) was cancelled from outside during ' +
      '“Send all traffic to blue (1.4.0)”. Traffic may have moved to blue (1.4.0): the step was interrupted before ' +
      'its proof. No data was changed. Not reached: “Keep the logs of green (1.5.0)”, “Stop green (1.5.0)” and ' +
      '“Verify blue (1.4.0)”.',
  ],
] as const)('%s in one breath', (name, sentence) => {
  expect(outcomeSentence(CASES[name]())).toBe(sentence);
});

test('an abort quotes what the last try said about traffic', () => {
  expect(outcomeSentence(CASES['aborted-at-shift']())).toContain(
    'was aborted by bob ("nginx is broken by the deploy") at “Send all traffic to blue (1.4.0)”. ' +
      'Traffic was not proved to be on blue (1.4.0). The last try said: “The nginx configuration on web-1 does not ' +
      'pass its test. nginx says: unknown directive "sever". Nothing was changed: traffic and data are as they were.',
  );
});

test('a dry run says that nothing was changed', () => {
  const record = makeRecord({ plan: makePlan({ dryRun: true }), status: { outcome: 'dry-run', steps: [] } });
  expect(outcomeSentence(record)).toBe(
    'Dry run of the rollback of listings in production from green (1.5.0) to blue (1.4.0). ' +
      'Traffic was not changed. No data was changed.',
  );
  expect(headline(record)).toBe('Dry run: nothing was changed for listings in production');
});

test('every sentence about a rollback says where traffic is and that no data was changed', () => {
  for (const make of Object.values(CASES)) {
    expect(outcomeSentence(make())).toMatch(/[Tt]raffic .*No data was changed\./);
  }
});

test('a verification that was skipped is named as the reason', () => {
  const steps = withSteps(
    stepRecord('verify', { state: 'skipped', failure: FAILURE, decision: decided('verify', 'skip') }),
  );
  const record = makeRecord({ status: { outcome: 'unverified', steps } });
  expect(outcomeSentence(record)).toContain(
    'is NOT a success: blue (1.4.0) was not verified: the step was skipped by bob. ' +
      'The last try said: “No answer came from blue. ⏎ Traffic goes to green again.” All traffic is on blue (1.4.0).',
  );
});

describe('where traffic is', () => {
  const shift = (change: Parameters<typeof stepRecord>[1], verified = true) => {
    const verify = verified ? [] : [stepRecord('verify', { state: 'not-reached' })];
    return makeRecord({ status: { steps: withSteps(stepRecord('shift-traffic', change), ...verify) } });
  };

  test('before the switch it is where the plan saw it', () => {
    expect(trafficSentence(shift({ state: 'not-reached' }))).toBe(
      'Traffic was not changed by this rollback: when the plan was made, green (1.5.0) gave 100 % of the answers.',
    );
  });

  test('where no answer said who gave it, the configuration is what was seen', () => {
    const plan = makePlan();
    const releases = plan.observed.releases.map((release) => ({ ...release, answerShare: null }));
    const record = makeRecord({
      plan: { ...plan, observed: { ...plan.observed, releases } },
      status: { steps: withSteps(stepRecord('shift-traffic')) },
    });
    expect(trafficSentence(record)).toBe(
      'Traffic was not changed by this rollback: when the plan was made, no answer told who serves, ' +
        'and the configuration sent requests to green (1.5.0).',
    );
  });

  test('while it moves nothing is promised', () => {
    expect(trafficSentence(shift({ state: 'running' }))).toBe(
      'Traffic is being moved from green (1.5.0) to blue (1.4.0); nothing is proved yet.',
    );
  });

  test('a switch that was not needed says why', () => {
    const record = shift({ state: 'not-needed' });
    const steps = record.plan.steps.map((step) =>
      step.name === 'shift-traffic' ? { ...step, notNeeded: 'the target has no traffic' } : step,
    );
    expect(trafficSentence({ ...record, plan: { ...record.plan, steps } })).toBe(
      'Traffic was not changed: the target has no traffic.',
    );
  });

  test('an interrupted switch does not repeat what an earlier try said', () => {
    const record = shift({
      state: 'aborted',
      failure: FAILURE,
      decision: decided('shift-traffic', 'retry'),
      rounds: 2,
    });
    expect(trafficSentence(record)).toBe(
      'Traffic may have moved to blue (1.4.0): the step was interrupted before its proof.',
    );
  });

  test('a skipped switch is proved only by a verification that passed', () => {
    const skipped = {
      state: 'skipped',
      failure: FAILURE,
      decision: decided('shift-traffic', 'skip'),
    } as const;
    expect(trafficSentence(shift(skipped))).toBe(
      'All traffic is on blue (1.4.0): verification proved it, although the step that moves it was skipped by bob.',
    );
    expect(trafficSentence(shift(skipped, false))).toBe(
      'Traffic is not proved to be on blue (1.4.0): the step that moves it was skipped by bob. ' +
        'The last try said: “No answer came from blue. ⏎ Traffic goes to green again.”',
    );
    expect([isTrafficProved(shift(skipped)), isTrafficProved(shift(skipped, false))]).toEqual([true, false]);
  });

  test('it says "all traffic is on" only when that is proved', () => {
    for (const make of Object.values(CASES)) {
      const record = make();
      expect(/^All traffic (is|was) on/.test(trafficSentence(record))).toBe(isTrafficProved(record));
    }
  });
});

test('only a proved rollback has a headline that sounds good', () => {
  const headlines = Object.values(CASES).map((make) => headline(make()));
  expect(headlines.filter((line) => line.startsWith('Rolled back'))).toHaveLength(
    Object.values(CASES).filter((make) => make().status.outcome === 'rolled-back').length,
  );
  expect(headline(success())).toBe('Rolled back: listings in production');
});
