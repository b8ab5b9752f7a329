import { expect, test } from 'vitest';
import { askDecision } from '../../../src/cli/local/decision.ts';
import { stoppedMidway } from '../../../src/cli/local/rollback.ts';
import { requireYes } from '../../../src/cli/require-yes.ts';
import { makeRecord, stepRecord } from '../../support/records.ts';
import { fakeIo } from '../support/io.ts';

test('a decision at the terminal is asked for until it is clear', async () => {
  expect(await askDecision('Stop green', fakeIo({ answers: ['', 'what?', 'SKIP'] }))).toEqual({
    decision: 'skip',
  });
});

test('where nobody answers the rollback is ended in order', async () => {
  expect(await askDecision('Stop green', fakeIo({ answers: [] }))).toEqual({
    decision: 'abort',
    note: 'no clear answer at the terminal',
  });
  const io = fakeIo();
  expect(await askDecision('Stop green', io)).toEqual({
    decision: 'abort',
    note: 'nobody could be asked: --local without a terminal',
  });
  expect(io.printed.err).toBe(
    '“Stop green” could not be done, and there is no terminal to ask at: the rollback is ended in order (abort).\n',
  );
});

test('Ctrl-C at the question is no decision', async () => {
  const io = fakeIo({ answers: ['retry'] });
  io.interrupt();
  expect(await askDecision('Stop green', io)).toBe(null);
});

test('only a clear yes starts', async () => {
  await requireYes(fakeIo({ answers: ['y'] }));
  await requireYes(fakeIo({ answers: ['YES'] }));
  for (const answer of ['', 'n', 'yeah', 'nyes']) {
    await expect(requireYes(fakeIo({ answers: [answer] }))).rejects.toThrow(
      'Not started. Nothing was changed: traffic and data are as they were.',
    );
  }
});

test('a local rollback that was stopped says where it stands', () => {
  const { status } = makeRecord({ status: { steps: [stepRecord('verify', { state: 'running' })] } });
  expect(stoppedMidway(status)).toBe(
    'The rollback ran inside this command and STOPPED with it at “Verify blue (1.4.0)”, which may be done in part. ' +
      'When last seen: All traffic is on blue (1.4.0): 10 answers in a row came from blue (1.4.0). Data was not changed.\n' +
      'Start it again to finish it: it reads what is there and goes on.\n' +
      'If it is refused because this one still holds the target, add: --take-over rollback-listings-42 --take-over-note "ended with Ctrl-C"',
  );
  expect(stoppedMidway(null)).toContain(
    'When last seen: Nothing was changed: traffic and data are as they were.',
  );
});
