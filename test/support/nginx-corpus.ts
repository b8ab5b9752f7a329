/** The site files under test/nginx-corpus, each with what is expected of it. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import * as z from 'zod';
import type { SiteSettings } from '../../activities/nginx/upstream.ts';

/** A whole line as it was and as it is after the switch, without its line end. */
const lineSchema = z.strictObject({ line: z.int(), was: z.string(), is: z.string() });
const refusalSchema = z.strictObject({ type: z.string(), what: z.string(), next: z.string() });
const releasesSchema = z.record(
  z.string(),
  z.strictObject({ servers: z.array(z.string()), weightHeader: z.string().optional() }),
);

const expectationSchema = z.strictObject({
  /** What this file is an example of. */
  about: z.string(),
  /** Where an nginx reads it: as a site file, or as what comes after `events {}`. */
  context: z.enum(['site', 'main']).default('site'),
  /** Why a plain open-source nginx does not take it, where it does not. */
  notForPlainNginx: z.string().optional(),
  releases: releasesSchema.optional(),
  /** Each release's activity before, and the weight headers where the file sets them. */
  before: z.record(z.string(), z.enum(['active', 'backup', 'down', 'absent'])).optional(),
  weights: z.record(z.string(), z.string()).default({}),
  toBlue: z.union([z.array(lineSchema), z.strictObject({ refused: refusalSchema })]),
  toGreen: z.union([z.array(lineSchema), z.strictObject({ refused: refusalSchema })]).default([]),
});

export type Expectation = z.infer<typeof expectationSchema>;
export type Sample = { name: string; text: string; settings: SiteSettings; expected: Expectation };

const FOLDER = join(dirname(fileURLToPath(import.meta.url)), '../nginx-corpus');

const RELEASES = {
  blue: { servers: ['127.0.0.1:8080'], weightHeader: 'X-Blue-Weight' },
  green: { servers: ['127.0.0.1:8081'], weightHeader: 'X-Green-Weight' },
};

/** The names of all site files, whether anything is expected of them or not. */
export function sampleNames(): string[] {
  return names('.conf');
}

/** The names of all expectations. */
export function expectationNames(): string[] {
  return names('.yaml');
}

/** @throws when its expectation is missing or has unknown keys */
export function readSample(name: string): Sample {
  const text = readFileSync(join(FOLDER, `${name}.conf`), 'latin1');
  const expected = expectationSchema.parse(parse(readFileSync(join(FOLDER, `${name}.yaml`), 'utf8')));
  const releases = expected.releases ?? RELEASES;
  return { name, text, expected, settings: { site: `/etc/nginx/${name}`, upstream: 'listings', releases } };
}

function names(ending: string): string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith(ending))
    .map((file) => file.slice(0, -ending.length));
}
