import { expect, it } from 'vitest';
import { withJob } from '../../../src/domain/follow-up/state.ts';
import type { TicketJob } from '../../../src/domain/follow-up/state.ts';

const reminder = (at: string, ...of: ('root-cause' | 'postmortem')[]): TicketJob => ({
  is: 'reminder',
  of,
  at,
});

it('a reminder takes the place of those that wait and are about nothing else, but not of the first, which may be on its way', () => {
  const began: TicketJob = { is: 'began', kind: 'health', times: 1 };
  const waiting = [
    reminder('1', 'root-cause'),
    reminder('2', 'root-cause'),
    began,
    reminder('3', 'root-cause', 'postmortem'),
  ];
  const jobs = waiting.reduce<TicketJob[]>(withJob, []);
  expect(jobs).toEqual([reminder('1', 'root-cause'), began, reminder('3', 'root-cause', 'postmortem')]);
  expect(withJob(jobs, reminder('4', 'root-cause'))).toEqual([...jobs, reminder('4', 'root-cause')]);
  expect(withJob([], began)).toEqual([began]);
});
