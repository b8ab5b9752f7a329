/** Blocks in words: in refusals, in the report, on the command line. */
import { shellWord } from '../approval/answers.ts';
import { formatTime } from '../report/format.ts';
import { asSentence, oneLine } from '../report/plain.ts';
import type { Block, BlockPlace, Lifted } from './block.ts';

/** `listings 1.5.0 in production`, or `listings 1.5.0 in every environment`. */
export function describePlace({ service, version, environment }: BlockPlace): string {
  return `${service} ${oneLine(version)} in ${environment ?? 'every environment'}`;
}

/** A whole sentence that says who, when and why. */
export function describeBlock(block: Block): string {
  const by = block.rollback === null ? block.by : `${block.by}, by rollback ${block.rollback}`;
  return asSentence(
    `${describePlace(block)} is blocked since ${formatTime(block.since)} (${oneLine(by)}): ${oneLine(block.reason)}`,
  );
}

/** A whole sentence that says who let it go, when and why. */
export function describeLifted({ by, reason, at }: Lifted): string {
  return asSentence(`Unblocked at ${formatTime(at)} by ${oneLine(by)}: ${oneLine(reason)}`);
}

/** The command that lets it go, ready to paste once the reason is written in. */
export function unblockCommand({ service, version, environment }: BlockPlace): string {
  const where = environment === null ? '' : ` --env ${environment}`;
  return `backout unblock ${service} ${shellWord(oneLine(version))}${where} --reason "WHY"`;
}

/** The command that blocks it by hand. */
export function blockCommand({ service, version, environment }: BlockPlace): string {
  const where = environment === null ? '' : ` --env ${environment}`;
  return `backout block ${service} ${shellWord(oneLine(version))}${where} --reason "WHY"`;
}
