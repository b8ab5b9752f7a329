/**
 * The maintenance answer of a freeze in the site file, and its exact undoing. Pure: text in, text out.
 *
 * It stands between two comments at the beginning of every server block that passes to the upstream. Taking it out
 * gives back the file to the byte, also when a rollback has moved traffic in between.
 */
import { BackoutFailure, NOTHING_CHANGED } from '../../src/domain/failure.ts';
import type { Directive } from './parse.ts';
import { parseSite } from './upstream.ts';
import type { SiteSettings } from './upstream.ts';
import { passingServers } from './weights.ts';

export type Maintenance = {
  /** Who freezes: the workflow ID. */
  owner: string;
  /** Requests with this in PASS_HEADER are let through: only so can the release behind be proved good. */
  token: string;
};

/** The header of requests that are let through. */
export const PASS_HEADER = 'X-Backout-Pass';
/** What clients are told of when to come again. */
export const RETRY_AFTER_SECONDS = 120;

/** Where a service's server blocks are. */
type Site = Pick<SiteSettings, 'site' | 'upstream'>;

const MARK = 'backout-freeze';
/** As `entry` writes it, and as an editor leaves it that changes line ends. */
const ENTRY = new RegExp(
  `\\r?\\n[ \\t]*# ${MARK}: begin\\b[^\\n]*\\n(?:(?!# ${MARK}:)[\\s\\S])*# ${MARK}: end[ \\t]*\\r?\\n`,
  'g',
);

/**
 * The file with the maintenance answer in it. Applied to its own result it changes nothing; another freeze's is replaced.
 * @throws BackoutFailure SiteFileBroken, SiteFileChanged; UpstreamMissing where no server block is seen to pass to it
 */
export function withMaintenance(text: string, settings: Site, maintenance: Maintenance): string {
  const clear = withoutMaintenance(text, settings);
  const servers = passingServers(parseSite(clear, settings.site), settings.upstream);
  if (servers.length === 0) throw noServer(settings);
  return servers
    .map((server) => openingOf(clear, server))
    .sort((a, b) => b - a)
    .reduce((held, at) => held.slice(0, at) + entry(maintenance) + held.slice(at), clear);
}

/**
 * The file without it, to the byte as it was.
 * @throws BackoutFailure SiteFileChanged when a part of it is left that Backout did not write so
 */
export function withoutMaintenance(text: string, { site }: Pick<Site, 'site'>): string {
  const clear = text.replace(ENTRY, '');
  if (!clear.includes(`# ${MARK}:`)) return clear;
  throw new BackoutFailure('SiteFileChanged', {
    what: `The maintenance answer in ${site} is not as Backout wrote it: somebody has edited between its comments.`,
    changed: 'The site file was not changed by this.',
    next: `Take the lines between "# ${MARK}: begin" and "# ${MARK}: end" out by hand, with the comments, and try again.`,
  });
}

/** Whether the maintenance answer is in the file. */
export function hasMaintenance(text: string): boolean {
  return text.includes(`# ${MARK}:`);
}

/** Begins and ends with a line end: what stood behind the brace may be a comment, or the rest of the whole file. */
function entry({ owner, token }: Maintenance): string {
  const variable = `$http_${PASS_HEADER.toLowerCase().replaceAll('-', '_')}`;
  const lines = [
    `# ${MARK}: begin (by ${oneLine(owner)}; "backout unfreeze" takes it out)`,
    `add_header Retry-After ${RETRY_AFTER_SECONDS} always;`,
    `if (${variable} != "${token}") { return 503; }`,
    `# ${MARK}: end`,
  ];
  return `\n${lines.map((line) => `    ${line}\n`).join('')}`;
}

/** The file is handled byte by byte: a comment that is plain ASCII fits every encoding. */
const oneLine = (text: string) => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 200);

/** Just behind the brace that opens a block without arguments. */
function openingOf(text: string, { start }: Directive): number {
  const between = /^[^\s{#]+(?:\s|#[^\n]*\n)*\{/.exec(text.slice(start));
  if (between === null) throw new Error('a server block has no opening brace');
  return start + between[0].length;
}

function noServer({ site, upstream }: Site): BackoutFailure {
  return new BackoutFailure('UpstreamMissing', {
    what: `${site} has no server block that is seen to pass to the upstream "${upstream}": there is no place for a maintenance answer.`,
    changed: NOTHING_CHANGED,
    next: 'Stop the requests by hand, at nginx or before it.',
  });
}
