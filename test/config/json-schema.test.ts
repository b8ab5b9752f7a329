import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { jsonSchema, jsonSchemaText } from '../../src/config/json-schema.ts';

describe('the JSON Schema for editors', () => {
  it('is current: else run `npx tsx src/config/write-json-schema.ts`', () => {
    expect(readFileSync('schema/backout.schema.json', 'utf8')).toBe(jsonSchemaText());
  });

  it('lets settings with a default be left out, and refuses unknown ones', () => {
    const schema = jsonSchema();
    expect(schema.required).toEqual(['version', 'services']);
    expect(schema.additionalProperties).toBe(false);
    expect(schema.properties?.['worker']?.properties?.['logLevel']).toMatchObject({ default: 'info' });
  });
});
