import { describe, expect, it } from 'vitest';
import { followUpIdOf, isFollowUpId, wantsFollowUp } from '../../../src/domain/follow-up/id.ts';
import { bugTicket, markerOf, troubleComment, troubleTicket } from '../../../src/domain/follow-up/tickets.ts';
import type { Trouble } from '../../../src/domain/follow-up/watch.ts';
import { at, makePlan, makeRecord, stepRecord, withSteps } from '../../support/records.ts';

const FOLLOW_UP = 'rollback-listings-42-follow-up-20261121T041500Z';
const context = { followUpId: FOLLOW_UP, record: makeRecord() };

const trouble = (change: Partial<Trouble> = {}): Trouble => ({
  kind: 'health',
  since: at(900),
  until: null,
  detail: 'health /health: status 503',
  seen: 1,
  times: 1,
  ticket: null,
  ...change,
});

describe('the bug ticket', () => {
  it('says what was rolled back, when, why, and where the report is', () => {
    expect(bugTicket(context)).toEqual({
      marker: `backout:${FOLLOW_UP}:rollback`,
      title: 'green (1.5.0) of listings was rolled back in production: 5xx since 1.5.0',
      severity: 'P1',
      labels: ['production', 'P1'],
      since: '2026-11-21T04:15:00.000Z',
      body: [
        expect.stringMatching(
          /^listings in production is rolled back from green \(1\.5\.0\) to blue \(1\.4\.0\), which passed verification\. All traffic is on blue/,
        ),
        [
          ['Service', 'listings'],
          ['Environment', 'production'],
          ['Severity', 'P1'],
          ['From → to', 'from green (1.5.0) to blue (1.4.0)'],
          ['Reason', '5xx since 1.5.0'],
          ['Requested by', 'anna'],
          ['Incident commander', 'carol'],
          ['Started', '2026-11-21 04:15:00 UTC'],
          [
            'Deadline',
            'P1: traffic safe by 2026-11-21 04:26:40 UTC, 15 min after detection. Kept, with 11 min 38 s to spare.',
          ],
          ['Data', 'No data was changed.'],
          ['Customers affected', 'yes'],
          ['Report, on the worker', '/var/lib/backout/incidents/rollback-20261121-041500/INCIDENT_REPORT.md'],
          ['Workflow', 'rollback-listings-42'],
        ],
        'What is known of the rollback is in the report. To be found: the root cause, why it was not seen before the release, and what prevents it.',
        `When it is found: \`backout tick ${FOLLOW_UP} root-cause --note "…"\`.`,
      ],
    });
  });

  it('has a title that every tracker takes, on one line', () => {
    const record = makeRecord({ plan: makePlan({ reason: `first\nsecond ${'x'.repeat(400)}` }) });
    const { title } = bugTicket({ ...context, record });
    expect(title).toHaveLength(255);
    expect(title).toContain('first ⏎ second xxx');
  });

  it.each([
    ['recover', 'listings went down in production: 5xx since 1.5.0'],
    ['partial', 'listings was rolled back in part in production: 5xx since 1.5.0'],
  ] as const)('of a %s blames no release that nobody has left', (kind, title) => {
    const record = makeRecord({ plan: makePlan({}, { kind }) });
    expect(bugTicket({ ...context, record }).title).toBe(title);
  });

  it('names no secret, only where it is', () => {
    expect(JSON.stringify(bugTicket(context))).not.toMatch(/SLACK_|run\/secrets/);
  });
});

describe('the ticket about a trouble', () => {
  it('says what was seen, and that nothing was changed', () => {
    const draft = troubleTicket(context, trouble());
    expect(draft.marker).toBe(`backout:${FOLLOW_UP}:health`);
    expect(draft.title).toBe('listings in production after its rollback: health checks fail');
    expect(draft.body[0]).toBe(
      'A check of the service after its rollback found trouble. Nothing was changed by it: traffic and data are as they were.',
    );
    expect(draft.body[1]).toContainEqual(['Seen', 'health /health: status 503']);
    expect(draft.body[1]).toContainEqual(['Since', '2026-11-21 04:30:00 UTC']);
  });

  it('is commented once each time that it is over, or back', () => {
    const over = troubleComment(context, 'over', trouble({ until: at(1800), seen: 2 }));
    expect(over).toEqual({
      marker: `backout:${FOLLOW_UP}:health:over-1`,
      body: [
        'It is over: the check at 2026-11-21 04:45:00 UTC did not find it any more. It lasted since 2026-11-21 04:30:00 UTC; 2 checks saw it.',
      ],
    });
    expect(troubleComment(context, 'again', trouble({ times: 2 }))).toEqual({
      marker: `backout:${FOLLOW_UP}:health:again-2`,
      body: ['It is back since 2026-11-21 04:30:00 UTC: health /health: status 503'],
    });
    expect(troubleComment(context, 'unwatched', trouble()).body).toEqual([
      'The watch is over, and this was not. Nobody checks it any more but you.',
    ]);
  });
});

describe('a marker', () => {
  it('can be a label, whatever the workflow ID is, and two IDs never have the same', () => {
    const [one, other] = [markerOf('my rollback "1"', 'rollback'), markerOf('my-rollback--1-', 'rollback')];
    expect(one).toMatch(/^backout:my-rollback--1--[0-9a-f]{8}:rollback$/);
    expect(other).toBe('backout:my-rollback--1-:rollback');
    expect(markerOf('x'.repeat(900), 'log-errors', 'unwatched-12').length).toBeLessThan(255);
    expect(markerOf(`${'x'.repeat(900)}1`, 'smoke')).not.toBe(markerOf(`${'x'.repeat(900)}2`, 'smoke'));
  });
});

describe('the ID of a follow-up', () => {
  it('is derived from the rollback, with its time unless that stands in it already', () => {
    const startedAt = '2026-11-21T04:15:09.123Z';
    expect(followUpIdOf({ workflowId: 'rollback-listings-default-20261121T041508Z', startedAt })).toBe(
      'rollback-listings-default-20261121T041508Z-follow-up',
    );
    expect(followUpIdOf({ workflowId: 'nightly', startedAt })).toBe('nightly-follow-up-20261121T041509Z');
  });

  it.each([
    ['rollback-listings-default-20261121T041508Z-follow-up', true],
    ['nightly-follow-up-20261121T041509Z', true],
    ['rollback-listings-default-20261121T041508Z', false],
    ['nightly-follow-up-2', false],
  ])('tells %s: %s', (id, is) => {
    expect(isFollowUpId(id)).toBe(is);
  });
});

describe('a rollback is followed up', () => {
  const early = withSteps(stepRecord('shift-traffic', { state: 'not-reached' }));
  const flagsOnly = [stepRecord('switch-flags', { state: 'done' })];
  const fileOnly = [stepRecord('put-back-configuration', { state: 'done' })];

  it.each([
    ['rolled-back', {}, true],
    ['restored', {}, false],
    ['recovered', {}, true],
    ['unverified', {}, true],
    ['aborted', {}, true],
    ['cancelled', {}, true],
    ['aborted', { steps: early }, false],
    ['cancelled', { steps: early }, false],
    ['aborted', { steps: flagsOnly }, true],
    ['cancelled', { steps: fileOnly }, true],
    ['dry-run', {}, false],
    ['left-frozen', {}, false],
    ['released', {}, false],
  ] as const)('when it ended as %s with %o: %s', (outcome, status, is) => {
    expect(wantsFollowUp(makeRecord({ status: { outcome, ...status } }))).toBe(is);
  });

  it('but not when it is the way back of another one, whose follow-up goes on', () => {
    const partial = { restores: true, flags: [], files: [], restarts: [] };
    const plan = makePlan({}, { kind: 'partial', partial });
    expect(
      wantsFollowUp(makeRecord({ plan, status: { kind: 'partial', outcome: 'aborted', steps: flagsOnly } })),
    ).toBe(false);
  });
});
