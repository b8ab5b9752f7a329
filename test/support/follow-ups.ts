/** A follow-up in the middle of its day, for tests of what people see of it. */
import { tickItem } from '../../src/domain/follow-up/items.ts';
import { DEFAULT_FOLLOW_UP } from '../../src/domain/follow-up/settings.ts';
import { firstState } from '../../src/domain/follow-up/state.ts';
import { FOLLOW_UP_FORMAT, watchEnd } from '../../src/domain/follow-up/status.ts';
import type { FollowUpStatus } from '../../src/domain/follow-up/status.ts';
import { at, makeRecord } from './records.ts';

const record = makeRecord();
const url = 'https://github.com/example/listings/issues';

/** Health was bad for half an hour, and comes back; the report is reviewed. */
export function followUpStatus(change: Partial<FollowUpStatus> = {}): FollowUpStatus {
  const startedAt = at(60);
  const first = firstState(record, DEFAULT_FOLLOW_UP, startedAt);
  const reviewed = { at: at(1500), by: 'anna', note: 'read it | all', assurance: 'declared' } as const;
  const items = tickItem(first.items, 'report-reviewed', reviewed);
  return {
    format: FOLLOW_UP_FORMAT,
    workflowId: 'rollback-listings-42-follow-up-20261121T041500Z',
    rollback: 'rollback-listings-42',
    service: 'listings',
    environment: 'production',
    phase: 'watching',
    startedAt,
    watchUntil: watchEnd(startedAt, DEFAULT_FOLLOW_UP),
    nextCheckAt: at(3660),
    watch: {
      made: 3,
      notMade: 1,
      last: { at: at(2760), said: 'blue (1.4.0) failed 1 of 4 checks' },
      release: { name: 'blue', version: '1.4.0' },
      troubles: [
        {
          kind: 'metrics',
          since: at(960),
          until: at(1860),
          detail: '5xx share: 3 % is not below 1 %',
          seen: 1,
          times: 1,
          ticket: { system: 'github', id: '8', url: `${url}/8` },
        },
        {
          kind: 'health',
          since: at(2760),
          until: null,
          detail: 'health /health: status 503',
          seen: 2,
          times: 2,
          ticket: null,
        },
      ],
    },
    items,
    reminded: { first: ['Slack (incidents)'], ignored: ['Slack (incidents)', 'a comment on the bug ticket'] },
    bugTicket: { system: 'github', id: '7', url: `${url}/7` },
    problems: ['The ticket about "health checks fail" could not be written (began). The token is wrong.'],
    refusedMessages: [],
    timeline: [
      { at: startedAt, what: 'Follow-up started, of rollback-listings-42' },
      { at: at(1500), what: 'Ticked: report-reviewed: read it | all', by: 'anna', assurance: 'declared' },
    ],
    incidentFolder: '/var/lib/backout/incidents/rollback-20261121-041500',
    endedAt: null,
    ...change,
  };
}
