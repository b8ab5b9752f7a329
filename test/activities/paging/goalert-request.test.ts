/** Pages as GoAlert's generic API takes them. */
import { expect, test } from 'vitest';
import { LIMITS, toGoAlertRequest } from '../../../activities/paging/goalert-request.ts';
import { makePage } from '../../support/pages.ts';

const DETAILS = `Traffic goes to green 2.0 still. No data was changed.

5xx since 2.0

Level 1: on duty
From: green 2.0
To: blue 1.0

Acknowledge:
  backout ack listings --by NAME`;

test('a page opens an alert of its incident', () => {
  expect(toGoAlertRequest(makePage())).toEqual({
    summary: 'listings in production is being rolled back (P0)',
    details: DETAILS,
    dedup: 'backout/listings/production/run-1',
  });
});

test('to resolve closes it', () => {
  expect(toGoAlertRequest(makePage({ action: 'resolve' }))).toMatchObject({
    action: 'close',
    dedup: 'backout/listings/production/run-1',
  });
});

test.each([['x'], ['ü'], ['🚨']])(
  'of details of %s GoAlert keeps as much as it can, and every command',
  (letter) => {
    const { details } = toGoAlertRequest(makePage({ body: [letter.repeat(7000)] }));
    expect(Buffer.byteLength(details)).toBeLessThanOrEqual(LIMITS.details);
    expect(Buffer.byteLength(details)).toBeGreaterThan(LIMITS.details * 0.85);
    expect(details).toMatch(new RegExp(`^${letter}+… \\(shortened: the report has all of it\\)\n\n`, 'u'));
    expect(details.endsWith(DETAILS.slice(DETAILS.indexOf('\n\nLevel 1')))).toBe(true);
  },
);

test('facts that leave no room for what it is about are cut, too', () => {
  const { details } = toGoAlertRequest(makePage({ facts: [['From', 'x'.repeat(7000)]] }));
  expect(Buffer.byteLength(details)).toBeLessThanOrEqual(LIMITS.details);
  expect(details).toMatch(
    /^Traffic goes to green 2\.0 still[\s\S]*x… \(shortened: the report has all of it\)$/,
  );
});

test('a summary is cut to what GoAlert keeps', () => {
  expect(toGoAlertRequest(makePage({ title: 'x'.repeat(2000) })).summary).toHaveLength(LIMITS.summary);
});
