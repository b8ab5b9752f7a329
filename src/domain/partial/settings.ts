/** What a partial rollback can switch off or put back: `flags` and `configFiles` of a service's environment. */
import * as z from 'zod';
import { nameSchema } from '../request.ts';
import { secretSchema } from '../secret.ts';
import { looksSecret } from './secrets.ts';

const absolutePath = z.string().regex(/^\//, 'must be an absolute path');
const url = z.string().regex(/^https?:\/\//, 'must start with http:// or https://');

const withinSeconds = z
  .number()
  .positive()
  .max(300)
  .default(10)
  .describe('How long it may take until the check passes: clients learn of a flag with a delay.');

const checkSchema = z
  .union([
    z.strictObject({
      url: url.describe('Asked from the target host, until it answers as it should.'),
      status: z.int().min(100).max(599).default(200).describe('The status that it answers with.'),
      bodyContains: z.string().min(1).optional().describe('What its answer holds.'),
      withinSeconds,
    }),
    z.strictObject({
      command: z
        .array(z.string())
        .min(1)
        .describe('Run on the target host: exit code 0 says that the feature is off.'),
      withinSeconds,
    }),
  ])
  .describe('What shows, beside the flag itself, that the feature is off.');
export type FlagCheck = z.infer<typeof checkSchema>;

const restartSettings = {
  release: nameSchema
    .optional()
    .describe('The release that reads the file, such as `blue`. Default: the one that serves.'),
};

const unleashFlagSchema = z.strictObject({
  unleash: z
    .strictObject({
      url: url.describe('The Unleash server, such as https://unleash.example.net.'),
      token: secretSchema.describe(
        'An API token that may switch the feature (an admin or service account token).',
      ),
      project: z.string().min(1).default('default').describe("Unleash's project."),
      environment: z.string().min(1).default('production').describe("Unleash's environment."),
      feature: z
        .string()
        .min(1)
        .optional()
        .describe("The feature's name in Unleash. Default: the flag's name."),
    })
    .describe('A feature of an Unleash server, switched by its admin API.'),
  check: checkSchema.optional(),
});

const fileFlagSchema = z
  .strictObject({
    file: absolutePath.describe("A JSON or environment file on the target's host. A symlink is followed."),
    format: z
      .enum(['json', 'jsonc', 'env'])
      .optional()
      .describe('Default: by the name of the file (.json, .jsonc, .env). jsonc is JSON with comments.'),
    key: z
      .union([
        z
          .string()
          .min(1)
          .describe(
            "The key in it; for JSON a path with dots (`features.search`), or a list of keys. Default: the flag's name.",
          ),
        z.array(z.string().min(1)).min(1),
      ])
      .optional(),
    off: z
      .union([z.boolean(), z.number(), z.string()])
      .default(false)
      .describe('The value that switches the feature off.'),
    restart: z
      .boolean()
      .default(false)
      .describe('Whether the release reads the file only when it starts, and is restarted.'),
    ...restartSettings,
    check: checkSchema.optional(),
  })
  .superRefine(({ key }, context) => {
    const secret = [key ?? []].flat().find(looksSecret);
    if (secret === undefined) return;
    const message = `"${secret}" looks like the name of a secret: its value would stand in plans and reports`;
    context.addIssue({ code: 'custom', path: ['key'], message });
  });

export const flagSchema = z.union([unleashFlagSchema, fileFlagSchema]);
export type FlagSettings = z.infer<typeof flagSchema>;
export type UnleashFlag = z.infer<typeof unleashFlagSchema>;
export type FileFlag = z.infer<typeof fileFlagSchema>;

export const configFileSchema = z
  .strictObject({
    file: absolutePath.describe("The configuration file, on the target's host: /srv/listings/.env.blue."),
    saved: absolutePath.describe('Its saved copy, which is put back: /srv/listings/.env.blue.old.'),
    format: z
      .enum(['env', 'json', 'jsonc', 'text'])
      .optional()
      .describe(
        'Default: by the name of the file. What can not be read as such is not put back; text is not looked into.',
      ),
    restart: z.boolean().default(true).describe('Whether the release that reads it is restarted.'),
    ...restartSettings,
    showValues: z
      .array(z.string().min(1))
      .default([])
      .describe('Keys whose values the plan shows. Of all others it shows only that they differ.'),
  })
  .superRefine(({ file, saved, showValues }, context) => {
    if (file === saved)
      context.addIssue({ code: 'custom', path: ['saved'], message: 'is the file itself, not a copy of it' });
    const secret = showValues.findIndex(looksSecret);
    if (secret >= 0) {
      const message = `"${showValues[secret] ?? ''}" looks like the name of a secret: its value is never shown`;
      context.addIssue({ code: 'custom', path: ['showValues', secret], message });
    }
  });
export type ConfigFile = z.infer<typeof configFileSchema>;

export type Format = NonNullable<ConfigFile['format']>;

/** What a file holds, where the configuration does not say: by its name. `.env.blue` is one of `env`. */
export function formatOf({ file, format }: { file: string; format?: Format | undefined }): Format {
  if (format !== undefined) return format;
  const name = file.slice(file.lastIndexOf('/') + 1);
  if (/\.jsonc$/i.test(name)) return 'jsonc';
  if (/\.json$/i.test(name)) return 'json';
  return /^\.env(?:\.|$)|\.env$/i.test(name) ? 'env' : 'text';
}

/** Where a flag stands in its file. */
export function keyOf(name: string, { key, ...file }: Pick<FileFlag, 'file' | 'format' | 'key'>): string[] {
  if (Array.isArray(key)) return key;
  return formatOf(file) === 'env' ? [key ?? name] : (key ?? name).split('.');
}
