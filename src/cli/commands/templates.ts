/** `backout templates`: the messages in the team's own words. Reads the configuration, and sends nothing. */
import { loadConfig } from '../../config/load.ts';
import { suggest } from '../../config/nearest.ts';
import { shortPath } from '../../config/problems.ts';
import { resolveService } from '../../config/services.ts';
import { FIELDS, PURPOSES, TEMPLATE_MESSAGES } from '../../domain/templates/messages.ts';
import type { TemplateMessage } from '../../domain/templates/messages.ts';
import { oneLine, shorten } from '../../domain/report/plain.ts';
import { samplePlace } from '../../domain/templates/sample-record.ts';
import type { Place } from '../../domain/templates/sample-record.ts';
import { sampleOf } from '../../domain/templates/samples.ts';
import type { Templates } from '../../templates/write.ts';
import { CliError, usageError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import type { GlobalOptions } from '../program.ts';
import { table } from '../view/table.ts';

export type TemplatesOptions = GlobalOptions & { json?: boolean };
export type PreviewOptions = TemplatesOptions & { message: string; service?: string; env?: string };

type Out = Pick<Io, 'out' | 'err' | 'env' | 'colours'>;

export async function listTemplates(
  { config: path, json = false }: TemplatesOptions,
  io: Out,
): Promise<number> {
  const { templates = {} } = await loadConfig({ path, env: io.env, secrets: false });
  const all = TEMPLATE_MESSAGES.map((message) => ({
    message,
    what: PURPOSES[message],
    file: fileOf(templates, message),
  }));
  const rows = all.map(({ message, what, file }) => [message, file ?? 'default', what]);
  io.out(json ? asDocument(all) : table(['message', 'written by', 'what it is'], rows));
  return EXIT.ok;
}

export function showTemplate(
  { message: wanted, json = false }: TemplatesOptions & { message: string },
  io: Pick<Io, 'out'>,
): number {
  const message = messageNamed(wanted);
  const values = sampleOf(message, samplePlace()).values();
  const fields = FIELDS[message].map(([name, meaning]) => ({ name, meaning, example: values[name] }));
  const rows = fields.map(({ name, meaning, example }) => [name, meaning, exampleText(name, example)]);
  io.out(
    json
      ? asDocument({ message, what: PURPOSES[message], fields })
      : table(['field', 'what it is', 'example'], rows),
  );
  return EXIT.ok;
}

/** @throws CliError `usage` where the template fails: then the default would be sent */
export async function previewTemplate(options: PreviewOptions, io: Out): Promise<number> {
  const { config: path, service, env: environment, json = false } = options;
  const message = messageNamed(options.message);
  if (service === undefined && environment !== undefined) throw usageError('--env needs --service.');
  const config = await loadConfig({ path, env: io.env, secrets: false });
  const place = service === undefined ? samplePlace() : placeOf(config, { service, environment });
  // Loaded only here: it brings Liquid with it.
  const { write } = await import('../../templates/write.ts');
  const { message: text, problem } = write(config.templates, sampleOf(message, place));
  if (problem !== null)
    throw new CliError(EXIT.usage, `${problem} The default text would be sent instead; nothing was sent.`);
  const file = fileOf(config.templates ?? {}, message);
  if (json) io.out(asDocument({ message, file, text }));
  else {
    const by = file === null ? 'the default text' : `written by ${file}`;
    io.err(`${message}, ${by}, about a rollback that never was. Nothing was sent.\n\n`);
    io.out(text);
  }
  return EXIT.ok;
}

function messageNamed(wanted: string): TemplateMessage {
  const message = TEMPLATE_MESSAGES.find((one) => one === wanted);
  if (message !== undefined) return message;
  throw usageError(
    `There is no message "${wanted}"; ${suggest(wanted, TEMPLATE_MESSAGES)}.`.replace('?.', '?'),
  );
}

function placeOf(...[config, wanted]: Parameters<typeof resolveService>): Place {
  const { service, environment, settings } = resolveService(config, wanted);
  return { service, environment, config: settings };
}

function fileOf(templates: Templates, message: TemplateMessage): string | null {
  const file = templates[message]?.file;
  return file === undefined ? null : shortPath(file);
}

const asDocument = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const MAX_EXAMPLE = 60;

/** The long ones are what `preview` shows. */
function exampleText(name: string, example: unknown): string {
  if (name === 'default' || name === 'text') return '(see `backout templates preview`)';
  const text = typeof example === 'string' ? example : JSON.stringify(example);
  return shorten(oneLine(text), MAX_EXAMPLE);
}
