/** A step that took several tries was not done at once: everything that shows it says so. */
import { expect, test } from 'vitest';
import { renderReport } from '../../../src/domain/report/report.ts';
import { summarise } from '../../../src/domain/report/summary.ts';
import { describeStep } from '../../../src/cli/view/status.ts';
import { Progress } from '../../../src/cli/view/progress.ts';
import { NO_COLOURS } from '../../cli/support/io.ts';
import { at, doneStep, makeRecord, proved, stepRecord, withSteps } from '../../support/records.ts';

const STOPPED = doneStep('stop-faulty', 2.4, proved('it is gone', 3.1, { outcome: 'already', attempt: 3 }));
const record = () => makeRecord({ status: { steps: withSteps(STOPPED) } });

test('the report says on which try a step was done, and of one try nothing', () => {
  const report = renderReport(record(), []);
  expect(report).toContain('### 5. Stop green (1.5.0): was so already, on try 3\n');
  expect(report.match(/on try/g)).toHaveLength(1);
});

test('summary.json has the try of every step that was done', () => {
  const undone = stepRecord('announce', { state: 'failed', startedAt: at(9) });
  const { steps } = summarise(makeRecord({ status: { steps: withSteps(STOPPED, undone) } }));
  expect(Object.fromEntries(steps.map(({ name, attempt }) => [name, attempt]))).toMatchObject({
    ...{ 'shift-traffic': 1, 'stop-faulty': 3, announce: null },
  });
});

test('status and watch say it, too', () => {
  expect(describeStep(STOPPED)).toBe('Stop green (1.5.0) (already, 700 ms, on try 3): it is gone');
  expect(new Progress(NO_COLOURS).lines(record().status, Date.parse(at(20))).join('\n')).toContain(
    'stop-faulty     it is gone, on try 3  700 ms',
  );
});
