/** Who was paged, from the record. */
import { expect, test } from 'vitest';
import { NOT_CONFIGURED } from '../../../src/domain/escalation/state.ts';
import type { EscalationStatus } from '../../../src/domain/escalation/state.ts';
import { text } from '../../../src/domain/report/markdown.ts';
import { laterPagesSection, pagesSection } from '../../../src/domain/report/pages.ts';
import { paged, success } from '../../support/cases.ts';
import { makeRecord } from '../../support/records.ts';

const rowsOf = (lines: string[]) => lines.filter((line) => line.startsWith('| 2026'));

test('each page has its level, people, reason, channels with receipts, and the first acknowledgement after it', () => {
  expect(rowsOf(pagesSection(paged()))).toEqual([
    '| 2026-11-21 04:15:00 UTC | 1: on duty | Anna Berg | the rollback began | PagerDuty (on duty) at 2026-11-21 04:15:01 UTC, receipt backout-run-1 | by ben, 6 min 12 s later |',
    '| 2026-11-21 04:20:00 UTC | 1: on duty | Anna Berg | paged again: nobody had acknowledged | **nobody was reached**; not taken by PagerDuty (on duty): It answered 500. Traffic and data were not changed by this. | by ben, 1 min 12 s later |',
    '| 2026-11-21 04:20:10 UTC | 2: team lead | Ben Okri, Cem \\| Aydın | the level before was not reached | e-mail (leads@example.com) at 2026-11-21 04:20:11 UTC, receipt 250 queued as 41; webhook (bridge) at 2026-11-21 04:20:12 UTC, no receipt; not taken by Slack (C0123456789): channel_not_found. | by ben, 1 min 2 s later |',
    '| 2026-11-21 04:30:00 UTC | 3: management | nobody is named | not resolved in time | being sent when this was written | **by nobody** |',
  ]);
  expect(pagesSection(paged())).toContain('- 2026-11-21 04:21:12 UTC: ben: on my way');
});

test('why nobody is paged stands there', () => {
  const record = makeRecord({ status: { escalation: { state: 'off', said: NOT_CONFIGURED } } });
  expect(pagesSection(record)).toEqual(['## Who was paged', '', NOT_CONFIGURED]);
});

test('a level without a channel reached nobody', () => {
  const { escalation } = paged().status as { escalation: EscalationStatus };
  const empty = { ...escalation.pages[1]!, problems: [] };
  const record = makeRecord({
    status: { escalation: { ...escalation, pages: [empty], acknowledgements: [] } },
  });
  const section = pagesSection(record).join('\n');
  expect(section).toContain('| **nobody was reached**; the level has no channel | **by nobody** |');
  expect(section).toContain('\nNobody acknowledged.\n');
});

test('where older pages were left out it says where they are', () => {
  const { escalation } = paged().status as { escalation: EscalationStatus };
  const many = Array.from({ length: 50 }, () => escalation.pages[0]!);
  const sectionOf = (pages: typeof many) =>
    pagesSection(makeRecord({ status: { escalation: { ...escalation, pages } } }));
  const note = 'These are the last 50 pages; the timeline has all of them.';
  expect(sectionOf(many)).toContain(note);
  expect(sectionOf(many.slice(1))).not.toContain(note);
});

test('where there was nothing to page about there is no such section', () => {
  expect(pagesSection(success())).toEqual([]);
});

/** The escalation of `paged`, as it stands an hour later: page 4 was taken, page 5 went out, and anna saw it. */
function later(change: Partial<EscalationStatus> = {}): EscalationStatus {
  const { escalation } = paged().status as { escalation: EscalationStatus };
  const fourth = { ...escalation.pages[3]!, outcome: 'failed' as const };
  const fifth = {
    ...escalation.pages[0]!,
    id: 'fifth',
    at: '2026-11-21T05:15:00.000Z',
    cause: 'repeat' as const,
  };
  return {
    ...escalation,
    state: 'ended',
    pages: [...escalation.pages.slice(0, 3), fourth, fifth],
    acknowledgements: [...escalation.acknowledgements, { at: '2026-11-21T05:16:00.000Z', by: 'anna' }],
    said: 'anna resolved it: mended.',
    ...change,
  };
}

test('after the report: pages that it does not have, or had as being sent, and who acknowledged since', () => {
  expect(laterPagesSection(paged(), later())).toEqual([
    '## Who was paged after the report',
    '',
    'anna resolved it: mended.',
    '',
    '| Paged | Level | Who | Why | Taken by | First acknowledged after it |',
    '| --- | --- | --- | --- | --- | --- |',
    '| 2026-11-21 04:30:00 UTC | 3: management | nobody is named | not resolved in time | **nobody was reached**; the level has no channel | by anna, 46 min 0 s later |',
    '| 2026-11-21 05:15:00 UTC | 1: on duty | Anna Berg | paged again: nobody had acknowledged | PagerDuty (on duty) at 2026-11-21 04:15:01 UTC, receipt backout-run-1 | by anna, 1 min 0 s later |',
    '',
    'Acknowledged (names are declared, not verified):',
    '',
    '- 2026-11-21 05:16:00 UTC: anna',
  ]);
});

test('after the report: nobody, where all of it stands there already; and where it goes on', () => {
  const { escalation } = paged().status as { escalation: EscalationStatus };
  const known = { ...escalation, pages: escalation.pages.slice(0, 3), said: null };
  const heading = ['## Who was paged after the report', '', 'Nobody.'];
  expect(laterPagesSection(paged(), { ...known, state: 'ended' })).toEqual(heading);
  expect(laterPagesSection(paged(), { ...known, state: 'running' })).toEqual([
    ...heading,
    '',
    'The escalation was not over when this was written: who is paged later stands in the workflow',
    `${text(escalation.workflowId)}.`,
  ]);
});

test('after the report: where older ones were left out it says where they are', () => {
  const { pages } = later();
  const many = Array.from({ length: 50 }, (_, index) => ({ ...pages[4]!, id: `later-${index}` }));
  const note = 'The escalation shows its last 50 pages; its history has all of them.';
  expect(laterPagesSection(paged(), later({ pages: many }))).toContain(note);
  expect(laterPagesSection(paged(), later({ pages: many.slice(1) }))).not.toContain(note);
});

test('after the report: that it could not be read is said, and where it stands', () => {
  const { escalation } = paged().status as { escalation: EscalationStatus };
  expect(laterPagesSection(paged(), { unreadable: 'no worker' })).toEqual([
    '## Who was paged after the report',
    '',
    `It could not be read when this was written: no worker. It stands in the workflow ${text(escalation.workflowId)}.`,
  ]);
});

test('after the report: there is no such section where nobody is paged, or nobody was asked', () => {
  const off = makeRecord({ status: { escalation: { state: 'off', said: NOT_CONFIGURED } } });
  expect(laterPagesSection(off, later())).toEqual([]);
  expect(laterPagesSection(success(), later())).toEqual([]);
  expect(laterPagesSection(paged(), null)).toEqual([]);
});
