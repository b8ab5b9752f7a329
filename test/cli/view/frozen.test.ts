import { expect, test } from 'vitest';
import { renderKnown } from '../../../src/cli/view/from-history.ts';
import { renderFrozen } from '../../../src/cli/view/frozen.ts';
import { Progress } from '../../../src/cli/view/progress.ts';
import { renderStatus } from '../../../src/cli/view/status.ts';
import type { FreezeInForce } from '../../../src/domain/freeze-in-force.ts';
import { at, makeRecord, stepRecord } from '../../support/records.ts';
import { NO_COLOURS } from '../support/io.ts';

const FROZEN: FreezeInForce = {
  service: 'listings',
  environment: 'production',
  by: 'anna',
  reason: 'prices are overwritten',
  since: at(0),
  holds: [
    { name: 'requests', state: 'held' },
    { name: 'writes', state: 'held' },
  ],
  workflowId: 'freeze-1',
  waiting: 'freeze-1',
};
const render = (freeze: FreezeInForce) =>
  renderFrozen([freeze], NO_COLOURS, (line) => line.replace('backout', 'backout --config f'));

test('a freeze that waits says who, since when, what is held, and how to lift it', () => {
  expect(render(FROZEN)).toBe(
    'listings in production is FROZEN: requests get a maintenance answer (503) and the database is read-only.\n' +
      '  By anna, since 2026-11-21 04:15:00 UTC: prices are overwritten\n' +
      '  What it waits for: backout --config f status freeze-1\n' +
      '  Lift it:           backout --config f unfreeze listings --env production --reason "WHY"\n\n',
  );
});

test('a freeze that was left says that nobody is asked any more, and how to go on', () => {
  expect(
    render({ ...FROZEN, waiting: null })
      .split('\n')
      .slice(2, 4),
  ).toEqual([
    '  freeze-1 has ended: nobody is asked any more, and it stays frozen until somebody lifts it.',
    '  Or restore:        backout --config f freeze listings --env production --reason "WHY", then decide `full`',
  ]);
});

test('nothing is said where nothing is frozen', () => {
  expect(renderFrozen([], NO_COLOURS, (line) => line)).toBe('');
});

test('why what was decided could not be done stands in the status, and once in the live view', () => {
  const { status } = makeRecord({ status: { outcome: null } });
  const problem = 'A full rollback could not be planned. No backup is good.';
  const freeze = {
    ...FROZEN,
    holds: FROZEN.holds.map((hold) => ({ ...hold, said: 'proved', details: [], at: at(1) })),
    decision: { decision: 'full', by: 'ben', at: at(2) } as const,
    problem,
  };
  const frozen = { ...status, freeze };
  expect(renderStatus(frozen, NO_COLOURS)).toContain(
    `  What was decided last could not be done: ${problem}\n`,
  );
  const progress = new Progress(NO_COLOURS);
  const told = () => progress.lines(frozen, 0).filter((line) => line.includes(problem));
  expect(told()).toEqual([`           COULD NOT BE DONE  ${problem}`]);
  expect(told()).toEqual([]);
});

test('without a worker, what was proved is told apart from what is not known', () => {
  const { status } = makeRecord({
    status: {
      outcome: null,
      steps: [
        ...makeRecord().status.steps.slice(0, 2),
        stepRecord('shift-traffic', { state: 'running' }),
        stepRecord('stop-faulty', { state: 'pending' }),
      ],
    },
  });
  const messages = [
    { at: at(3), name: 'decideStep', content: { by: 'ben', step: 'verify', decision: 'skip' } },
  ];
  const text = renderKnown({ status, messages, lastAt: at(4) }, NO_COLOURS);
  expect(text).toContain(
    `${status.workflowId}: no worker answers. This is what Temporal's history has of it:\n`,
  );
  expect(text).toContain('last heard of 2026-11-21 04:15:04 UTC\n');
  expect(text).toContain('\nNo data was changed.\n');
  expect(text).toContain('  · nothing in the history of: stop-faulty\n');
  expect(text).toContain('  Sent at 2026-11-21 04:15:03 UTC: decideStep from ben (verify skip)\n');
  expect(text).toMatch(
    /\nNot known without a worker:\n {2}- what it waits for now, .*\n {2}- whether a step that is shown as running, .*\n\n$/,
  );
});
