/** What came of a test of paging, for people. Pure. */
import type { ChannelTested, PageTest, PageTested } from '../../domain/paging/test-page.ts';
import { formatTime } from '../../domain/report/format.ts';
import { asSentence, oneLine } from '../../domain/report/plain.ts';

export function renderPageTest(
  { service, environment, channels }: PageTested,
  { close }: Pick<PageTest, 'close'>,
  program: string,
): string {
  const failed = channels.filter(({ outcome }) => outcome === 'failed').length;
  return [
    `${close ? 'End of the test' : 'Test'} of paging about ${service} in ${environment}:`,
    ...channels.flatMap(linesOf),
    failed === 0 ? '' : `${failed} of ${channels.length} did not take it: people would not be reached there.`,
    ...(close
      ? []
      : [
          'That a channel took it does not show that it rang: ask those whom it should have called.',
          `Close what it opened:  ${program} page-test ${service} --env ${environment} --close`,
        ]),
    '',
  ]
    .filter((line, index, all) => line !== '' || index === all.length - 1)
    .join('\n');
}

function linesOf(tested: ChannelTested): string[] {
  const head = `${tested.name}: ${tested.channel}`;
  switch (tested.outcome) {
    case 'taken': {
      const { receipt, sentAt } = tested.receipt;
      return [
        `  ✓ ${head}: taken at ${formatTime(sentAt)}${receipt === null ? '' : ` (${oneLine(receipt)})`}`,
      ];
    }
    case 'nothing-to-do':
      return [`  - ${head}: nothing to close there`];
    case 'failed':
      return [
        `  ✗ ${head}: ${asSentence(oneLine(tested.what))}`,
        `      ${asSentence(oneLine(tested.next))}`,
      ];
  }
}
