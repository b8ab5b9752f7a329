/** How it ended, and what to do now. */
import { NOTHING_CHANGED } from '../../domain/failure.ts';
import { againCommand, frozenAgain } from '../../domain/report/again.ts';
import { dataSentence } from '../../domain/report/data.ts';
import { formatDuration } from '../../domain/report/format.ts';
import { asSentence, clean } from '../../domain/report/plain.ts';
import { isSuccess } from '../../domain/rollback.ts';
import type { RollbackResult, RollbackStatus } from '../../domain/rollback.ts';
import { EXIT, exitCodeOf } from '../exit-codes.ts';
import type { ExitCode } from '../exit-codes.ts';
import type { Colours } from '../io.ts';
import type { Ending } from '../temporal/ending.ts';
import { recordsLine, reportLine } from './records.ts';
import { between } from './time.ts';

export function exitCodeOfEnding(ending: Ending): ExitCode {
  switch (ending.kind) {
    case 'result':
      return exitCodeOfResult(ending.result);
    case 'failed':
      return exitCodeOf(ending.type);
    case 'cancelled':
    case 'terminated':
      return EXIT.aborted;
  }
}

function exitCodeOfResult({ outcome }: RollbackResult): ExitCode {
  switch (outcome) {
    case 'rolled-back':
    case 'restored':
    case 'recovered':
    case 'released':
    case 'dry-run':
      return EXIT.ok;
    case 'unverified':
      return EXIT.notVerified;
    case 'aborted':
    case 'left-frozen':
    case 'cancelled':
      return EXIT.aborted;
  }
}

/** `status` is the last that was seen, if any: it says where traffic is when the ending can't. */
export function renderEnding(ending: Ending, status: RollbackStatus | null, colours: Colours): string {
  const lines = ['', ...describe(ending, status, colours), ''];
  return lines.map((line) => `${line}\n`).join('');
}

function describe(ending: Ending, status: RollbackStatus | null, colours: Colours): string[] {
  const { bold, red, yellow } = colours;
  switch (ending.kind) {
    case 'result':
      return describeResult(ending.result, status, colours);
    case 'failed':
      return [`${bold(red('NOT DONE'))} (${ending.type})`, clean(ending.message)];
    case 'cancelled':
      return [
        bold(yellow('CANCELLED')),
        `The rollback was cancelled from outside. ${whereTraffic(status)}`,
        ...next((status && recordsLine(status)) ?? reportLine(null), again(status)),
      ];
    case 'terminated':
      return [
        bold(red('ENDED FROM OUTSIDE')),
        `The rollback was ended from outside, without any clean-up: ${clean(ending.reason)}. ${whereTraffic(status)}`,
        ...next(
          'See with `backout plan SERVICE` which release serves now.',
          again(status),
          ...evidence(status),
        ),
      ];
  }
}

/** It reads what is there and goes on. */
function again(status: RollbackStatus | null): string {
  if (status?.plan == null) return 'To finish it, start it again: it reads what is there and goes on.';
  const frozen = frozenAgain(status.plan, status.freeze);
  if (frozen !== null) return `To finish it: ${frozen}`;
  return `To finish it, start it again: \`${againCommand(status.plan)}\`. It reads what is there and goes on.`;
}

function anotherWay({ service, environment }: RollbackResult, status: RollbackStatus | null): string {
  const frozen = status?.plan == null ? null : frozenAgain(status.plan, status.freeze);
  return frozen === null
    ? `Decide the next way: another release (\`backout rollback traffic-only ${service} --env ${environment} --to RELEASE --reason …\`), or a fix forward.`
    : `Decide the next way: another release (\`--to RELEASE\`), or a fix forward. For now ${frozen}`;
}

function describeResult(
  result: RollbackResult,
  status: RollbackStatus | null,
  { bold, green, red, yellow }: Colours,
): string[] {
  const { outcome, summary, startedAt, trafficSafeAt, endedAt } = result;
  const where = (status && recordsLine(status)) ?? reportLine(result.incidentFolder);
  const took =
    trafficSafeAt === null
      ? `Took ${formatDuration(between(startedAt, endedAt))}.`
      : `Traffic was ${isSuccess(outcome) ? 'safe' : 'moved'} after ${formatDuration(between(startedAt, trafficSafeAt))}; all took ${formatDuration(between(startedAt, endedAt))}.`;
  switch (outcome) {
    case 'rolled-back':
      return [bold(green('ROLLED BACK')), summary, took, ...next(where)];
    case 'restored':
      return [bold(green('PUT BACK AS BEFORE')), summary, took, ...next(where)];
    case 'recovered':
      return [bold(green('RECOVERED')), summary, took, ...next(where)];
    case 'unverified':
      return [
        bold(red('NOT A SUCCESS')),
        summary,
        took,
        ...next(
          `Treat ${result.service} in ${result.environment} as broken, and tell the next level now.`,
          anotherWay(result, status),
          where,
        ),
      ];
    case 'aborted':
    case 'cancelled':
      return [bold(yellow(outcome.toUpperCase())), summary, took, ...next(where, again(status))];
    case 'released':
      return [bold(green('NOT FROZEN ANY MORE')), summary, ...freezeReport(result)];
    case 'left-frozen':
      return [bold(red('STILL FROZEN')), summary, ...freezeReport(result)];
    case 'dry-run':
      return [bold('DRY RUN'), summary];
  }
}

const freezeReport = ({ incidentFolder }: RollbackResult): string[] =>
  incidentFolder === null ? [] : next(reportLine(incidentFolder));

function evidence(status: RollbackStatus | null): string[] {
  const line = status && recordsLine(status);
  return line === null ? [] : [line];
}

function whereTraffic(status: RollbackStatus | null): string {
  if (status === null) return 'Backout does not know what it had changed by then.';
  if (status.freeze !== undefined && status.plan === null)
    return `When it was last seen: ${asSentence(clean(status.traffic))} No data was changed.`;
  if (status.plan === null) return NOTHING_CHANGED;
  return `When it was last seen: ${asSentence(clean(status.traffic))} ${dataSentence({ plan: status.plan, status })}`;
}

const next = (...lines: string[]): string[] => lines.map((line) => `  → ${line}`);
