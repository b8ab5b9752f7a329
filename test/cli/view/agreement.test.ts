/** What a person sees of the database and of who must agree, before saying yes. */
import { expect, test } from 'vitest';
import { databaseRows, policyRows } from '../../../src/cli/view/agreement.ts';
import { renderPlan } from '../../../src/cli/view/plan.ts';
import { policyFor } from '../../../src/domain/approval/policy.ts';
import { settings } from '../../support/approvals.ts';
import { DATABASE, fullPlan } from '../../support/full-records.ts';
import { makePlan } from '../../support/records.ts';
import { NO_COLOURS } from '../support/io.ts';

test('a full plan says what is restored, what that loses, which backups are passed over, and who must agree', () => {
  const lines = renderPlan(fullPlan(), NO_COLOURS).split('\n');
  expect(lines[0]).toBe('Plan 0123456789ab: full rollback of listings in production');
  expect(lines.slice(7, 21)).toEqual([
    '  Database  PostgreSQL database listings on db-1 (restored beside it, then swapped; the one of now is kept)',
    '  Backup    listings-0312.dump of 2026-11-21 03:12:00 UTC (as the manifest says), 1 h 3 min 0 s old, 73.0 MB',
    '            /var/backups/listings/listings-0312.dump',
    '  Lost      What was written after 2026-11-21 03:12:00 UTC is not in it; when the plan was made, the last change seen was at 2026-11-21 04:14:30 UTC; among them 12 rows of orders and an unknown number of rows of views.',
    '            orders: 12 newer rows',
    '            prices: 0 newer rows',
    '            views: newer rows not counted (it took longer than 10 s)',
    '  Not taken listings-0400.dump is truncated',
    '            listings-0413.dump was made after the release',
    '  Approval  on-call: anna (Anna Ax) or ben',
    '            within 1 h, before anything is changed (the built-in rule for production, P0 and P1)',
    '            or break-glass by gina',
    '  RESTORE   is typed by anna (Anna Ax), ben, lea (Lea Lund), rob, gina or dan, within 4 h; until then the database is as it is',
    '',
  ]);
});

test('rows that nothing counts are said to be uncounted, and a file time to be one', () => {
  const database = {
    ...DATABASE,
    newerRows: [],
    lastChangeAt: null,
    passedOver: [],
    madeAtSource: 'file time' as const,
  };
  expect(databaseRows(fullPlan({}, { database }), NO_COLOURS).slice(1)).toEqual([
    '  Backup    listings-0312.dump of 2026-11-21 03:12:00 UTC (by the time of its file), 1 h 3 min 0 s old, 73.0 MB',
    '            /var/backups/listings/listings-0312.dump',
    '  Lost      What was written after 2026-11-21 03:12:00 UTC, by the time of its file is not in it.',
    '            Newer rows are not counted: `newerRows` is not configured.',
  ]);
});

test('whoever asks is not among those who may approve, and several approvals are all named', () => {
  expect(policyRows(fullPlan({ severity: 'P2', requestedBy: 'Lea Lund' })).slice(0, 3)).toEqual([
    '  Approval  team-lead: nobody; not lea, who asks',
    '            and reviewer or team-lead: ben or rob; not lea, who asks',
    '            within 1 h, before anything is changed (the built-in rule for production, P2 and P3)',
  ]);
});

test('whoever asks may be kept from typing RESTORE', () => {
  const rules = [{ restore: { from: ['anna', 'dan'], requesterMayConfirm: false, expiresMinutes: 45 } }];
  const policy = policyFor(settings({ rules, breakGlass: [] }), {
    environment: 'production',
    severity: 'P1',
    kind: 'full',
  });
  expect(policyRows(fullPlan({}, { policy }))).toEqual([
    '  Approval  none is awaited (rule 1 of the configuration)',
    '  RESTORE   is typed by anna (Anna Ax) or dan, but not by dan, who asks, within 45 min; until then the database is as it is',
  ]);
});

test('without approvals in the configuration, anybody may type RESTORE', () => {
  const policy = policyFor(null, { environment: 'production', severity: 'P1', kind: 'full' });
  expect(policyRows(fullPlan({}, { policy }))).toEqual([
    '  Approval  none is awaited (no approvals are configured)',
    '  RESTORE   is typed by anybody (no people are configured), within 4 h; until then the database is as it is',
  ]);
});

test('a traffic-only plan of an older worker has neither', () => {
  expect(databaseRows(makePlan(), NO_COLOURS)).toEqual([]);
  expect(policyRows(makePlan())).toEqual([]);
});

test('where signatures are demanded, the plan says so before anybody says yes', () => {
  const rules = [{ approvers: [{ from: ['anna'] }], assurance: 'signed' as const }];
  const policy = policyFor(settings({ rules, breakGlass: [], signing: { allowedSignersFile: '/signers' } }), {
    environment: 'production',
    severity: 'P1',
    kind: 'full',
  });
  expect(policyRows(fullPlan({}, { policy })).slice(1)).toEqual([
    '            signed, within 1 h, before anything is changed (rule 1 of the configuration)',
    '  RESTORE   is typed by anna (Anna Ax), ben, lea (Lea Lund), rob, gina or dan, signed, within 4 h; until then the database is as it is',
  ]);
});
