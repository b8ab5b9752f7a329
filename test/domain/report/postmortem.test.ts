import { describe, expect, test } from 'vitest';
import { renderPostmortem } from '../../../src/domain/report/postmortem.ts';
import { CASES, success } from '../../support/cases.ts';
import { at, makePlan, makeRecord } from '../../support/records.ts';

describe('the draft of the postmortem, word for word', () => {
  test.each(['success', 'unverified', 'skipped-stop', 'aborted-at-shift'] as const)('%s', async (name) => {
    await expect(renderPostmortem(CASES[name]())).toMatchFileSnapshot(`golden/postmortem-${name}.md`);
  });
});

test('it has every section that people fill in', () => {
  const headings = renderPostmortem(success())
    .split('\n')
    .filter((line) => line.startsWith('## '));
  expect(headings).toEqual([
    '## Summary',
    '## Timeline',
    '## Root cause',
    '## Impact',
    '## Resolution',
    '## What went well',
    '## What went badly',
    '## Action items',
    '## Lessons',
  ]);
});

test('what only people know is asked, never left blank', () => {
  const draft = renderPostmortem(makeRecord({ status: { trafficSafeAt: null } }));
  expect(draft).toContain(
    '| Users | customers were affected, as given or by default. **To fill in:** how many? |',
  );
  expect(draft).toContain('| Revenue | **To fill in:** how much? |');
  expect(draft).toContain('| Downtime or degradation | not proved to be over. **To fill in:** how long? |');
});

test('traffic on a release that is not proved good went badly, and is not the end of the trouble', () => {
  const draft = renderPostmortem(CASES.unverified());
  const well = draft.slice(draft.indexOf('## What went well'), draft.indexOf('## What went badly'));
  expect(well).toBe('## What went well\n\n- **To fill in:** what else helped?\n\n');
  expect(draft).toMatch(/## What went badly\n\n- Traffic left .+ after .+, but .+ is not proved good\.\n/);
  expect(draft).toMatch(/\| Downtime or degradation \| not over: .+ is not proved good\. /);
});

test('a resolution that somebody gave is in it', () => {
  const resolution = { by: 'anna', resolution: '1.5.1 fixes it', at: at(600) };
  expect(renderPostmortem(makeRecord({ status: { resolution } }))).toContain(
    'anna resolved it at 2026-11-21 04:25:00 UTC: 1.5.1 fixes it',
  );
});

test('what the reason holds stays text', () => {
  const record = makeRecord({ plan: makePlan({ reason: '<b>x</b>\n# heading | cell' }) });
  const draft = renderPostmortem(record);
  expect(draft).toContain('Reason given: &lt;b>x&lt;/b> ⏎ # heading | cell');
  expect(draft).not.toMatch(/^# heading/m);
});

test('the same record gives the same draft', () => {
  expect(renderPostmortem(success())).toBe(renderPostmortem(success()));
});
