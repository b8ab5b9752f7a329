import { expect, test } from 'vitest';
import { judgeLogErrors } from '../../../activities/verification/log-judge.ts';

const settings = { pattern: 'ERROR|FATAL', max: 2 };

test('as many error lines as allowed pass, over all logs together', () => {
  const counts = [
    { source: '/var/log/blue.log', state: 'same' as const, lines: 1 },
    { source: 'blue.service', state: 'same' as const, lines: 1 },
  ];
  expect(judgeLogErrors(settings, counts, 42_000)).toEqual({
    name: 'log errors',
    passed: true,
    detail:
      '2 lines matching ERROR|FATAL in the 42.0 s since the switch (/var/log/blue.log: 1, blue.service: 1), 2 allowed.',
  });
});

test('one line more fails', () => {
  const counts = [{ source: '/var/log/blue.log', state: 'same' as const, lines: 3 }];
  expect(judgeLogErrors(settings, counts, 1000)).toEqual({
    name: 'log errors',
    passed: false,
    detail: '3 lines matching ERROR|FATAL in the 1.0 s since the switch (/var/log/blue.log: 3), 2 allowed.',
  });
});

test('a log that was rotated or emptied is counted as far as it is left, and the detail says so', () => {
  const judge = (state: 'rotated' | 'lost' | 'truncated' | 'new') =>
    judgeLogErrors(settings, [{ source: 'a.log', state, lines: 0 }], 1000);
  const seen = '0 lines matching ERROR|FATAL in the 1.0 s since the switch';
  expect(judge('rotated').detail).toBe(`${seen} (a.log: 0 (rotated since, both files counted)), 2 allowed.`);
  expect(judge('lost').detail).toBe(
    `${seen} (a.log: 0 (rotated since and the old file is gone, so only the new one is counted)), 2 allowed.`,
  );
  expect(judge('truncated').detail).toBe(
    `${seen} (a.log: 0 (emptied since, so only what was written after that is counted)), 2 allowed.`,
  );
  expect(judge('new').detail).toBe(`${seen} (a.log: 0), 2 allowed.`);
});

test('a log that says nothing is no data, not no errors', () => {
  const judge = (state: 'missing' | 'unreadable' | 'empty') =>
    judgeLogErrors(settings, [{ source: 'blue', state, lines: 0 }], 1000);
  const noData = (why: string) => ({ name: 'log errors', passed: false, detail: `No data: ${why}.` });
  expect(judge('missing')).toEqual(noData('blue does not exist'));
  expect(judge('unreadable')).toEqual(noData("blue can't be read"));
  expect(judge('empty')).toEqual(
    noData('the journal has no entry of blue, or may not be read (group systemd-journal)'),
  );
  expect(judgeLogErrors(settings, [], 1000)).toEqual(
    noData('the release has no log file or journal unit in the configuration'),
  );
});

test('too many errors in one log are too many, whatever another would say', () => {
  const counts = [
    { source: 'a.log', state: 'missing' as const, lines: 0 },
    { source: 'b.log', state: 'same' as const, lines: 9 },
  ];
  expect(judgeLogErrors(settings, counts, 1000).detail).toBe(
    '9 lines matching ERROR|FATAL in the 1.0 s since the switch (a.log: 0, b.log: 9), 2 allowed.',
  );
});
