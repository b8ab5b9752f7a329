/** What came of a test of paging, for people. */
import { expect, test } from 'vitest';
import { renderPageTest } from '../../../src/cli/view/page-test.ts';
import type { PageTested } from '../../../src/domain/paging/test-page.ts';

const taken = {
  name: 'on-call',
  channel: 'PagerDuty (on-call)',
  outcome: 'taken',
  receipt: {
    channel: 'PagerDuty (on-call)',
    provider: 'pagerduty',
    receipt: 'backout-test/listings/production',
    sentAt: '2026-11-21T03:00:00.000Z',
  },
} as const;

const tested: PageTested = {
  service: 'listings',
  environment: 'production',
  channels: [
    taken,
    {
      name: 'mail',
      channel: 'e-mail (mail)',
      outcome: 'failed',
      what: 'The server is gone',
      next: 'Look at it',
    },
  ],
};

test('each channel has its line, and what to do where it failed', () => {
  expect(renderPageTest(tested, { close: false }, 'backout'))
    .toBe(`Test of paging about listings in production:
  ✓ on-call: PagerDuty (on-call): taken at 2026-11-21 03:00:00 UTC (backout-test/listings/production)
  ✗ mail: e-mail (mail): The server is gone.
      Look at it.
1 of 2 did not take it: people would not be reached there.
That a channel took it does not show that it rang: ask those whom it should have called.
Close what it opened:  backout page-test listings --env production --close
`);
});

test('the end of a test says where there was nothing to close', () => {
  const channels: PageTested['channels'] = [
    taken,
    { name: 'mail', channel: 'e-mail (mail)', outcome: 'nothing-to-do' },
  ];
  expect(renderPageTest({ ...tested, channels }, { close: true }, 'backout')).toBe(
    `End of the test of paging about listings in production:
  ✓ on-call: PagerDuty (on-call): taken at 2026-11-21 03:00:00 UTC (backout-test/listings/production)
  - mail: e-mail (mail): nothing to close there
`,
  );
});
