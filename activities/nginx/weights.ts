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

/** The `add_header` lines of our weight headers, where they are sent with answers of this upstream. */
export function weightDirectives(text: string, settings: SiteSettings): WeightDirective[] {
  const known = Object.entries(settings.releases).flatMap(([release, { weightHeader }]) =>
    weightHeader === undefined ? [] : [{ release, header: weightHeader }],
  );
  return scope(parseSite(text, settings.site), settings.upstream)
    .filter(({ name }) => name === 'add_header')
    .flatMap(({ args: [written, value] }) => {
      const ours = known.find(({ header }) => isSame(header, written?.value));
      return ours === undefined || !value ? [] : [{ ...ours, value }];
    });
}

/**
 * Where this upstream's weight headers can stand: the server blocks that pass to it, without the locations that pass
 * only to others. When it is the only upstream, also outside of all server blocks; and when no server block is seen
 * to pass to it (the passing is in another file), everywhere.
 */
function scope(tree: Directive[], upstream: string): Directive[] {
  const all = flatten(tree);
  const names = targetNames(all, upstream);
  const passing = passingServers(tree, upstream);
  const inside = passing.flatMap((server) => ours(server, targetNames(flatten([server]), ...names)));
  const isOnly = all.filter(({ name, block }) => name === 'upstream' && block).length === 1;
  if (!isOnly) return inside;
  return passing.length === 0 ? all : [...outsideServers(tree), ...inside];
}

/** The server blocks that are seen to pass to this upstream. */
export function passingServers(tree: Directive[], upstream: string): Directive[] {
  const all = flatten(tree);
  const names = targetNames(all, upstream);
  return all.filter((one) => isServer(one) && passes(one, targetNames(flatten([one]), ...names)));
}

const isServer = ({ name, block }: Directive) => name === 'server' && block !== null;

function outsideServers(tree: Directive[]): Directive[] {
  return tree.filter((one) => !isServer(one)).flatMap((one) => [one, ...outsideServers(one.block ?? [])]);
}

/** All of a block but the blocks in it that pass to others and never to these. */
function ours({ block }: Directive, names: string[]): Directive[] {
  return (block ?? [])
    .filter((one) => one.block === null || !passes(one) || passes(one, names))
    .flatMap((one) => [one, ...ours(one, names)]);
}

const PASSES = /^(proxy|grpc|fastcgi|uwsgi|scgi|memcached)_pass$/;
const CHOOSES = /^(map|split_clients|geo)$/;

/** Does something in the block pass to one of these, or to anything at all? */
function passes({ block }: Directive, names?: string[]): boolean {
  return flatten(block ?? []).some(
    ({ name, args }) => PASSES.test(name) && (names === undefined || isOneOf(targetOf(args[0]), names)),
  );
}

/** The given names and the variables that can hold one of them: by `map` and its like, or, in a server, by `set`. */
function targetNames(directives: Directive[], ...names: string[]): string[] {
  const isInServer = directives[0] !== undefined && isServer(directives[0]);
  const holding = directives.filter(({ name, args, block }) =>
    block === null
      ? isInServer && name === 'set' && isOneOf(targetOf(args[1]), names)
      : CHOOSES.test(name) && block.some((entry) => isOneOf(targetOf(entry.args[0]), names)),
  );
  const variables = holding.map(({ args, block }) => (block === null ? args[0] : args.at(-1))?.value ?? '');
  return [...names, ...variables];
}

/** The host of `http://listings/path`, `listings$request_uri` or `${pool}`, in the notation `$pool`. */
function targetOf(word: Word | undefined): string | undefined {
  return word?.value
    .replace(/^[a-z]+:\/\//i, '')
    .replace(/^\$\{(\w+)\}/, '$$$1/')
    .split(/[/:?]|(?!^)\$/)[0];
}

const isOneOf = (one: string | undefined, names: string[]) => names.some((name) => isSame(one, name));

/** nginx finds upstreams, variables and headers by their names without regard to case. */
function isSame(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && one.toLowerCase() === other?.toLowerCase();
}
