import { describe, expect, it } from 'vitest';
import { cloudEventOf, EVENT_KINDS } from '../../../src/domain/events/cdevents.ts';
import { endedWith, owedOf, resolvedEvent } from '../../../src/domain/events/owed.ts';
import { eventsSchema } from '../../../src/domain/events/settings.ts';
import { listProblems } from '../../../src/domain/request.ts';
import * as cases from '../../support/cases.ts';
import { problemsOf } from '../../support/cdevents.ts';
import { makePlan, makeRecord } from '../../support/records.ts';

const firstRunId = 'run-before-any-reset';
const SETTINGS = {
  firstRunId,
  settings: eventsSchema.parse({
    url: 'https://events.example.net/',
    ticketUrl: 'https://temporal.example.net/namespaces/default/workflows/$workflowId',
  }),
};
const PLAIN = { firstRunId, settings: eventsSchema.parse({ url: 'https://events.example.net/' }) };

describe('the event of a service that was rolled back', () => {
  it('says what runs now, where, since when, and is the same each time it is made', () => {
    const record = cases.success();
    const { status, plan } = record;
    const event = cloudEventOf('service.rolledback', record, PLAIN);
    expect(event).toEqual({
      specversion: '1.0',
      id: 'run-before-any-reset/service.rolledback',
      source: '/backout',
      type: 'dev.cdevents.service.rolledback.0.3.0',
      subject: plan.service,
      time: status.trafficSafeAt,
      datacontenttype: 'application/json',
      data: {
        context: {
          specversion: '0.5.1',
          id: 'run-before-any-reset/service.rolledback',
          source: '/backout',
          type: 'dev.cdevents.service.rolledback.0.3.0',
          timestamp: status.trafficSafeAt,
          chainId: 'run-before-any-reset',
        },
        subject: {
          id: plan.service,
          source: '/backout',
          content: {
            environment: { id: plan.environment },
            artifactId: `pkg:generic/${plan.service}@${plan.to.version}`,
          },
        },
        customData: {
          workflowId: status.workflowId,
          kind: 'traffic-only',
          severity: plan.request.severity,
          customerFacing: plan.request.customerFacing,
          from: plan.from,
          to: plan.to,
          outcome: 'rolled-back',
        },
        customDataContentType: 'application/json',
      },
    });
    expect(cloudEventOf('service.rolledback', cases.success(), PLAIN)).toEqual(event);
  });

  it('is not made while traffic has not moved', () => {
    expect(cloudEventOf('service.rolledback', cases.abortedAtShift(), PLAIN)).toBeNull();
  });

  it('has a package URL also where no version is known', () => {
    const plan = { ...makePlan({}), to: { name: 'blue', version: null } };
    const event = cloudEventOf('service.rolledback', makeRecord({ plan }), PLAIN);
    expect(event?.data.subject.content['artifactId']).toBe(`pkg:generic/${plan.service}`);
  });

  it('has the same id where the rollback goes on in another run, after a reset', () => {
    const record = cases.success();
    const reset = { ...record, status: { ...record.status, runId: 'another-run' } };
    expect(cloudEventOf('service.rolledback', reset, PLAIN)?.id).toBe(
      'run-before-any-reset/service.rolledback',
    );
  });

  it('takes a version apart from what means something in a URL', () => {
    const plan = { ...makePlan({}), to: { name: 'blue', version: 'a/b@$& c' } };
    const event = cloudEventOf('service.rolledback', makeRecord({ plan }), PLAIN);
    expect(event?.data.subject.content['artifactId']).toBe(`pkg:generic/${plan.service}@a%2Fb%40%24%26%20c`);
  });
});

describe('the events of an incident', () => {
  it('begin with its detection, in UTC', () => {
    const plan = makePlan({ detectedAt: '2026-11-21T05:00:00+01:00' });
    expect(cloudEventOf('incident.detected', makeRecord({ plan }), PLAIN)?.time).toBe(
      '2026-11-21T04:00:00.000Z',
    );
  });

  it('say where it is reported only where that is configured', () => {
    const record = cases.success();
    expect(cloudEventOf('incident.reported', record, PLAIN)).toBeNull();
    expect(cloudEventOf('incident.reported', record, SETTINGS)?.data.subject.content['ticketURI']).toBe(
      `https://temporal.example.net/namespaces/default/workflows/${record.status.workflowId}`,
    );
  });

  it('end when a person says so, or with a proved rollback, and not otherwise', () => {
    const { resolution } = cases.success().status;
    const resolved = cloudEventOf('incident.resolved', cases.success(), PLAIN);
    expect(resolved).toMatchObject({
      time: resolution?.at,
      data: { subject: { content: { description: 'back on 1.4.0' } } },
    });
    const proved = cases.already();
    expect(cloudEventOf('incident.resolved', proved, PLAIN)?.time).toBe(proved.status.endedAt);
    expect(cloudEventOf('incident.resolved', cases.unverified(), PLAIN)).toBeNull();
    expect(cloudEventOf('incident.resolved', cases.abortedAtShift(), PLAIN)).toBeNull();
  });
});

describe('a partial rollback', () => {
  const record = (restore: boolean) => {
    const { status } = cases.already();
    const plan = { ...makePlan({ restore }), kind: 'partial', partial: partial(restore) } as const;
    return { ...makeRecord({ plan }), status: { ...status, trafficSafeAt: status.endedAt } };
  };
  const partial = (restores: boolean) => ({ restores, flags: [], files: [], restarts: [] });
  const kinds = (restore: boolean) =>
    EVENT_KINDS.filter((kind) => cloudEventOf(kind, record(restore), SETTINGS) !== null);

  it('is an incident that is resolved, and no other version runs after it', () => {
    expect(kinds(false)).toEqual(['incident.detected', 'incident.reported', 'incident.resolved']);
  });

  it('that is taken back is no incident, and owes nothing', () => {
    expect(kinds(true)).toEqual([]);
    expect(owedOf(record(true), SETTINGS)).toBeNull();
  });
});

describe('an end that is owed', () => {
  it('is the event that the rollback would have sent: told later, by people, with the outcome it had', () => {
    const record = cases.unverified();
    const owed = owedOf(record, PLAIN);
    if (owed === null) throw new Error('it is an incident');
    const event = resolvedEvent(endedWith(owed, 'unverified'), {
      at: '2026-11-21T09:00:00.000Z',
      resolution: 'mended by hand',
    });
    expect(problemsOf(event)).toEqual([]);
    const resolution = { at: '2026-11-21T09:00:00.000Z', by: 'anna', resolution: 'mended by hand' };
    const status = { ...record.status, outcome: 'unverified', resolution } as const;
    expect(event).toEqual(cloudEventOf('incident.resolved', { ...record, status }, PLAIN));
  });

  it('names where it is sent, and where the token is', () => {
    const token = { env: 'EVENTS_TOKEN' };
    const settings = { ...PLAIN.settings, token };
    expect(owedOf(cases.unverified(), { ...PLAIN, settings })?.settings).toEqual({
      url: 'https://events.example.net/',
      token,
    });
    expect(owedOf(cases.unverified(), PLAIN)?.settings).toEqual({ url: 'https://events.example.net/' });
  });
});

describe('every event of every ending', () => {
  const records = Object.entries({
    success: cases.success(),
    already: cases.already(),
    unverified: cases.unverified(),
    aborted: cases.abortedAtShift(),
    cancelled: cases.cancelled(),
  });

  it.each(records)('is as the specifications have it: %s', (_, record) => {
    for (const settings of [SETTINGS, PLAIN]) {
      const events = EVENT_KINDS.flatMap((kind) => cloudEventOf(kind, record, settings) ?? []);
      expect(events.length).toBeGreaterThan(0);
      expect(events.flatMap(problemsOf)).toEqual([]);
    }
  });

  it('would not be taken with a field too many, too few, or of another event', () => {
    const event = cloudEventOf('incident.reported', cases.success(), SETTINGS);
    if (event === null) throw new Error('there is such an event');
    const { ticketURI: _, ...others } = event.data.subject.content;
    const subject = (content: object) => ({
      ...event,
      data: { ...event.data, subject: { ...event.data.subject, content } },
    });
    expect(problemsOf(subject(others))).toEqual([
      'content.ticketURI: Invalid input: expected string, received undefined',
    ]);
    expect(problemsOf(subject({ ...event.data.subject.content, severity: 'P1' }))).toEqual([
      'content.: Unrecognized key: "severity"',
    ]);
    expect(problemsOf({ ...event, id: 'another' })).toEqual(['id: is not that of the CDEvent']);
  });
});

describe('the settings', () => {
  const problems = (change: object) => {
    const parsed = eventsSchema.safeParse({ url: 'https://events.example.net/', ...change });
    return parsed.success ? [] : listProblems(parsed.error);
  };

  it('take no secret in a URL, no source that is no URI reference, no artifact that is no package URL', () => {
    expect(problems({})).toEqual([]);
    expect(problems({ url: 'https://me:secret@events.example.net/' })).toEqual([
      'url: must not hold a user or password: use token',
    ]);
    expect(problems({ source: 'a b' })).toEqual(['source: must be a URI reference, such as /backout/eu']);
    expect(problems({ artifact: 'listings' })).toEqual([
      'artifact: must be a package URL, such as pkg:oci/listings@$version',
    ]);
    expect(problems({ url: 'ftp://x' })).toHaveLength(1);
  });
});
