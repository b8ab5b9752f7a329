/** `backout init`: writes a commented backout.yaml to start from. */
import { existsSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FILE_NAME } from '../../config/find.ts';
import { jsonSchemaText } from '../../config/json-schema.ts';
import { shortPath } from '../../config/problems.ts';
import { configTemplate } from '../../config/template.ts';
import { usageError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';

export type InitOptions = {
  /** A file, or a folder for it. Default: ./backout.yaml */
  path?: string;
  /** Replace a file that is there. */
  force?: boolean;
};

const SCHEMA_NAME = 'backout.schema.json';

/** @throws CliError when the file is there already, or its folder is not */
export async function init({ path, force = false }: InitOptions, io: Pick<Io, 'out'>): Promise<number> {
  const file = targetFile(path);
  const folder = dirname(file);
  if (!existsSync(folder)) throw usageError(`There is no folder ${folder}. Make it first.`);
  const installed = installedSchema(folder);
  try {
    await writeFile(file, configTemplate(installed ?? SCHEMA_NAME), { flag: force ? 'w' : 'wx' });
  } catch (error) {
    throw explained(error, file);
  }
  if (installed === null) await writeFile(join(folder, SCHEMA_NAME), jsonSchemaText());
  io.out(renderInit({ file: shortPath(file), schema: installed === null ? SCHEMA_NAME : null }));
  return EXIT.ok;
}

/** `schema` is the file that was written beside it, null when there was no need. */
export function renderInit({ file, schema }: { file: string; schema: string | null }): string {
  const config = file === FILE_NAME ? '' : ` --config ${file}`;
  return `Wrote ${file}${schema === null ? '' : `, and beside it ${schema}, by which editors complete and check it`}.

Next:
  1. Change what is marked <-- in ${file}.
  2. backout check${config}     is the file right? Contacts nothing.
  3. backout worker${config}    the process that does the work; leave it running.
  4. backout doctor${config}    could we roll back right now? Changes nothing.
`;
}

function targetFile(path: string | undefined): string {
  const named = resolve(path ?? FILE_NAME);
  return existsSync(named) && statSync(named).isDirectory() ? join(named, FILE_NAME) : named;
}

/** Backout's own schema, where the path to it holds on other machines too: inside the folder of the file. */
function installedSchema(folder: string): string | null {
  // From dist/ and from the sources.
  const places = ['../schema/', '../../../schema/'].map((up) => new URL(up + SCHEMA_NAME, import.meta.url));
  const found = places.map((place) => fileURLToPath(place)).find((place) => existsSync(place));
  if (found === undefined) return null;
  const path = relative(folder, found);
  return path.startsWith('..') || isAbsolute(path) ? null : path;
}

function explained(error: unknown, file: string): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EEXIST') return usageError(`${file} is there already; --force replaces it.`);
  return usageError(`${file} can't be written: ${message}.`);
}
