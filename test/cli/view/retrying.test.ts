import { expect, test } from 'vitest';
import { RetryNews, retryingLine } from '../../../src/cli/view/retrying.ts';
import { renderStatus } from '../../../src/cli/view/status.ts';
import type { Retrying } from '../../../src/cli/temporal/under-way.ts';
import { makeRecord, stepRecord, withSteps } from '../../support/records.ts';
import { NO_COLOURS } from '../support/io.ts';

const { status } = makeRecord();
const DOWN: Retrying = {
  step: 'restore-database',
  attempt: 18,
  failure: { type: 'DatabaseUnreachable', message: 'connection refused.\nNo data was changed' },
};
const BUSY: Retrying = { ...DOWN, failure: { type: 'LockBusy', message: 'another holds the lock' } };

test('a step that is tried again says on which try it is and what the last one said', () => {
  expect(retryingLine(BUSY, status)).toBe(
    'restore-database is on try 18, by itself. The last one said: “another holds the lock.”',
  );
});

test('what a recovery mends says that one will be offered, and how to look until then', () => {
  const reach = (answer: string) => answer.replace(/^backout /, 'backout --address here:7233 ');
  expect(retryingLine(DOWN, status, reach)).toBe(
    'restore-database is on try 18, by itself. The last one said: “connection refused. ⏎ No data was changed.” ' +
      'Something is down: once the time for this step is up, the decision `recover` is offered. What is broken, ' +
      'without changing anything: `backout --address here:7233 recover listings --env production --dry-run --reason WHY`.',
  );
});

test('in a recovery, no other one is offered', () => {
  expect(retryingLine(DOWN, { ...status, kind: 'recover' })).not.toContain('recover listings');
});

test('the status has it below its steps', () => {
  const running = stepRecord('stop-faulty', { state: 'running', startedAt: status.startedAt });
  const shown = renderStatus({ ...status, steps: withSteps(running) }, NO_COLOURS, { retrying: [BUSY] });
  expect(shown).toContain(
    '  Retrying: restore-database is on try 18, by itself. The last one said: “another holds the lock.”\n',
  );
  expect(renderStatus(status, NO_COLOURS)).not.toContain('Retrying');
});

test('the live view tells of a new failure at once, and of the same one when its tries have doubled', () => {
  const news = new RetryNews();
  const told = (one: Retrying) => news.of([one]).length === 1;
  const tries = [2, 3, 4, 5, 6, 7, 8].filter((attempt) => told({ ...DOWN, attempt }));
  expect(tries).toEqual([2, 4, 8]);
  expect(told({ ...BUSY, attempt: 9 })).toBe(true);
  expect(told({ ...BUSY, attempt: 10, step: 'prepare-restore' })).toBe(true);
});
