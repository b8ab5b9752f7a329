/** What the JSON Schema says about one place in a file: what may stand there and what it is for. */
import type { JsonSchema } from './json-schema.ts';
import type { ConfigPath } from './problems.ts';

/** The schemas that apply at a path; several where a union leaves it open. `value` is the whole file. */
export function schemasAt(root: JsonSchema, path: ConfigPath, value: unknown): JsonSchema[] {
  let schemas = choices(root, value);
  let here = value;
  for (const part of path) {
    here = child(here, part);
    const inside = here;
    schemas = schemas.flatMap((schema) => inner(schema, part)).flatMap((schema) => choices(schema, inside));
  }
  return schemas;
}

/** The names that may be set at a path, or null where any name may (as for hosts and services). */
export function knownKeys(root: JsonSchema, path: ConfigPath, value: unknown): string[] | null {
  const schemas = schemasAt(root, path, value);
  if (schemas.some(({ additionalProperties }) => typeof additionalProperties === 'object')) return null;
  return [...new Set(schemas.flatMap(({ properties }) => Object.keys(properties ?? {})))];
}

/** What the setting is for, in a sentence or two; '' where nothing is said. */
export function descriptionOf(root: JsonSchema, path: ConfigPath, value: unknown): string {
  for (let schemas = [root], depth = 0; ; depth++) {
    if (depth === path.length) {
      const described = [...schemas, ...schemas.flatMap((schema) => choices(schema, undefined))];
      return described.find(({ description }) => description !== undefined)?.description ?? '';
    }
    const here = valueAt(value, path.slice(0, depth));
    schemas = schemas
      .flatMap((schema) => choices(schema, here))
      .flatMap((schema) => inner(schema, path[depth] as PropertyKey));
  }
}

/** The value at a path, or undefined. */
export function valueAt(value: unknown, path: ConfigPath): unknown {
  return path.reduce(child, value);
}

function child(value: unknown, part: PropertyKey): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
  return (value as Record<PropertyKey, unknown>)[part];
}

function inner(schema: JsonSchema, part: PropertyKey): JsonSchema[] {
  if (typeof part === 'number') return schema.items ? [schema.items] : [];
  const { properties, additionalProperties } = schema;
  const own = properties && Object.hasOwn(properties, part) ? properties[String(part)] : undefined;
  if (own) return [own];
  return typeof additionalProperties === 'object' ? [additionalProperties] : [];
}

/** The members of a union that the value has not ruled out by a constant, such as `kind`. */
function choices(schema: JsonSchema, value: unknown): JsonSchema[] {
  const members = schema.anyOf ?? schema.oneOf;
  if (!members) return [schema];
  const open = members.flatMap((member) => choices(member, value));
  const chosen = open.filter(({ properties }) =>
    Object.entries(properties ?? {}).some(
      ([name, { const: constant }]) => constant !== undefined && child(value, name) === constant,
    ),
  );
  return chosen.length > 0 ? chosen : open;
}
