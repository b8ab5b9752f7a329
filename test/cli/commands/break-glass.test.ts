import { expect, test } from 'vitest';
import { whoIsTold } from '../../../src/cli/commands/break-glass.ts';
import { makeRecord } from '../../support/records.ts';

test('that everybody is told is only said where there is a channel', () => {
  const { plan } = makeRecord();
  expect(whoIsTold(plan)).toBe('everybody is told');
  const steps = plan.steps.map((step) =>
    step.name === 'announce' ? { ...step, notNeeded: 'no Slack channel is configured' } : step,
  );
  expect(whoIsTold({ steps })).toBe(
    'NOBODY IS TOLD, for no Slack channel is configured: tell the others yourself; it stands in the report',
  );
});
