/** What the site file says of an upstream and its releases. Pure. */
import { BackoutFailure, NOTHING_CHANGED } from '../../src/domain/failure.ts';
import { NginxSyntaxError, parseNginx } from './parse.ts';
import type { Directive } from './parse.ts';

/** A release's addresses, as written after `server`, and the name of its weight header. */
export type ReleaseServers = { servers: string[]; weightHeader?: string | undefined };

export type SiteSettings = {
  /** The site file, for messages. */
  site: string;
  upstream: string;
  releases: Record<string, ReleaseServers>;
};

export type ServerLine = {
  directive: Directive;
  /** Normalised: compare it with `normaliseAddress` of another. */
  address: string;
  down: boolean;
  backup: boolean;
};

export type Upstream = {
  block: Directive;
  /** By release; a release without a server has none. */
  byRelease: Record<string, ServerLine[]>;
  /** Servers that belong to no release that we know. They are never touched. */
  others: ServerLine[];
};

export type Activity = 'active' | 'backup' | 'down' | 'absent';

/** @throws BackoutFailure SiteFileBroken, naming the line */
export function parseSite(text: string, site: string): Directive[] {
  try {
    return parseNginx(text);
  } catch (error) {
    if (!(error instanceof NginxSyntaxError)) throw error;
    throw broken(site, error.line, error.message);
  }
}

/** @throws BackoutFailure UpstreamMissing when it is not there, or there twice, or its servers are elsewhere */
export function findUpstream(text: string, settings: SiteSettings): Upstream {
  const all = flatten(parseSite(text, settings.site)).filter(
    ({ name, block }) => name === 'upstream' && block,
  );
  const found = all.filter(({ args }) => args[0]?.value === settings.upstream);
  const [block, second] = found;
  if (!block?.block) throw upstreamMissing(settings, all);
  if (second) {
    throw refused(
      settings,
      `has the upstream "${settings.upstream}" twice, in lines ${block.line} and ${second.line}`,
      'Remove or rename one of them: Backout must know which one to edit.',
    );
  }
  const include = block.block.find(({ name }) => name === 'include');
  if (include) {
    throw refused(
      settings,
      `takes the servers of "${settings.upstream}" from another file, in line ${include.line}: include ${include.args[0]?.value ?? ''}`,
      'Write the server lines into the upstream block itself, and point `site` to the file that holds this block.',
    );
  }
  const lines = block.block.filter(({ name }) => name === 'server');
  const swallowed = lines.find(({ args }) => args.some(({ value }) => value === 'server'));
  if (swallowed) throw broken(settings.site, swallowed.line, 'a ";" is missing before the next "server"');
  return { block, ...sortServers(lines, settings.releases) };
}

/** What a release's server lines amount to. */
export function activityOf(lines: ServerLine[]): Activity {
  if (lines.length === 0) return 'absent';
  const up = lines.filter(({ down }) => !down);
  if (up.length === 0) return 'down';
  return up.every(({ backup }) => backup) ? 'backup' : 'active';
}

/** Every directive, however deep. */
export function flatten(directives: Directive[]): Directive[] {
  return directives.flatMap((directive) => [directive, ...flatten(directive.block ?? [])]);
}

/** Who a server line belongs to, or null. */
function ownerOf({ address }: ServerLine, releases: SiteSettings['releases']): string | null {
  const owner = Object.entries(releases).find(([, { servers }]) =>
    servers.some((server) => normaliseAddress(server) === address),
  );
  return owner?.[0] ?? null;
}

function sortServers(directives: Directive[], releases: SiteSettings['releases']) {
  const byRelease: Record<string, ServerLine[]> = Object.fromEntries(
    Object.keys(releases).map((name): [string, ServerLine[]] => [name, []]),
  );
  const others: ServerLine[] = [];
  for (const directive of directives) {
    const line = serverLine(directive);
    const owner = ownerOf(line, releases);
    (owner === null ? others : byRelease[owner])?.push(line);
  }
  return { byRelease, others };
}

function serverLine(directive: Directive): ServerLine {
  const [address, ...options] = directive.args.map(({ value }) => value);
  return {
    directive,
    address: normaliseAddress(address ?? ''),
    down: options.includes('down'),
    backup: options.includes('backup'),
  };
}

/** nginx takes port 80 where none is given; names are case-insensitive, socket paths are not. */
export function normaliseAddress(address: string): string {
  if (address.startsWith('unix:')) return address;
  const lower = address.toLowerCase();
  const hasPort = lower.startsWith('[') ? /\]:\d+$/.test(lower) : /:\d+$/.test(lower);
  return hasPort ? lower : `${lower}:80`;
}

function upstreamMissing(settings: SiteSettings, all: Directive[]): BackoutFailure {
  const names = all.map(({ args }) => `"${args[0]?.value ?? ''}"`).join(', ');
  return refused(
    settings,
    `has no upstream "${settings.upstream}"; it has ${names === '' ? 'no upstream at all' : names}`,
    'Correct `site` or `upstream` in the configuration.',
  );
}

function broken(site: string, line: number, message: string): BackoutFailure {
  return new BackoutFailure('SiteFileBroken', {
    what: `${site} is not valid nginx configuration: line ${line}: ${message}.`,
    changed: NOTHING_CHANGED,
    next: 'Correct the file by hand (`nginx -t` shows the same error), then start again.',
  });
}

function refused({ site }: SiteSettings, what: string, next: string): BackoutFailure {
  return new BackoutFailure('UpstreamMissing', { what: `${site} ${what}.`, changed: NOTHING_CHANGED, next });
}
