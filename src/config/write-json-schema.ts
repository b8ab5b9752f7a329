/** Script: rewrites schema/backout.schema.json. A test proves that the file is current. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { jsonSchemaText } from './json-schema.ts';

const folder = new URL('../../schema/', import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL('backout.schema.json', folder), jsonSchemaText());
