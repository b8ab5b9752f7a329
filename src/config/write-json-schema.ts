/** Script: rewrites schema/backout.schema.json and the tables of docs/configuration.md. Tests prove that both are current. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { jsonSchema, jsonSchemaText } from './json-schema.ts';
import { withReference } from './reference.ts';

const root = new URL('../../', import.meta.url);
mkdirSync(new URL('schema/', root), { recursive: true });
writeFileSync(new URL('schema/backout.schema.json', root), jsonSchemaText());

const page = new URL('docs/configuration.md', root);
writeFileSync(page, withReference(readFileSync(page, 'utf8'), jsonSchema()));
