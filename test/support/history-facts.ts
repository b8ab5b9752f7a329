/** What happened, read from Temporal's own history of a run and from nothing else: to hold against what a report says. */
import { defaultPayloadConverter } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import type { History } from '@temporalio/common/lib/proto-utils.js';

type Event = NonNullable<History['events']>[number];
type Payloads = { payloads?: readonly object[] | null } | null | undefined;

/** A step as the server saw it. Times are ISO 8601. */
export type RanActivity = { name: string; scheduledAt: string; result: unknown };
/** What a person sent, and when the workflow read it. */
export type Sent = { name: string; content: unknown; readAt: string };

export type HistoryFacts = {
  startedAt: string;
  input: unknown;
  /** In the order of their beginning; those that failed are left out. */
  activities: RanActivity[];
  /** Signals and updates that were accepted. */
  sent: Sent[];
  /** Every moment of the run, and every one that a person gave or an activity has found: ISO 8601. */
  moments: Set<string>;
};

const ISO = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

/** Not what workflows hand to activities: that is what a report is written from. */
export async function readHistory(handle: WorkflowHandle): Promise<HistoryFacts> {
  const { events } = await handle.fetchHistory();
  const all = events ?? [];
  const byId = new Map(all.map((event) => [String(event.eventId), event]));
  const [first] = all;
  const input = decode(first?.workflowExecutionStartedEventAttributes?.input);
  const activities = all.flatMap((event): RanActivity[] => {
    const { scheduledEventId, result } = event.activityTaskCompletedEventAttributes ?? {};
    const scheduled = byId.get(String(scheduledEventId));
    const attributes = scheduled?.activityTaskScheduledEventAttributes;
    if (scheduled === undefined || !attributes) return [];
    const task = byId.get(String(attributes.workflowTaskCompletedEventId));
    const begun = byId.get(String(task?.workflowTaskCompletedEventAttributes?.startedEventId));
    return [
      {
        name: attributes.activityType?.name ?? '',
        scheduledAt: timeOf(begun),
        result: decode(result),
      },
    ];
  });
  const sent = all.flatMap((event, index): Sent[] => {
    const signal = event.workflowExecutionSignaledEventAttributes;
    const update = event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.input;
    if (signal) {
      const reader = all.slice(index).find(({ workflowTaskStartedEventAttributes: task }) => task);
      return [{ name: signal.signalName ?? '', content: decode(signal.input), readAt: timeOf(reader) }];
    }
    if (!update) return [];
    const reader = all.slice(0, index).findLast(({ workflowTaskStartedEventAttributes: task }) => task);
    return [{ name: update.name ?? '', content: decode(update.args), readAt: timeOf(reader) }];
  });
  const given = JSON.stringify([input, activities, sent.map(({ content }) => content)]);
  return {
    startedAt: timeOf(first),
    input,
    activities,
    sent,
    moments: new Set([...all.map(timeOf), ...(given.match(ISO) ?? [])]),
  };
}

function timeOf(event: Event | undefined): string {
  const { seconds, nanos } = event?.eventTime ?? {};
  return new Date(Number(seconds) * 1000 + Math.floor(Number(nanos ?? 0) / 1_000_000)).toISOString();
}

/** The first of them: our messages, inputs and results have one. */
function decode(payloads: Payloads): unknown {
  const [payload] = payloads?.payloads ?? [];
  return payload === undefined ? undefined : defaultPayloadConverter.fromPayload(payload);
}
