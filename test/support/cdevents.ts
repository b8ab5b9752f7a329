/**
 * A receiver of CDEvents as CloudEvents (HTTP, structured mode) that takes nothing but what the specifications allow: CloudEvents 1.0.2, and
 * the schemas of CDEvents 0.5.1 (cdevents/spec, schemas/*.json) for the events that Backout sends.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import * as z from 'zod';
import type { CloudEvent } from '../../src/domain/events/cdevents.ts';
import { listen, readBody } from './loopback.ts';

const text = z.string().min(1);
// RFC 3986: no blanks, no quotes, no control characters.
const uriReference = text.regex(/^[\w.~:/?#[\]@!$&'()*+,;=%-]+$/);
const uri = uriReference.refine((value) => URL.canParse(value), 'must be an absolute URI');
const purl = text.regex(/^pkg:[a-z][a-z0-9.+-]*\/[^\s]+$/);
const timestamp = z.iso.datetime({ offset: true });
const reference = z.strictObject({ id: text, source: uriReference.optional() });

const incident = {
  description: z.string().optional(),
  environment: reference,
  service: reference.optional(),
  artifactId: purl.optional(),
};
const CONTENT: Record<string, z.ZodType> = {
  'dev.cdevents.service.rolledback.0.3.0': z.strictObject({ environment: reference, artifactId: purl }),
  'dev.cdevents.incident.detected.0.3.0': z.strictObject(incident),
  'dev.cdevents.incident.reported.0.3.0': z.strictObject({ ...incident, ticketURI: uri }),
  'dev.cdevents.incident.resolved.0.3.0': z.strictObject(incident),
};

const cdEvent = z.strictObject({
  context: z.strictObject({
    specversion: z.literal('0.5.1'),
    id: text,
    source: uriReference,
    type: z.enum(Object.keys(CONTENT)),
    timestamp,
    schemaUri: uri.optional(),
    chainId: text.optional(),
  }),
  subject: z.strictObject({ id: text, source: uriReference.optional(), content: z.unknown() }),
  customData: z.record(z.string(), z.unknown()).optional(),
  customDataContentType: z.string().optional(),
});

const cloudEvent = z.strictObject({
  specversion: z.literal('1.0'),
  id: text,
  source: uriReference,
  type: text,
  subject: text,
  time: timestamp,
  datacontenttype: z.literal('application/json'),
  data: cdEvent,
});

/** What is wrong with it by the specifications; nothing where it may be sent. */
export function problemsOf(event: unknown): string[] {
  const parsed = cloudEvent.safeParse(event);
  if (!parsed.success) return parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  const { data, ...envelope } = parsed.data;
  const { context, subject } = data;
  const content = CONTENT[context.type]?.safeParse(subject.content);
  const differing = (
    [
      ['id', context.id],
      ['source', context.source],
      ['type', context.type],
      ['time', context.timestamp],
      ['subject', subject.id],
    ] as const
  ).flatMap(([name, value]) => (envelope[name] === value ? [] : [`${name}: is not that of the CDEvent`]));
  return [
    ...differing,
    ...(content?.success === false
      ? content.error.issues.map(({ path, message }) => `content.${path.join('.')}: ${message}`)
      : []),
  ];
}

/** How it answers instead of taking the event. `lost`: it takes it, and the answer is cut off; `silent`: and never answers. */
export type Mishap = { status: number; retryAfter?: string } | 'lost' | 'silent' | 'cut';

export type EventReceiver = {
  url: string;
  /** Those that it took, in order, repeats too. */
  readonly events: CloudEvent[];
  /** What was wrong with those that it did not take. */
  readonly refused: string[];
  /** Goes wrong like this, once each, before it takes any. */
  mishaps: Mishap[];
  close(): Promise<void>;
};

export async function startEventReceiver({ token }: { token?: string } = {}): Promise<EventReceiver> {
  const state = { events: [] as CloudEvent[], refused: [] as string[], mishaps: [] as Mishap[] };
  const server = createServer((request, response) => {
    void readBody(request).then((body) => answer({ request, response, body }));
  });

  function answer({
    request,
    response,
    body,
  }: {
    request: IncomingMessage;
    response: ServerResponse;
    body: string;
  }) {
    const mishap = state.mishaps.shift();
    if (mishap === 'cut') return void request.socket.destroy();
    if (typeof mishap === 'object') {
      const { status, retryAfter } = mishap;
      return void response.writeHead(status, retryAfter ? { 'Retry-After': retryAfter } : {}).end('not now');
    }
    const { method, headers } = request;
    const event: unknown = JSON.parse(body);
    const problems = [
      ...(method === 'POST' ? [] : [`method ${method}`]),
      ...(/^application\/cloudevents\+json(; ?charset=utf-8)?$/i.test(headers['content-type'] ?? '')
        ? []
        : [`content type ${headers['content-type']}`]),
      ...(token === undefined || headers.authorization === `Bearer ${token}` ? [] : ['not signed in']),
      ...problemsOf(event),
    ];
    if (problems.length > 0) {
      state.refused.push(...problems);
      return void response.writeHead(400).end(problems.join('; '));
    }
    state.events.push(event as CloudEvent);
    if (mishap === 'lost') return void request.socket.destroy();
    if (mishap === 'silent') return;
    response.writeHead(202).end();
  }

  const { origin, close } = await listen(server);
  return Object.assign(state, {
    url: `${origin}/events`,
    close,
  });
}
