/** Where a configuration says that secrets are, and whether they are there. Their values are never kept. */
import { accessSync, constants } from 'node:fs';
import * as z from 'zod';
import { secretSchema } from '../domain/secret.ts';
import type { SecretRef } from '../domain/secret.ts';
import type { ConfigPath, Problem } from './problems.ts';

export type FoundSecret = { path: ConfigPath; ref: SecretRef };

/** Every secret that a value refers to, found through its schema: a new setting is found without being listed here. */
export function findSecrets(schema: z.core.$ZodType, value: unknown, path: ConfigPath = []): FoundSecret[] {
  if (value === undefined || value === null) return [];
  // A description makes a copy of a schema, with the same definition.
  if (schema._zod.def === secretSchema._zod.def) return [{ path, ref: value as SecretRef }];
  if (schema instanceof z.ZodObject) {
    return Object.entries(schema.shape).flatMap(([key, inner]) =>
      findSecrets(inner as z.core.$ZodType, (value as Record<string, unknown>)[key], [...path, key]),
    );
  }
  if (schema instanceof z.ZodRecord) {
    return Object.entries(value).flatMap(([key, inner]) =>
      findSecrets(schema.valueType, inner, [...path, key]),
    );
  }
  if (schema instanceof z.ZodArray) {
    return (value as unknown[]).flatMap((inner, index) =>
      findSecrets(schema.element, inner, [...path, index]),
    );
  }
  if (schema instanceof z.ZodUnion) {
    const member = schema.options.find((option) => z.safeParse(option, value).success);
    return member ? findSecrets(member, value, path) : [];
  }
  if (isWrapper(schema)) return findSecrets(schema.unwrap(), value, path);
  return [];
}

type Wrapper = z.ZodOptional | z.ZodDefault | z.ZodPrefault | z.ZodNullable;

function isWrapper(schema: z.core.$ZodType): schema is Wrapper {
  return (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNullable
  );
}

/** Those that are not there, for the process that will need them. */
export function missingSecrets(found: FoundSecret[], env: NodeJS.ProcessEnv): Problem[] {
  return found.flatMap(({ path, ref }) => {
    const message = whyMissing(ref, env);
    return message === null ? [] : [{ path, message }];
  });
}

function whyMissing(ref: SecretRef, env: NodeJS.ProcessEnv): string | null {
  if ('env' in ref) {
    if ((env[ref.env] ?? '') !== '') return null;
    return `the environment variable ${ref.env} is not set here; set it where the worker is started`;
  }
  try {
    accessSync(ref.file, constants.R_OK);
    return null;
  } catch {
    return `the file ${ref.file} can't be read here; make it readable for the user that the worker runs as`;
  }
}
