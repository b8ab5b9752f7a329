/** YAML text as a value, with the place of everything in it. */
import { isAlias, isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import type { Document, ErrorCode, Node, Pair, YAMLMap } from 'yaml';
import type { PlacedProblem, Problem } from './problems.ts';

export type ConfigDocument = {
  /** Plain JSON-like data; undefined where the text is no YAML at all. */
  value: unknown;
  /** What is wrong with the text as YAML. */
  problems: PlacedProblem[];
  /** What `backout init` wrote as an example and marked to be changed, as one remark at the first. */
  marked: PlacedProblem[];
  /** Adds the place to a problem. */
  place(problem: Problem): PlacedProblem;
};

/** Words for the mistakes that people really make; for the others the parser's own words are good enough. */
const ADVICE: Partial<Record<ErrorCode, string>> = {
  TAB_AS_INDENT: 'a tab is used to indent; use spaces',
  DUPLICATE_KEY: 'this key is there twice; keep one',
  MULTIPLE_DOCS: 'a second document begins here; remove the `---`',
};

/** Parses YAML 1.2 with anchors and merge keys (`<<`). `file` is only for messages. */
export function parseConfig(text: string, file: string): ConfigDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { merge: true, prettyErrors: false, lineCounter: lines });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const place = (problem: Problem): PlacedProblem => ({ ...problem, ...at(offsetOf(document, problem)) });
  const problems = [...document.errors, ...document.warnings].map((error) => ({
    ...at(error.pos[0]),
    path: [],
    message: ADVICE[error.code] ?? `${error.message[0]?.toLowerCase() ?? ''}${error.message.slice(1)}`,
  }));
  visit(document, {
    Alias: (_key, alias) => {
      if (alias.resolve(document)) return;
      const message = `*${alias.source} refers to nothing; write &${alias.source} at what it means, further up`;
      problems.push({ ...at(alias.range?.[0] ?? 0), path: [], message });
    },
  });
  const marked = markedLines(text).map(({ line, message }) => ({ file, line, column: 1, path: [], message }));
  if (problems.length > 0) return { value: undefined, problems, marked, place };
  try {
    return { value: document.toJS(), problems, marked, place };
  } catch (error) {
    // So many aliases that they are a bomb.
    const message = error instanceof Error ? error.message : String(error);
    return { value: undefined, problems: [place({ path: [], message })], marked, place };
  }
}

/** The mark behind a setting. */
const MARK = / # <--/;

function markedLines(text: string): { line: number; message: string }[] {
  const lines = text.split('\n').flatMap((content, index) => (MARK.test(content) ? [index + 1] : []));
  const [first] = lines;
  if (first === undefined) return [];
  const are = lines.length === 1 ? '1 line is' : `${lines.length} lines are`;
  return [
    {
      line: first,
      message: `${are} still marked <-- as an example; put what is true there, and take the mark away`,
    },
  ];
}

/** Where a path is in the text; for what is missing, where its nearest parent is. */
function offsetOf(document: Document.Parsed, { path, atKey }: Problem): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const [index, part] of path.entries()) {
    const step = descend(document, node, part);
    if (step === null) return offset;
    const isLast = index === path.length - 1;
    offset = (isLast && !atKey ? step.value : null) ?? step.key ?? offset;
    node = step.node;
  }
  return offset;
}

type Step = { node: unknown; key: number | null; value: number | null };

function descend(document: Document.Parsed, node: unknown, part: PropertyKey): Step | null {
  const resolved = isAlias(node) ? node.resolve(document) : node;
  if (isSeq(resolved)) {
    const item = resolved.items[Number(part)];
    return item === undefined ? null : { node: item, key: startOf(item), value: startOf(item) };
  }
  if (!isMap(resolved)) return null;
  const pair = findPair(document, resolved, String(part));
  return pair === null ? null : { node: pair.value, key: startOf(pair.key), value: startOf(pair.value) };
}

/** The pair of that key, in the map itself or in what is merged into it. */
function findPair(document: Document.Parsed, map: YAMLMap, key: string): Pair | null {
  const own = map.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === key);
  if (own) return own;
  for (const merged of mergedMaps(document, map)) {
    const pair = findPair(document, merged, key);
    if (pair) return pair;
  }
  return null;
}

function mergedMaps(document: Document.Parsed, map: YAMLMap): YAMLMap[] {
  const merge = map.items.find((pair) => isPair(pair) && isScalar(pair.key) && pair.key.source === '<<');
  if (!merge) return [];
  const sources = isSeq(merge.value) ? merge.value.items : [merge.value];
  return sources
    .map((source) => (isAlias(source) ? source.resolve(document) : source))
    .filter((source): source is YAMLMap => isMap(source));
}

function startOf(node: unknown): number | null {
  return (node as Node | null)?.range?.[0] ?? null;
}
