/** Reading a configuration file as YAML. */
import { readFileSync } from 'node:fs';
import { parseConfig } from './document.ts';
import type { ConfigDocument } from './document.ts';
import { ConfigurationError, shortPath } from './problems.ts';

/** @throws ConfigurationError when the file can't be read or is no YAML */
export function readDocument(file: string): ConfigDocument {
  const name = shortPath(file);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError(file, [
      { file: name, line: 1, column: 1, path: [], message: `can't be read: ${why}` },
    ]);
  }
  const document = parseConfig(text, name);
  if (document.problems.length > 0) throw new ConfigurationError(file, document.problems);
  return document;
}
