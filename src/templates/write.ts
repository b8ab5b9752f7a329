/** Messages as the team's templates write them. One that fails holds no message up: the default goes out. */
import type { Draft } from '../domain/templates/draft.ts';
import type { TemplateMessage } from '../domain/templates/messages.ts';
import { asSentence } from '../domain/report/plain.ts';
import { render, TemplateError } from './engine.ts';
import type { TemplateFile } from './engine.ts';

/** The files that there are, by the message that they write. */
export type Templates = Partial<Record<TemplateMessage, TemplateFile>>;

/** `problem`: why the template was not used, in whole sentences; null where it was, or there is none. */
export type Written<Message> = { message: Message; problem: string | null };

export type Writer = <Message>(draft: Draft<Message>) => Written<Message>;

/** As `write`, with what to do about a problem. `onBadTemplate` is told it, for the log. */
export function createWriter({
  templates,
  onBadTemplate = () => undefined,
}: {
  templates?: Templates | undefined;
  onBadTemplate?: (problem: string) => void;
}): Writer {
  return (draft) => {
    const { message, problem } = write(templates, draft);
    if (problem === null) return { message, problem };
    const said = `${problem} The default text was used instead. Correct it, look at it with \`backout templates preview ${draft.name}\`, and restart the worker.`;
    onBadTemplate(said);
    return { message, problem: said };
  };
}

/** Never throws. */
export function write<Message>(templates: Templates | undefined, draft: Draft<Message>): Written<Message> {
  const template = templates?.[draft.name];
  if (template === undefined) return { message: draft.message, problem: null };
  try {
    return { message: draft.read(render(template.source, draft.values())), problem: null };
  } catch (error) {
    return { message: draft.message, problem: problemOf(error, template) };
  }
}

function problemOf(error: unknown, { file }: TemplateFile): string {
  const place = error instanceof TemplateError && error.place !== null ? error.place : null;
  const where = place === null ? file : `${file}:${place.line}:${place.column}`;
  return `The template ${where} failed: ${asSentence(error instanceof Error ? error.message : String(error))}`;
}
