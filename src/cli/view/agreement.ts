/** What a rollback does to data and who must agree to it, for the person who decides. */
import { mayTake, requesterOf } from '../../domain/approval/policy.ts';
import type { Policy } from '../../domain/approval/policy.ts';
import { describePeople } from '../../domain/approval/words.ts';
import { migrationLines } from '../../domain/migrations/words.ts';
import { describeFile, describeFlag } from '../../domain/partial/words.ts';
import { describeRelease } from '../../domain/plan.ts';
import type { DatabasePlan, PlanSummary } from '../../domain/plan.ts';
import type { Loss } from '../../domain/loss.ts';
import { lossWindow } from '../../domain/report/loss.ts';
import { formatBytes, formatDuration, formatTime } from '../../domain/report/format.ts';
import { oneLine } from '../../domain/report/plain.ts';
import type { Colours } from '../io.ts';
import { between } from './time.ts';

const LABEL_WIDTH = 10;

/** `  Label     text`; the further lines stand below the first. */
function row(label: string, ...lines: string[]): string[] {
  return lines.map((line, index) =>
    `  ${(index === 0 ? label : '').padEnd(LABEL_WIDTH)}${oneLine(line)}`.trimEnd(),
  );
}

/** Nothing for a rollback that restores no database. `loss`: what it would lose, where that was counted since. */
export function databaseRows({ database, madeAt }: PlanSummary, { yellow }: Colours, loss?: Loss): string[] {
  if (database === undefined) return [];
  return [
    ...row(
      'Database',
      `${database.database} (${database.alreadyRestored === undefined ? STRATEGY[database.strategy] : 'restored already'})`,
    ),
    ...row('Backup', describeBackup(database, madeAt), database.path),
    ...row('Lost', upperFirst(lossWindow(database, loss)), ...newerRows(loss ?? database)).map(yellow),
    ...row('Not taken', ...database.passedOver),
  ];
}

/** What of flags and configuration changes; nothing for other kinds. */
export function partialRows({ partial }: PlanSummary): string[] {
  if (partial === undefined) return [];
  return [
    ...row('Flags', ...partial.flags.map(describeFlag)),
    ...partial.files.flatMap((file) => row('File', ...describeFile(file))),
    ...row('Restarts', partial.restarts.map(describeRelease).join(', ') || 'nothing'),
  ];
}

/** Nothing where no migrations are configured. */
export function migrationRows({ migrations, to }: PlanSummary): string[] {
  return migrations === undefined ? [] : row('Migrated', ...migrationLines(migrations, describeRelease(to)));
}

const STRATEGY = {
  swap: 'restored beside it, then swapped; the one of now is kept',
  'in-place':
    'restored in its place: reads and writes fail meanwhile; a safety copy of the one of now is kept',
} as const satisfies Record<DatabasePlan['strategy'], string>;

/** `listings-1.dump of 2026-11-21 03:00:00 UTC (as the dump says), 1 h 15 min 0 s old, 12.3 MB`; `now` is ISO 8601. */
export function describeBackup(
  { backup, madeAt, madeAtSource, sizeBytes }: DatabasePlan,
  now: string,
): string {
  const source = madeAtSource === 'file time' ? 'by the time of its file' : `as the ${madeAtSource} says`;
  return `${backup} of ${formatTime(madeAt)} (${source}), ${formatDuration(between(madeAt, now))} old, ${formatBytes(sizeBytes)}`;
}

/** The counted tables one by one, those without a newer row too; and which could not be counted. */
function newerRows(counted: DatabasePlan | Loss): string[] {
  const { newerRows: tables } = counted;
  if ('alreadyRestored' in counted) return [];
  if ('problem' in counted && counted.problem !== null) return [];
  if (tables.length === 0) return ['Newer rows are not counted: `newerRows` is not configured.'];
  return tables.map(({ table, rows, problem }) =>
    rows === null
      ? `${table}: newer rows not counted${problem === null ? '' : ` (${problem})`}`
      : `${table}: ${rows} newer rows`,
  );
}

/** Nothing for a plan of a version that knew no approvals. */
export function policyRows({ policy, request }: PlanSummary): string[] {
  if (policy === undefined) return [];
  return [
    ...row('Approval', ...approvalLines(policy, request.requestedBy)),
    ...(policy.breakGlass.length === 0
      ? []
      : row('', `or break-glass by ${describePeople(policy.people, policy.breakGlass)}`)),
    ...restoreRows(policy, request.requestedBy),
  ];
}

function approvalLines(policy: Policy, requestedBy: string | undefined): string[] {
  if (policy.seats.length === 0) return [`none is awaited (${policy.rule})`];
  const requester = requestedBy === undefined ? null : requesterOf(policy, requestedBy);
  const [first = '', ...others] = policy.seats.map((seat) => {
    const not =
      !policy.requesterMayApprove && requester !== null && seat.people.includes(requester)
        ? `; not ${requester}, who asks`
        : '';
    return `${seat.who}: ${describePeople(policy.people, mayTake(policy, seat, requester))}${not}`;
  });
  const signed = policy.assurance === 'signed' ? 'signed, ' : '';
  const terms = `${signed}within ${minutes(policy.expiresMinutes)}, before anything is changed (${policy.rule})`;
  return [first, ...others.map((line) => `and ${line}`), terms];
}

function restoreRows({ people: everybody, restore }: Policy, requestedBy: string | undefined): string[] {
  if (restore === null) return [];
  const { people, requesterMayConfirm, expiresMinutes, assurance } = restore;
  const who = people === null ? 'anybody (no people are configured)' : describePeople(everybody, people);
  const not = requesterMayConfirm || requestedBy === undefined ? '' : `, but not by ${requestedBy}, who asks`;
  return row(
    'RESTORE',
    `is typed by ${who}${not}, ${assurance === 'signed' ? 'signed, ' : ''}within ${minutes(expiresMinutes)}; until then the database is as it is`,
  );
}

export const minutes = (count: number): string => (count % 60 === 0 ? `${count / 60} h` : `${count} min`);
const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
