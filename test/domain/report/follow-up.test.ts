import { expect, test } from 'vitest';
import { followUpDetails } from '../../../src/domain/follow-up/status.ts';
import { renderFollowUp } from '../../../src/domain/report/follow-up.ts';
import type { EscalationStatus } from '../../../src/domain/escalation/state.ts';
import { paged } from '../../support/cases.ts';
import { followUpStatus } from '../../support/follow-ups.ts';
import { makeRecord } from '../../support/records.ts';

test('the record of a follow-up, word for word', async () => {
  await expect(renderFollowUp(makeRecord(), followUpStatus())).toMatchFileSnapshot('golden/follow-up.md');
});

test("what Temporal's UI shows, word for word", async () => {
  await expect(followUpDetails(followUpStatus())).toMatchFileSnapshot('golden/follow-up-details.md');
});

test('who was paged meanwhile stands between the trouble and what is to do', () => {
  const record = paged();
  const later = { ...(record.status.escalation as EscalationStatus), state: 'ended' as const };
  const headings = renderFollowUp(record, followUpStatus(), later)
    .split('\n')
    .filter((line) => line.startsWith('## '));
  expect(headings).toEqual([
    '## Summary',
    '## Trouble',
    '## Who was paged after the report',
    '## To do',
    '## What could not be done',
    '## Timeline',
  ]);
});
