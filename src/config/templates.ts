/** The folder of templates: read once, when the configuration is, so that what runs is what was checked. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FIELDS, TEMPLATE_MESSAGES } from '../domain/templates/messages.ts';
import type { TemplateMessage } from '../domain/templates/messages.ts';
import type { Templates } from '../templates/write.ts';
import { nearest, suggest } from './nearest.ts';
import { shortPath } from './problems.ts';
import type { PlacedProblem, Problem } from './problems.ts';

const EXTENSION = '.liquid';

/** An editor's (also its copy of what was there before), git's, or how Kubernetes mounts a ConfigMap. */
const NOT_OURS = /^[.#]|~$/;

/** What can't be used is left out of `templates`, and is a problem. `folder` is absolute. */
export async function readTemplates(
  folder: string | undefined,
  place: (problem: Problem) => PlacedProblem,
): Promise<{ templates: Templates; problems: PlacedProblem[] }> {
  if (folder === undefined) return { templates: {}, problems: [] };
  const names = await readdir(folder).catch((error: unknown) => why(error));
  if (typeof names === 'string') {
    const message = `${folder} can't be read (${names}); make this folder, or take the setting out`;
    return { templates: {}, problems: [place({ path: ['templates'], message })] };
  }
  const templates: Templates = {};
  const problems: PlacedProblem[] = [];
  for (const name of names.filter((one) => !NOT_OURS.test(one)).sort()) {
    const file = join(folder, name);
    const message = messageOf(name);
    const found = message === null ? unknownFile(name) : await readTemplate(file, message);
    if ('source' in found && message !== null) templates[message] = { file, source: found.source };
    else if ('problems' in found) problems.push(...found.problems.map((one) => placed(file, one)));
  }
  return { templates, problems };
}

type Read = { source: string } | { problems: Found[] };
type Found = { line: number; column: number; message: string };

const placed = (file: string, problem: Found): PlacedProblem => ({
  path: [],
  file: shortPath(file),
  ...problem,
});

const messageOf = (file: string): TemplateMessage | null =>
  TEMPLATE_MESSAGES.find((message) => `${message}${EXTENSION}` === file) ?? null;

function unknownFile(name: string): Read {
  const files = TEMPLATE_MESSAGES.map((message) => `${message}${EXTENSION}`);
  const meant = nearest(name, files);
  const next = meant === null ? `known are ${files.join(', ')}` : `did you mean ${meant}?`;
  return { problems: [{ line: 1, column: 1, message: `no message is written by ${name}; ${next}` }] };
}

async function readTemplate(file: string, message: TemplateMessage): Promise<Read> {
  // Loaded only where there is a template: every command reads the configuration.
  const { MAX_SOURCE, TemplateError, variablesOf } = await import('../templates/engine.ts');
  const start = { line: 1, column: 1 };
  try {
    const source = await readFile(file, 'utf8');
    if (source.length > MAX_SOURCE) {
      return {
        problems: [{ ...start, message: `has more than ${MAX_SOURCE} characters; write less` }],
      };
    }
    const known = FIELDS[message].map(([name]) => name);
    const problems = variablesOf(source)
      .filter(({ name }) => !known.includes(name))
      .map(({ name, line, column }) => ({
        ...{ line, column },
        message: `there is no field ${name} in this message; ${suggest(name, known)}`,
      }));
    return problems.length === 0 ? { source } : { problems };
  } catch (error) {
    if (!(error instanceof TemplateError)) {
      return { problems: [{ ...start, message: `can't be read (${why(error)}); see to its rights` }] };
    }
    const next = `correct it, or take the file away: then the default is sent. See docs/templates.md`;
    return { problems: [{ ...(error.place ?? start), message: `${error.message}; ${next}` }] };
  }
}

const why = (error: unknown): string => (error instanceof Error ? error.message : String(error));
