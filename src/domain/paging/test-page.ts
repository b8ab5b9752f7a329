/** A page that tests the way to people, and what came of it (requirement L2). Pure. */
import type { Page, PageReceipt } from './page.ts';

export type PageTest = {
  service: string;
  /** Default: as for a rollback. */
  environment?: string;
  /** Names under `escalation.channels`. Default: all of them. */
  channels?: string[];
  /** True: closes what an earlier test has opened. */
  close: boolean;
  by: string;
};

export type ChannelTested = {
  /** Under `escalation.channels`. */
  name: string;
  /** In words. */
  channel: string;
} & (
  | { outcome: 'taken'; receipt: PageReceipt }
  /** There is nothing to close there. */
  | { outcome: 'nothing-to-do' }
  | { outcome: 'failed'; what: string; next: string }
);

export type PageTested = { service: string; environment: string; channels: ChannelTested[] };

/** Under one key per service and environment: a second test joins the first where a vendor counts by key. */
export function testPage(
  { close, by }: Pick<PageTest, 'close' | 'by'>,
  { service, environment, id }: { service: string; environment: string; id: string },
): Page {
  return {
    id,
    incidentKey: `backout-test/${service}/${environment}`,
    action: close ? 'resolve' : 'trigger',
    level: { number: 0, name: 'test' },
    severity: 'P1',
    service,
    environment,
    title: close
      ? `TEST is over: pages about ${service} in ${environment}`
      : `TEST, nothing is wrong: pages about ${service} in ${environment} reach you`,
    body: [
      close
        ? `${by} ended the test.`
        : `${by} tests whether pages arrive. No rollback runs; traffic and data are as they are. That you read this is all there is to it.`,
    ],
    facts: [
      ['Service', service],
      ['Environment', environment],
      ['Asked for by', by],
    ],
    commands: close
      ? []
      : [{ heading: 'Close it', lines: [`backout page-test ${service} --env ${environment} --close`] }],
  };
}
