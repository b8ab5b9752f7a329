/** What a freeze leaves on its target: who counts as frozen, and what others are told. */
import { describe, expect, it } from 'vitest';
import { refuseFrozen } from '../../../activities/targets/nginx-blue-green/freeze.ts';
import { parseFreeze } from '../../../activities/targets/freeze.ts';
import type { FreezeRecord } from '../../../activities/targets/freeze.ts';

const record = (phase: FreezeRecord['phase']): FreezeRecord => ({
  ...{ owner: 'freeze-1', by: 'anna', reason: 'rows vanish', token: 'abc', phase },
  at: '2026-11-21T03:00:00.000Z',
});
const read = (phase: FreezeRecord['phase']) => parseFreeze(JSON.stringify(record(phase)));

describe('the record of a freeze', () => {
  it.each(['holding', 'held', 'requests-lifted'] as const)(
    'that is %s is one of a frozen service',
    (phase) => {
      expect(read(phase)).toEqual(record(phase));
    },
  );

  it('that is lifted, or missing, is of none', () => {
    expect(read('lifted')).toBeNull();
    expect(parseFreeze(null)).toBeNull();
  });

  it.each([
    ['held', 'Requests get a maintenance answer (503).'],
    ['requests-lifted', 'Requests are let through, and writes of its database are not proved to be.'],
  ] as const)('that is %s refuses other rollbacks, and says what is held', (phase, what) => {
    expect(() => refuseFrozen(read(phase), false)).toThrow(
      `It is frozen: anna froze it at 2026-11-21 03:00:00 UTC (freeze-1): rows vanish. ${what} `,
    );
    expect(() => refuseFrozen(read(phase), true)).not.toThrow();
  });
});
