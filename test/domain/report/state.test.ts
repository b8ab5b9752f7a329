import { expect, test } from 'vitest';
import { renderReleases, renderState } from '../../../src/domain/report/state.ts';
import { at, OBSERVED } from '../../support/records.ts';

const OBSERVATION = {
  at: at(0),
  releases: [OBSERVED.blue, { ...OBSERVED.green, version: null, answerShare: null }],
  notes: ['X-Green-Weight: 100', 'two\nlines'],
};

test('a state is read in columns, with its notes below', () => {
  expect(renderState(OBSERVATION)).toBe(
    [
      'State at 2026-11-21 04:15:00 UTC',
      '',
      'release  version  configured  answers  process  health     detail',
      'blue     1.4.0    down        0 %      running  healthy    process running, pid 812; /health answers 200',
      'green    -        active      unknown  running  unhealthy  process running, pid 997; /health answers 500',
      '',
      '- X-Green-Weight: 100',
      '- two ⏎ lines',
      '',
    ].join('\n'),
  );
});

test('releases are one line each', () => {
  expect(renderReleases(OBSERVATION)).toBe('blue   1.4.0  down\ngreen  -      active\n');
});
