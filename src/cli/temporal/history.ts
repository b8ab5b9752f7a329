/** What stands in a run's history: what it was asked, what was handed to workers and came of it, who sent what. */
import { defaultPayloadConverter } from '@temporalio/common';
import type { Payload } from '@temporalio/common';
import type { Client } from '@temporalio/client';

/** One activity, in the order in which they were handed out. Times are ISO 8601. */
export type HistoryActivity = {
  name: string;
  input: unknown;
  /** `open`: nothing has come back yet. */
  state: 'open' | 'done' | 'failed';
  result: unknown;
  failure: { type: string; message: string } | null;
  scheduledAt: string;
  endedAt: string | null;
};

/** A signal or an update that the run has been given. What it made of it is not in the history. */
export type HistoryMessage = { at: string; name: string; content: unknown };

export type RunHistory = {
  workflowType: string;
  startedAt: string;
  /** When Temporal last heard of it. */
  lastAt: string;
  /** What it was asked, as it was sent: anybody may start a workflow with anything. */
  request: unknown;
  activities: HistoryActivity[];
  messages: HistoryMessage[];
};

/** `temporal.api.history.v1.HistoryEvent`, as far as it is used. */
export type HistoryEvent = {
  eventId?: Long | null;
  eventTime?: { seconds?: Long | null; nanos?: number | null } | null;
  workflowExecutionStartedEventAttributes?: {
    workflowType?: { name?: string | null } | null;
    input?: Payloads;
  } | null;
  workflowExecutionSignaledEventAttributes?: { signalName?: string | null; input?: Payloads } | null;
  workflowExecutionUpdateAcceptedEventAttributes?: {
    acceptedRequest?: { input?: { name?: string | null; args?: Payloads } | null } | null;
  } | null;
  activityTaskScheduledEventAttributes?: {
    activityType?: { name?: string | null } | null;
    input?: Payloads;
  } | null;
  activityTaskCompletedEventAttributes?: { scheduledEventId?: Long | null; result?: Payloads } | null;
  activityTaskFailedEventAttributes?: Ended | null;
  activityTaskTimedOutEventAttributes?: Ended | null;
  activityTaskCanceledEventAttributes?: Ended | null;
};
type Long = { toString(): string } | number;
type Payloads = { payloads?: unknown[] | null } | null;
type Ended = { scheduledEventId?: Long | null; failure?: Failure | null };
type Failure = {
  message?: string | null;
  cause?: Failure | null;
  applicationFailureInfo?: { type?: string | null } | null;
};

/** @throws WorkflowNotFoundError */
export async function readHistory(client: Client, workflowId: string): Promise<RunHistory> {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  return historyOf(events ?? []);
}

/** Pure. */
export function historyOf(events: HistoryEvent[]): RunHistory {
  const [first] = events;
  const started = first?.workflowExecutionStartedEventAttributes;
  const activities = new Map<string, HistoryActivity>();
  const messages: HistoryMessage[] = [];
  for (const event of events) {
    const { eventId, activityTaskScheduledEventAttributes: scheduled } = event;
    if (scheduled) activities.set(String(eventId), opened(scheduled, event));
    const end = endOf(event);
    const known = end && activities.get(end.id);
    if (known) activities.set(end.id, { ...known, ...end.came, endedAt: timeOf(event) });
    const message = messageIn(event);
    if (message) messages.push(message);
  }
  return {
    workflowType: started?.workflowType?.name ?? '',
    startedAt: first === undefined ? '' : timeOf(first),
    lastAt: events.length === 0 ? '' : timeOf(events.at(-1) as HistoryEvent),
    request: decode(started?.input),
    activities: [...activities.values()],
    messages,
  };
}

function opened(
  { activityType, input }: NonNullable<HistoryEvent['activityTaskScheduledEventAttributes']>,
  event: HistoryEvent,
): HistoryActivity {
  return {
    name: activityType?.name ?? '',
    input: decode(input),
    state: 'open',
    result: null,
    failure: null,
    scheduledAt: timeOf(event),
    endedAt: null,
  };
}

type Came = Pick<HistoryActivity, 'state' | 'result' | 'failure'>;

function endOf(event: HistoryEvent): { id: string; came: Came } | null {
  const { activityTaskCompletedEventAttributes: completed } = event;
  if (completed) {
    const came: Came = { state: 'done', result: decode(completed.result), failure: null };
    return { id: String(completed.scheduledEventId), came };
  }
  const ended =
    event.activityTaskFailedEventAttributes ??
    event.activityTaskTimedOutEventAttributes ??
    event.activityTaskCanceledEventAttributes;
  if (!ended) return null;
  const failure = event.activityTaskCanceledEventAttributes
    ? { type: 'Cancelled', message: 'It was cancelled.' }
    : asFailure(ended.failure);
  return { id: String(ended.scheduledEventId), came: { state: 'failed', result: null, failure } };
}

/** The cause says more than that time was up. */
function asFailure(failure: Failure | null | undefined): HistoryActivity['failure'] {
  const inner = failure?.cause ?? failure;
  return {
    type: inner?.applicationFailureInfo?.type ?? 'Unexpected',
    message: inner?.message ?? 'No reason was given.',
  };
}

function messageIn(event: HistoryEvent): HistoryMessage | null {
  const signal = event.workflowExecutionSignaledEventAttributes;
  if (signal) return { at: timeOf(event), name: signal.signalName ?? '', content: decode(signal.input) };
  const update = event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.input;
  if (update) return { at: timeOf(event), name: update.name ?? '', content: decode(update.args) };
  return null;
}

function timeOf({ eventTime }: HistoryEvent): string {
  const seconds = Number(eventTime?.seconds ?? 0);
  return new Date(seconds * 1000 + (eventTime?.nanos ?? 0) / 1e6).toISOString();
}

/** The first of them, or null: nobody can be made to send what can be read. */
function decode(payloads: Payloads | undefined): unknown {
  const [first] = payloads?.payloads ?? [];
  if (first === undefined) return null;
  try {
    return defaultPayloadConverter.fromPayload(first as Payload);
  } catch {
    return null;
  }
}
