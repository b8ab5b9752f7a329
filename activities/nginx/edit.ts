/**
 * The edit that moves traffic. Pure: text in, text out.
 *
 * The release to return to loses `down` (and `backup` where all its servers have it: someone must serve), every other
 * known release gets `down`, the weight headers say 100 and 0. Not one other byte changes: what people wrote in the
 * file stays as they wrote it.
 */
import { BackoutFailure, NOTHING_CHANGED } from '../../src/domain/failure.ts';
import type { Directive, Word } from './parse.ts';
import { lineAt } from './parse.ts';
import { activityOf, findUpstream, normaliseAddress } from './upstream.ts';
import type { ServerLine, SiteSettings, Upstream } from './upstream.ts';
import { weightDirectives } from './weights.ts';

export type Shifted = {
  text: string;
  /** "line 4: server 127.0.0.1:8081; -> server 127.0.0.1:8081 down;" */
  changes: string[];
};

/** A piece of the text that is replaced. */
type Patch = { start: number; end: number; text: string };

/**
 * The file with all traffic on `to`. Applied to its own result it changes nothing.
 * @throws BackoutFailure SiteFileBroken, UpstreamMissing, ReleaseNotInUpstream, WouldLeaveNoServer
 */
export function shiftUpstream(text: string, settings: SiteSettings, to: string): Shifted {
  const upstream = findUpstream(text, settings);
  const wanted = upstream.byRelease[to] ?? [];
  if (wanted.length === 0) throw notInUpstream(text, settings, to);
  const patches = [
    ...Object.entries(upstream.byRelease).flatMap(([name, lines]) =>
      name === to ? activate(text, lines) : lines.flatMap(takeDown),
    ),
    ...weightPatches(text, settings, to),
  ].sort((a, b) => a.start - b.start);
  const shifted = applyPatches(text, patches);
  requireServing(shifted, settings, to);
  return { text: shifted, changes: describeChanges(text, patches) };
}

/**
 * The last look before a file is written: an upstream without a server passes `nginx -t` and answers 502.
 * @throws BackoutFailure WouldLeaveNoServer when anything but exactly `to` would serve, of the releases that we know
 */
export function requireServing(text: string, settings: SiteSettings, to: string): void {
  const { byRelease } = findUpstream(text, settings);
  const right = Object.entries(byRelease).every(([name, lines]) =>
    name === to ? activityOf(lines) === 'active' : lines.every(({ down }) => down),
  );
  if (right) return;
  throw new BackoutFailure('WouldLeaveNoServer', {
    what: `The edit of "${settings.upstream}" in ${settings.site} would not leave exactly ${to} serving.`,
    changed: NOTHING_CHANGED,
    next: 'Edit the server lines by hand, and report the file as a bug.',
  });
}

/** A server that stands by for others of its own release goes on doing so. */
function activate(text: string, lines: ServerLine[]): Patch[] {
  const unwanted = lines.every(({ backup }) => backup) ? ['down', 'backup'] : ['down'];
  return lines.flatMap(({ directive }) =>
    directive.args
      .slice(1)
      .filter(({ value }) => unwanted.includes(value))
      .map((word) => removeWord(text, directive, word)),
  );
}

function takeDown({ directive, down }: ServerLine): Patch[] {
  const last = directive.args.at(-1);
  if (down || !last) return [];
  return [{ start: last.end, end: last.end, text: ' down' }];
}

/** The word and the space before it, unless a line end or a comment stands between: then only the word. */
function removeWord(text: string, directive: Directive, word: Word): Patch {
  const before = [...directive.args].reverse().find(({ end }) => end <= word.start);
  const gap = before?.end ?? word.start;
  const start = /[#\n]/.test(text.slice(gap, word.start)) ? word.start : gap;
  return { start, end: word.end, text: '' };
}

function weightPatches(text: string, settings: SiteSettings, to: string): Patch[] {
  return weightDirectives(text, settings).flatMap(({ release, value }) => {
    const wanted = release === to ? '100' : '0';
    if (value.value === wanted) return [];
    const quote = value.raw.startsWith('"') || value.raw.startsWith("'") ? (value.raw[0] ?? '') : '';
    return [{ start: value.start, end: value.end, text: `${quote}${wanted}${quote}` }];
  });
}

function applyPatches(text: string, patches: Patch[]): string {
  let result = '';
  let at = 0;
  for (const patch of patches) {
    result += text.slice(at, patch.start) + patch.text;
    at = patch.end;
  }
  return result + text.slice(at);
}

function describeChanges(text: string, patches: Patch[]): string[] {
  const places = new Map<number, Patch[]>();
  for (const patch of patches) {
    const start = text.lastIndexOf('\n', patch.start - 1) + 1;
    places.set(start, [...(places.get(start) ?? []), patch]);
  }
  return [...places].map(([start, own]) => {
    const lastEnd = own.at(-1)?.end ?? start;
    const newline = text.indexOf('\n', lastEnd);
    const end = newline < 0 ? text.length : newline;
    const before = oneLine(text.slice(start, end));
    const moved = own.map((patch) => ({ ...patch, start: patch.start - start, end: patch.end - start }));
    const after = oneLine(applyPatches(text.slice(start, end), moved));
    return `line ${lineAt(text, start)}: ${before} -> ${after}`;
  });
}

/** A directive may go over several lines. */
const oneLine = (text: string) => text.trim().replace(/\s*\n\s*/g, ' ');

/** Why a release has no server in the upstream, and what to do: a line that is commented out is named. */
export function notInUpstream(text: string, settings: SiteSettings, to: string): BackoutFailure {
  const upstream = findUpstream(text, settings);
  const servers = settings.releases[to]?.servers ?? [];
  const commented = commentedLine(text, upstream, servers);
  const there = [...Object.values(upstream.byRelease).flat(), ...upstream.others].map(
    ({ address }) => address,
  );
  return new BackoutFailure('ReleaseNotInUpstream', {
    what:
      `The upstream "${settings.upstream}" in ${settings.site} has no server ${servers.join(' or ')} for ${to}; ` +
      `it has ${there.join(', ') || 'none at all'}.` +
      (commented ? ` Line ${commented} has it, but commented out.` : ''),
    changed: NOTHING_CHANGED,
    next: commented
      ? `Take the comment away, with \`down\` at the end of the line if ${to} must not serve yet.`
      : `Add the line to the upstream (with \`down\` at its end), or correct the servers of ${to} in the configuration.`,
  });
}

/** The line of a commented-out server of ours in the block. */
function commentedLine(text: string, { block }: Upstream, servers: string[]): number | null {
  const wanted = servers.map(normaliseAddress);
  for (const match of text.slice(block.start, block.end).matchAll(/#[# \t]*server[ \t]+([^\s;]+)/g)) {
    if (wanted.includes(normaliseAddress(match[1] ?? ''))) return lineAt(text, block.start + match.index);
  }
  return null;
}
