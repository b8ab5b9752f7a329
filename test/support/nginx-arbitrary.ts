/**
 * Random site files that nginx takes. Each is made of pieces, so that what must come out of an edit is known without
 * any parser: only pieces of our servers and our weight headers may become others.
 */
import * as fc from 'fast-check';
import type { SiteSettings } from '../../activities/nginx/upstream.ts';

export const settings: SiteSettings = {
  site: '/etc/nginx/random.conf',
  upstream: 'listings',
  releases: {
    blue: { servers: ['127.0.0.1:8080', '[::1]:8080'], weightHeader: 'X-Blue-Weight' },
    green: { servers: ['127.0.0.1:8081', 'unix:/run/Green.sock'], weightHeader: 'X-Green-Weight' },
  },
};

type Colour = 'blue' | 'green';
/** A word and what stands before it. */
type Part = { gap: string; word: string };
type ServerPiece = { kind: 'server'; owner: Colour | null; head: string; options: Part[]; tail: string };
type WeightPiece = {
  kind: 'weight';
  owner: Colour;
  before: string;
  value: string;
  quote: string;
  after: string;
};
type Piece = string | ServerPiece | WeightPiece;

/** A site file, and the same file with all traffic on a colour. */
export type RandomSite = { text: string; shifted: (to: Colour) => string };

// One character a byte, as the driver reads files: é may be half of something else.
const NASTY = [
  ...'{};"\'\\#$ \t=:.[]()<>-',
  'server',
  'down',
  'upstream listings {',
  'é',
  '\xff',
  '\xe2\x82\xac',
];
const noise = fc.string({ unit: fc.constantFrom(...NASTY), maxLength: 12 });
const lineEnd = fc.constantFrom('\n', '\r\n');
const comment = fc.tuple(noise, lineEnd).map(([text, end]) => `#${text}${end}`);
const space = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(' ', '  ', '\t', '    ') },
  { weight: 1, arbitrary: lineEnd },
  { weight: 1, arbitrary: comment.map((text) => ` ${text}  `) },
);
/** Where nothing is needed between two words. */
const anySpace = fc.oneof(fc.constant(''), space);
const between = fc.oneof(
  lineEnd,
  comment,
  fc.constantFrom('', '  '),
  lineEnd.map((end) => `${end}    `),
);
const quote = fc.constantFrom('', '', '', '"', "'");

const quoted = (word: string) => quote.map((mark) => `${mark}${word}${mark}`);

function option(words: string[]): fc.Arbitrary<Part> {
  return fc.constantFrom(...words).chain((word) => fc.record({ gap: space, word: quoted(word) }));
}

function serverPiece(owner: Colour | null, address: string): fc.Arbitrary<ServerPiece> {
  const plain = ['max_fails=3', 'fail_timeout=10s', 'weight=5', 'max_conns=9'].map((word) =>
    fc.option(option([word]), { nil: null }),
  );
  const states = ['down', 'backup'].map((word) => fc.option(option([word]), { nil: null, freq: 1 }));
  return fc
    .record({ space, address: quoted(address), options: fc.tuple(...plain, ...states), tail: anySpace })
    .chain(({ options, ...rest }) => {
      const chosen = options.filter((one) => one !== null);
      return fc
        .shuffledSubarray(chosen, { minLength: chosen.length })
        .map((shuffled) => ({ ...rest, options: shuffled }));
    })
    .map(({ space: gap, address: word, options, tail }) => ({
      kind: 'server',
      owner,
      head: `server${gap}${word}`,
      options,
      tail: `${tail};`,
    }));
}

const weightPiece = fc
  .record({
    owner: fc.constantFrom<Colour>('blue', 'green'),
    gaps: fc.tuple(space, space, anySpace),
    value: fc.constantFrom('0', '100', '50', '$weight'),
    quote,
    always: fc.boolean(),
  })
  .map(({ owner, gaps: [first, second, last], value, quote: mark, always }): WeightPiece => {
    const name = owner === 'blue' ? 'X-Blue-Weight' : 'x-green-weight';
    const after = `${always ? ' always' : ''}${last};`;
    return { kind: 'weight', owner, before: `add_header${first}${name}${second}`, value, quote: mark, after };
  });

const OTHERS = [
  'upstream listings2 { server 127.0.0.1:8080; server 127.0.0.1:8081 down; }',
  'upstream other{server 127.0.0.1:8081;server "127.0.0.1:8080" down;}',
  'map $http_x $y { default "upstream listings { server 127.0.0.1:8080; }"; ~*^down$ \'}\'; }',
  'split_clients "${remote_addr}A" $variant { 50% "a{"; * b; }',
  'server { listen unix:/tmp/backout-never.sock; add_header X-Blue-Weight 7; proxy_pass_header X; location / { proxy_pass http://127.0.0.1:9; } }',
  'geo $g { default 0; 127.0.0.1/32 1; }',
];
const other = fc
  .tuple(fc.uniqueArray(fc.constantFrom(...OTHERS)), fc.array(fc.oneof(comment, lineEnd), { maxLength: 4 }))
  .map(([blocks, noises]) => {
    const rest = noises.slice(blocks.length).join('');
    return blocks.map((block, index) => `${block}${noises[index] ?? ''}`).join('') + rest;
  });

const ADDRESSES: [Colour | null, string][] = [
  ['blue', '127.0.0.1:8080'],
  ['blue', '[::1]:8080'],
  ['green', '127.0.0.1:8081'],
  ['green', 'unix:/run/Green.sock'],
  [null, '127.0.0.1:8082'],
];

const upstream = fc
  .shuffledSubarray(ADDRESSES, { minLength: 2 })
  .filter((chosen) => ['blue', 'green'].every((colour) => chosen.some(([owner]) => owner === colour)))
  .chain((chosen) => fc.tuple(...chosen.map(([owner, address]) => serverPiece(owner, address))))
  // nginx wants a server that is no standby.
  .filter((lines) => lines.some((line) => !has(line, 'backup')))
  .chain((lines) =>
    fc.record({
      lines: fc.constant(lines),
      betweens: fc.array(between, { minLength: lines.length + 1, maxLength: lines.length + 1 }),
      head: fc.tuple(space, quoted('listings'), anySpace),
      method: fc.constantFrom('', 'least_conn;', 'zone listings 64k;'),
      keepalive: fc.constantFrom('', 'keepalive 8;'),
    }),
  )
  .map(({ lines, betweens, head, method, keepalive }): Piece[] => [
    `upstream${head.join('')}{${method}`,
    ...lines.flatMap((line, index): Piece[] => [betweens[index] ?? '', line]),
    `${betweens.at(-1) ?? ''}${keepalive}}`,
  ]);

const server = fc
  .record({
    weights: fc.array(weightPiece, { maxLength: 3 }),
    gap: between,
    inLocation: fc.boolean(),
    text: noise,
  })
  .map(({ weights, gap, inLocation, text }): Piece[] => [
    `server{listen unix:/tmp/backout-never.sock;set $weight 1;#${text}\n`,
    ...(inLocation
      ? ['location /{proxy_pass http://listings$request_uri;']
      : ['location /{proxy_pass http://listings/;}']),
    ...weights.flatMap((weight): Piece[] => [gap, weight]),
    inLocation ? '}}' : '}',
  ]);

/** Any layout that nginx takes. */
export const randomSite: fc.Arbitrary<RandomSite> = fc
  .tuple(
    other,
    upstream,
    fc.constantFrom('', ' ', '\n'),
    server,
    fc.boolean(),
    fc.constantFrom('', '\n', '# the end'),
  )
  .map(([before, block, gap, user, isFirst, end]) => {
    // With another upstream in the file, headers outside of all servers are nobody's; here none stand there.
    const blocks: Piece[] = isFirst ? [...block, gap, ...user] : [...user, gap, ...block];
    const pieces: Piece[] = [before, ...blocks, end];
    return { text: pieces.map(write).join(''), shifted: (to) => shift(pieces, to).map(write).join('') };
  });

function write(piece: Piece): string {
  if (typeof piece === 'string') return piece;
  if (piece.kind === 'weight')
    return `${piece.before}${piece.quote}${piece.value}${piece.quote}${piece.after}`;
  return piece.head + piece.options.map(({ gap, word }) => gap + word).join('') + piece.tail;
}

function shift(pieces: Piece[], to: Colour): Piece[] {
  const own = pieces.filter((piece): piece is ServerPiece => isServer(piece) && piece.owner === to);
  const unwanted = own.every((piece) => has(piece, 'backup')) ? ['down', 'backup'] : ['down'];
  return pieces.map((piece) => {
    if (typeof piece === 'string') return piece;
    if (piece.kind === 'weight') return { ...piece, value: piece.owner === to ? '100' : '0' };
    if (piece.owner === null) return piece;
    return piece.owner === to ? without(piece, unwanted) : withDown(piece);
  });
}

const isServer = (piece: Piece): piece is ServerPiece => typeof piece !== 'string' && piece.kind === 'server';
const bare = (word: string) => word.replace(/["']/g, '');
const has = ({ options }: ServerPiece, wanted: string) => options.some(({ word }) => bare(word) === wanted);

function withDown(piece: ServerPiece): ServerPiece {
  if (has(piece, 'down')) return piece;
  return { ...piece, options: [...piece.options, { gap: ' ', word: 'down' }] };
}

/** The space before a word goes with it, but never a line end or a comment. */
function without(piece: ServerPiece, unwanted: string[]): ServerPiece {
  const options = piece.options.map(({ gap, word }) => {
    if (!unwanted.includes(bare(word))) return { gap, word };
    return { gap: /[#\n]/.test(gap) ? gap : '', word: '' };
  });
  return { ...piece, options };
}
