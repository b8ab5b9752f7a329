/** The weight headers in the site file: which lines set them, and what they must become. Pure. */
import type { Directive, Word } from './parse.ts';
import { flatten, parseSite } from './upstream.ts';
import type { SiteSettings } from './upstream.ts';

export type WeightDirective = { release: string; header: string; value: Word };

/** Names of the releases' weight headers and what they are set to, where the file sets them. */
export function readWeights(text: string, settings: SiteSettings): Record<string, string> {
  return Object.fromEntries(
    weightDirectives(text, settings).map(({ header, value }) => [header, value.value]),
  );
}

/** The `add_header` lines of our weight headers, in the servers that pass to this upstream. */
export function weightDirectives(text: string, settings: SiteSettings): WeightDirective[] {
  const headers = new Map(
    Object.entries(settings.releases).flatMap(([release, { weightHeader }]) =>
      weightHeader === undefined ? [] : [[weightHeader.toLowerCase(), release] as const],
    ),
  );
  return scope(parseSite(text, settings.site), settings.upstream)
    .filter(({ name }) => name === 'add_header')
    .flatMap(({ args: [header, value] }) => {
      const release = headers.get(header?.value.toLowerCase() ?? '');
      return release === undefined || !header || !value ? [] : [{ release, header: header.value, value }];
    });
}

/**
 * Where this upstream's weight headers can stand: the server blocks that pass to it. When it is the only upstream,
 * also outside of all server blocks; and when no server block is seen to pass to it (the passing is in another file), everywhere.
 */
function scope(tree: Directive[], upstream: string): Directive[] {
  const all = flatten(tree);
  const variables = all
    .filter((directive) => yields(directive, upstream))
    .map(({ args }) => args.at(-1)?.value);
  const passing = servers(tree).filter((server) => passesTo(server, { upstream, variables }));
  const inside = passing.flatMap(({ block }) => flatten(block ?? []));
  const isOnly = all.filter(({ name, block }) => name === 'upstream' && block).length === 1;
  if (!isOnly) return inside;
  return passing.length === 0 ? all : [...outsideServers(tree), ...inside];
}

const isServer = ({ name, block }: Directive) => name === 'server' && block !== null;

function servers(tree: Directive[]): Directive[] {
  return flatten(tree).filter(isServer);
}

function outsideServers(tree: Directive[]): Directive[] {
  return tree.filter((one) => !isServer(one)).flatMap((one) => [one, ...outsideServers(one.block ?? [])]);
}

const PASSES = /^(proxy|grpc|fastcgi|uwsgi|scgi|memcached)_pass$/;
const CHOOSES = /^(map|split_clients|geo)$/;

/** Is it a block that may give its variable the upstream's name? */
function yields({ name, block }: Directive, upstream: string): boolean {
  if (!CHOOSES.test(name) || block === null) return false;
  return block.some(({ args }) => isSame(targetOf(args[0]), upstream));
}

type Wanted = { upstream: string; variables: (string | undefined)[] };

/** Directly, or by a variable that can hold its name. */
function passesTo({ block }: Directive, { upstream, variables }: Wanted): boolean {
  const inner = flatten(block ?? []);
  const own = inner
    .filter(({ name, args }) => name === 'set' && isSame(targetOf(args[1]), upstream))
    .map(({ args }) => args[0]?.value);
  const names = [upstream, ...variables, ...own];
  return inner.some(
    ({ name, args }) => PASSES.test(name) && names.some((wanted) => isSame(targetOf(args[0]), wanted)),
  );
}

/** The host of `http://listings/path`, `listings` or `${pool}`, in the notation `$pool`. */
function targetOf(word: Word | undefined): string | undefined {
  return word?.value
    .replace(/^[a-z]+:\/\//i, '')
    .replace(/^\$\{(\w+)\}/, '$$$1')
    .split(/[/:?]/)[0];
}

/** nginx finds an upstream by its name without regard to case. */
function isSame(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && one.toLowerCase() === other?.toLowerCase();
}
