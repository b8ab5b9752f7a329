/** Zod's issues in words for the person who wrote the file: what is wrong; what to do. */
import type * as z from 'zod';
import { jsonSchema } from './json-schema.ts';
import type { JsonSchema } from './json-schema.ts';
import { suggest } from './nearest.ts';
import { descriptionOf, knownKeys, schemasAt, valueAt } from './schema-lookup.ts';
import type { ConfigPath, Problem } from './problems.ts';

type Issue = z.core.$ZodIssue;

/** Every problem of a file that zod refused. `value` is the whole file. */
export function problemsOf(issues: readonly Issue[], value: unknown): Problem[] {
  const schema = jsonSchema();
  return issues.flatMap((issue) => explain(issue, { schema, value }));
}

type Context = { schema: JsonSchema; value: unknown };

function explain(issue: Issue, context: Context): Problem[] {
  const { path } = issue;
  switch (issue.code) {
    case 'invalid_type':
      return [{ path, message: wrongType(issue, context) }];
    case 'unrecognized_keys': {
      const known = knownKeys(context.schema, path, context.value) ?? [];
      return issue.keys.map((key) => ({
        path: [...path, key],
        message: `there is no such setting; ${suggest(key, known)}`,
        atKey: true,
      }));
    }
    case 'invalid_key':
      return [{ path, message: `the name ${issue.issues[0]?.message ?? 'is not allowed'}`, atKey: true }];
    case 'invalid_value':
      return [{ path, message: oneOf(issue.values.map(String), valueAt(context.value, path)) }];
    case 'invalid_union':
      return explainUnion(issue, context);
    case 'too_small':
      return [{ path, message: tooSmall(issue) }];
    case 'too_big':
      return [
        { path, message: `must be ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}` },
      ];
    case 'invalid_format':
    case 'not_multiple_of':
    case 'invalid_element':
    case 'custom':
      return [{ path, message: issue.message }];
  }
}

function wrongType(issue: Extract<Issue, { code: 'invalid_type' }>, context: Context): string {
  const value = valueAt(context.value, issue.path);
  const purpose = descriptionOf(context.schema, issue.path, context.value);
  if (value === undefined || value === null) {
    const state = value === null ? 'is empty' : 'is missing';
    return purpose === '' ? `${state}; it must be ${typeName(issue.expected)}` : `${state}; ${purpose}`;
  }
  const must = `must be ${typeName(issue.expected)}, not ${typeName(kindOf(value))}`;
  if (issue.expected === 'string' && typeof value !== 'object') return `${must}; put it in quotes`;
  return purpose === '' ? must : `${must}; ${purpose}`;
}

function typeName(type: string): string {
  switch (type) {
    case 'string':
      return 'text';
    case 'int':
      return 'a whole number';
    case 'number':
      return 'a number';
    case 'boolean':
      return 'true or false';
    case 'array':
      return 'a list';
    case 'object':
    case 'record':
      return 'a mapping (key: value)';
    default:
      return type;
  }
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value;
}

function oneOf(allowed: string[], written: unknown): string {
  if (written === undefined || written === null) return `is missing; write ${allowed.join(' or ')}`;
  const must = allowed.length === 1 ? `must be ${allowed[0]}` : `must be one of ${allowed.join(', ')}`;
  return `${must}, not ${JSON.stringify(written)}`;
}

function tooSmall(issue: Extract<Issue, { code: 'too_small' }>): string {
  if (issue.origin === 'string') return 'must not be empty';
  if (issue.origin === 'array') return 'needs at least one entry';
  return `must be ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`;
}

function explainUnion(issue: Extract<Issue, { code: 'invalid_union' }>, context: Context): Problem[] {
  const { path } = issue;
  const options = constantsAt(context, path);
  if (issue.errors.length === 0 && options.length > 0) {
    return [{ path, message: oneOf(options, valueAt(context.value, path)) }];
  }
  const purpose = descriptionOf(context.schema, path, context.value);
  const value = valueAt(context.value, path);
  if (typeof value !== 'object' || value === null) {
    const state =
      value === undefined ? 'is missing' : value === null ? 'is empty' : `is ${typeName(kindOf(value))}`;
    return [{ path, message: `${state}; write ${waysToWrite(context, path)}. ${purpose}`.trimEnd() }];
  }
  const likeliest = likeliestMember(issue.errors);
  if (likeliest === null) {
    return [
      { path, message: `is none of the ways to write this; write ${waysToWrite(context, path)}. ${purpose}` },
    ];
  }
  return likeliest.flatMap((inner) => explain({ ...inner, path: [...path, ...inner.path] }, context));
}

/** The member that the writer meant: the one with the fewest unknown keys, if it is the only such one. */
function likeliestMember(errors: readonly (readonly Issue[])[]): readonly Issue[] | null {
  const unknown = (issues: readonly Issue[]) =>
    issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 0), 0);
  const fewest = Math.min(...errors.map(unknown));
  const [best, ...others] = errors.filter((issues) => unknown(issues) === fewest);
  return best !== undefined && others.length === 0 ? best : null;
}

/** `env: …` or `file: …`: by what each member of a union must have. */
function waysToWrite({ schema, value }: Context, path: ConfigPath): string {
  const ways = schemasAt(schema, path, value).map(({ required = [] }) =>
    required.map((key) => `\`${key}: …\``).join(' and '),
  );
  return ways.join(' or ');
}

function constantsAt({ schema, value }: Context, path: ConfigPath): string[] {
  return schemasAt(schema, path, value).flatMap((at) => (at.const === undefined ? [] : [String(at.const)]));
}
