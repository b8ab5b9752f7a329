/** Pages as events of PagerDuty's Events API v2. */
import { expect, test } from 'vitest';
import { LIMITS, toPagerDutyEvent } from '../../../activities/paging/pagerduty-request.ts';
import { makePage } from '../../support/pages.ts';

const KEY = 'k'.repeat(32);

test('a page that calls is a trigger with all that is known', () => {
  expect(toPagerDutyEvent(makePage(), KEY)).toEqual({
    routing_key: KEY,
    event_action: 'trigger',
    dedup_key: 'backout/listings/production/run-1',
    client: 'Backout',
    payload: {
      summary: 'listings in production is being rolled back (P0)',
      source: 'listings in production',
      severity: 'critical',
      component: 'listings',
      group: 'production',
      class: 'rollback',
      custom_details: {
        What: 'Traffic goes to green 2.0 still. No data was changed.\n\n5xx since 2.0',
        Level: '1: on duty',
        Acknowledge: 'backout ack listings --by NAME',
        From: 'green 2.0',
        To: 'blue 1.0',
      },
    },
  });
});

test.each(['acknowledge', 'resolve'] as const)('to %s, the incident is named and nothing else', (action) => {
  expect(toPagerDutyEvent(makePage({ action }), KEY)).toEqual({
    routing_key: KEY,
    event_action: action,
    dedup_key: 'backout/listings/production/run-1',
  });
});

test.each([
  ['P0', 'critical'],
  ['P1', 'error'],
  ['P2', 'warning'],
  ['P3', 'info'],
] as const)('%s is %s', (severity, said) => {
  expect(toPagerDutyEvent(makePage({ severity }), KEY).payload?.severity).toBe(said);
});

test('a title of more than 1024 characters is cut, not in the middle of a character', () => {
  const { payload } = toPagerDutyEvent(makePage({ title: `${'x'.repeat(1022)}🚨🚨` }), KEY);
  expect(payload?.summary).toBe(`${'x'.repeat(1022)}…`);
});

test('a key of more than 255 characters, or with blanks, is a hash, the same for the same incident', () => {
  const keyOf = (incidentKey: string) => toPagerDutyEvent(makePage({ incidentKey }), KEY).dedup_key;
  expect(keyOf('i'.repeat(255))).toBe('i'.repeat(255));
  expect(keyOf('i'.repeat(256))).toMatch(/^backout-[0-9a-f]{40}$/);
  expect(keyOf('i'.repeat(256))).toBe(keyOf('i'.repeat(256)));
  expect(keyOf('i'.repeat(256))).not.toBe(keyOf('i'.repeat(257)));
  expect(keyOf('list ings')).toMatch(/^backout-/);
});

test.each([
  ['quotes that grow when written as JSON', '"'.repeat(600_000)],
  ['characters of four bytes', '🚨'.repeat(200_000)],
])('details are cut where the event would be larger than 512 KB: %s', (_, long) => {
  const event = toPagerDutyEvent(
    makePage({
      facts: [
        ['Log', long],
        ['After', 'not shown'],
      ],
    }),
    KEY,
  );
  expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThan(LIMITS.eventBytes);
  expect(Buffer.byteLength(JSON.stringify(event))).toBeGreaterThan(LIMITS.eventBytes - 20_000);
  const details = event.payload?.custom_details ?? {};
  expect(Object.keys(details)).toEqual(['What', 'Level', 'Acknowledge', 'Log']);
  expect(details['Log']).toMatch(/… \(shortened: the report has all of it\)$/);
  expect(details['Log']).not.toMatch(/[\ud800-\udbff]…/);
});

test('what a terminal would obey does not get through', () => {
  const event = toPagerDutyEvent(makePage({ title: 'a\u001b[31m\nb', facts: [['F', 'x\u202ey']] }), KEY);
  expect(event.payload?.summary).toBe('a ⏎ b');
  expect(event.payload?.custom_details['F']).toBe('xy');
});
