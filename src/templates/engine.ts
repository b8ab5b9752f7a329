/** Templates in Liquid: text in, text out. None can read a file, run code, or hold the worker up. */
import { Liquid } from 'liquidjs';

/** As it was read when the configuration was. */
export type TemplateFile = { file: string; source: string };

/** Counted from 1. */
type Place = { line: number; column: number };

/** In words for the author of the template. */
export class TemplateError extends Error {
  readonly place: Place | null;

  constructor(message: string, place: Place | null) {
    super(message);
    this.name = 'TemplateError';
    this.place = place;
  }
}

export const MAX_SOURCE = 64 * 1024;
/** More is a mistake: no channel takes it. */
const MAX_TEXT = 20_000;
/** Of one message; a good template needs a few. */
const RENDER_WITHIN_MS = 500;

const engine = createEngine();

function createEngine(): Liquid {
  const liquid = new Liquid({
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    // In memory: there is no file system behind it.
    templates: {},
    parseLimit: MAX_SOURCE,
    renderLimit: RENDER_WITHIN_MS,
    memoryLimit: 1_000_000,
  });
  for (const tag of ['include', 'render', 'layout', 'block']) delete liquid.tags[tag];
  return liquid;
}

/** Every variable from outside that the template names, each where it is first. Throws a TemplateError where it is no Liquid. */
export function variablesOf(source: string): (Place & { name: string })[] {
  return explained(() => {
    const { globals } = engine.analyzeSync(engine.parse(source), { partials: false });
    return Object.entries(globals).flatMap(([name, [first]]) =>
      first === undefined ? [] : [{ name, line: first.location.row, column: first.location.col }],
    );
  });
}

/** Throws a TemplateError where it names what is not there, takes too long, or writes too much. */
export function render(source: string, values: Record<string, unknown>): string {
  const text = explained(() => String(engine.renderSync(engine.parse(source), values)));
  if (text.length > MAX_TEXT) throw new TemplateError(`it writes more than ${MAX_TEXT} characters`, null);
  return text;
}

function explained<Result>(act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    const [first = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    const [, words = first, line, column] = /^(.*?), line:(\d+), col:(\d+)$/.exec(first) ?? [];
    const place = line === undefined ? null : { line: Number(line), column: Number(column) };
    throw new TemplateError(words, place);
  }
}
