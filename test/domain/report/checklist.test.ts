import { expect, test } from 'vitest';
import { checklists } from '../../../src/domain/report/checklist.ts';
import type { Box } from '../../../src/domain/report/checklist.ts';
import { abortedAtShift, cancelled, success, unverified } from '../../support/cases.ts';
import { at, makePlan, makeRecord, OBSERVED } from '../../support/records.ts';

const find = (boxes: Box[], text: string) => boxes.find((box) => box.text === text);

test('a box is ticked by the step that did it, at the time of its proof', () => {
  expect(find(checklists(success()).during, 'All traffic on blue (1.4.0), proved by requests')).toEqual({
    text: 'All traffic on blue (1.4.0), proved by requests',
    ticked: { by: 'step shift-traffic', at: at(1.8) },
  });
});

test('what Backout does not do is left open for a person', () => {
  const open = checklists(success()).after.filter(({ ticked }) => ticked === null);
  expect(open.map(({ text }) => text)).toEqual([
    'Customers told, status page updated',
    'Incident report reviewed (within 30 minutes)',
    'Bug ticket written: labels bug, production, rollback; linked to this report',
    'green (1.5.0) kept from being deployed again',
    'Service watched for 24 hours',
    'Root cause found (within 24 hours)',
    'Postmortem held (within a week)',
  ]);
});

test('a step that was aborted or not reached leaves its box open and says why', () => {
  const { during } = checklists(abortedAtShift());
  expect(during.map(({ ticked, open }) => ticked ?? open)).toEqual([
    'aborted by bob ("nginx is broken by the deploy")',
    undefined,
    'not reached',
    'not reached',
    'not reached',
  ]);
});

test('a verification that failed does not tick its box', () => {
  expect(find(checklists(unverified()).during, 'blue (1.4.0) verified')).toEqual({
    text: 'blue (1.4.0) verified',
    ticked: null,
    open: 'verification FAILED',
  });
});

test('health is ticked by the plan only where the plan saw it healthy', () => {
  const text = 'blue (1.4.0) runs and is healthy';
  expect(find(checklists(success()).before, text)?.ticked).toEqual({ by: 'plan 0123456789ab', at: at(0.2) });
  const releases = [{ ...OBSERVED.blue, health: 'unknown' as const }, OBSERVED.green];
  const plan = makePlan({}, { observed: { at: at(0.2), releases, notes: [] } });
  expect(find(checklists(makeRecord({ plan })).before, text)).toEqual({
    text,
    ticked: null,
    open: 'the plan found its health unknown',
  });
});

test('people are told only when the timeline says that a channel took the message', () => {
  const box = (record = success()) =>
    find(checklists(record).before, 'Team told that a rollback is under way');
  expect(box()?.ticked).toEqual({ by: 'Slack', at: at(0.7) });
  expect(box({ ...success(), timeline: [] })?.ticked).toBeNull();
  const { slack: _none, ...config } = makePlan().config;
  expect(box(makeRecord({ plan: makePlan({}, { config }) }))?.open).toBe('no channel is configured for it');
});

test('an incident commander who was not named is a box for a person', () => {
  expect(find(checklists(cancelled()).before, 'Incident commander named')?.ticked).toBeNull();
});
