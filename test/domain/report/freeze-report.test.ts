import { expect, test } from 'vitest';
import { renderFreezeReport } from '../../../src/domain/report/freeze-report.ts';
import type { FreezeStatus } from '../../../src/domain/freeze.ts';

const at = (minutes: number) => new Date(Date.UTC(2026, 10, 21, 3, minutes)).toISOString();

const freeze = (state: 'held' | 'lifted'): FreezeStatus => ({
  service: 'listings',
  environment: 'production',
  by: 'anna',
  reason: 'prices | are *overwritten*',
  since: at(0),
  holds: [
    { name: 'requests', state, said: '10 answers', details: ['a note'], at: at(1) },
    { name: 'writes', state: 'not-needed', said: null, details: [], at: null },
  ],
  decision: { decision: 'release', by: 'ben', at: at(20), note: 'it was the import' },
  problem: null,
});
const ref = { workflowId: 'freeze-1', runId: 'run-1', startedAt: at(0), requestedBy: 'anna' };
const timeline = [{ at: at(1), what: 'Held, requests: 10 answers' }];
const render = (state: 'held' | 'lifted') =>
  renderFreezeReport({ freeze: freeze(state), timeline, ref, endedAt: at(21) });

test('the report of a freeze says who held what, when, who decided, and when it was lifted', () => {
  const report = render('lifted');
  expect(report).toMatch(
    /^# Freeze, lifted: listings in production\n\nThe freeze is lifted, decided by ben\. /,
  );
  expect(report).toContain('| Reason | prices \\| are \\*overwritten\\* |\n| Begun by | anna |\n');
  expect(report).toContain('| Decided | release, by ben, at 2026-11-21 03:20:00 UTC: it was the import |');
  expect(report).toContain('| Ended | 2026-11-21 03:21:00 UTC, after 21 min 0 s |');
  expect(report).toContain(
    '| requests | requests are let through | 2026-11-21 03:01:00 UTC | 10 answers; a note |\n',
  );
  expect(report).toContain('## Timeline (UTC)\n');
  expect(report).toContain('- [ ] Look at metrics and logs: nothing was judged while no traffic came.\n');
});

test('one that was left frozen says so first, and what is to be done', () => {
  const report = render('held');
  expect(report).toMatch(/^# LEFT FROZEN: listings in production\n/);
  expect(report).toContain('- [ ] Decide: lift the freeze, or restore. Nobody is asked any more.\n');
});

test('where there was no terminal to ask, nobody is said to have decided', () => {
  const decision = { decision: 'abort', by: 'gina', unasked: true, at: at(20) } as const;
  const report = renderFreezeReport({
    freeze: { ...freeze('held'), decision },
    timeline,
    ref,
    endedAt: at(21),
  });
  expect(report).toContain('| Decided | nobody decided; left so: there is no terminal to ask |');
  expect(report).toContain('It was left so: there is no terminal to ask. Lift it with');
  expect(report).not.toContain('gina');
});
