/** The JSON Schema of backout.yaml, for editors. Kept in schema/backout.schema.json by write-json-schema.ts. */
import * as z from 'zod';
import { backoutFileSchema } from './schema.ts';

/** The parts of a JSON Schema that zod writes and we read. */
export type JsonSchema = {
  $schema?: string;
  $id?: string;
  title?: string;
  type?: string;
  description?: string;
  default?: unknown;
  const?: string | number | boolean;
  enum?: unknown[];
  pattern?: string;
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
  exclusiveMaximum?: number;
  minLength?: number;
  minItems?: number;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  propertyNames?: JsonSchema;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
};

/** What people may write: settings with a default are optional. */
export function jsonSchema(): JsonSchema {
  const { $schema, ...schema } = z.toJSONSchema(backoutFileSchema, { io: 'input' }) as JsonSchema;
  return { ...($schema === undefined ? {} : { $schema }), title: 'backout.yaml', ...schema };
}

/** As the file holds it. */
export function jsonSchemaText(): string {
  return `${JSON.stringify(jsonSchema(), null, 2)}\n`;
}
