/** How a service's migrations are read, and what their authors say of them (requirement D5). */
import * as z from 'zod';
import { nameSchema } from '../request.ts';
import { secretSchema } from '../secret.ts';

export const MIGRATION_TOOLS = [
  'node-pg-migrate',
  'knex',
  'prisma',
  'django',
  'alembic',
  'flyway',
  'golang-migrate',
  'table',
  'lines',
] as const;
export type MigrationTool = (typeof MIGRATION_TOOLS)[number];

/** Where each tool notes what it has applied, by its own default. The others are told by the configuration. */
export const DEFAULT_TABLES: Partial<Record<MigrationTool, string>> = {
  'node-pg-migrate': 'pgmigrations',
  knex: 'knex_migrations',
  prisma: '_prisma_migrations',
  django: 'django_migrations',
  alembic: 'alembic_version',
  flyway: 'flyway_schema_history',
  'golang-migrate': 'schema_migrations',
};

/** Tools with a command of their own that says what is applied, and needs no secret among its arguments. */
const LISTS_APPLIED: readonly MigrationTool[] = ['knex', 'django', 'alembic', 'flyway'];
/** Tools with one that says, in a release's folder, what that release knows. */
const LISTS_KNOWN: readonly MigrationTool[] = [...LISTS_APPLIED, 'prisma'];
const ONLY_FILES: readonly MigrationTool[] = ['node-pg-migrate', 'golang-migrate'];
/** Tools whose migrations are told by the names of files. */
const IN_FILES: readonly MigrationTool[] = [
  'node-pg-migrate',
  'knex',
  'prisma',
  'flyway',
  'golang-migrate',
  'table',
  'lines',
];

const absolutePath = z.string().regex(/^\/[^\0\r\n]*$/, 'must be an absolute path');
const argv = z.array(z.string().regex(/^[^\0\r\n]*$/, 'must be on one line')).min(1);
const globs = z.array(z.string().min(1)).default([]);

export const migrationsSchema = z
  .strictObject({
    tool: z
      .enum(MIGRATION_TOOLS)
      .describe(
        '`table`: any table with a row for each migration. `lines`: a command of your own that prints a migration a line.',
      ),
    table: z
      .string()
      .min(1)
      .optional()
      .describe(
        "Where the tool notes what is applied, with its schema where that is not on the search path. Default: the tool's own.",
      ),
    column: z
      .string()
      .min(1)
      .optional()
      .describe('With `tool: table`: the column that holds the name. Default: `name`.'),
    orderBy: z
      .string()
      .min(1)
      .optional()
      .describe('With `tool: table`: the column by which the oldest comes first. Default: `id`.'),
    query: z
      .string()
      .min(1)
      .optional()
      .describe(
        'With `tool: table`: a SELECT of your own instead, that gives one name a row, the oldest first.',
      ),
    host: nameSchema
      .optional()
      .describe("Where commands run and files lie: a name under `hosts`, or `local`. Default: the target's."),
    applied: z
      .strictObject({
        command: argv.optional().describe("Default: the tool's own."),
        folder: absolutePath.optional().describe('Where it is run: /srv/listings/$release'),
      })
      .optional()
      .describe('Ask this command what is applied, instead of reading the table through `database`.'),
    known: z
      .strictObject({
        files: absolutePath
          .optional()
          .describe('The folder of its migration files: /srv/listings/$release/migrations'),
        command: argv.optional().describe("Instead of files: a command. Default: the tool's own."),
        folder: absolutePath.optional().describe('Where the command is run: /srv/listings/$release'),
      })
      .optional()
      .describe(
        'What a release knows, looked up where it lies. $release and $version stand for its name and version.',
      ),
    lastKnown: z
      .record(
        z.string().min(1),
        z
          .string()
          .min(1)
          .describe('The last migration that this version of the service has, as the tool notes it.'),
      )
      .default({})
      .describe('For releases that do not lie anywhere any more.'),
    environment: z
      .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of a variable'), secretSchema)
      .default({})
      .describe('For the commands: variables, and where their values are.'),
    timeoutSeconds: z
      .number()
      .positive()
      .max(25)
      .default(15)
      .describe('How long each command and query may take. Traffic waits for it.'),
    additive: globs.describe(
      'Migrations that the release before runs on, too: globs on their names. Or a name that ends in `.additive`.',
    ),
    irreversible: globs.describe(
      'Migrations that it does not run on, or that nothing brings back. Or a name that ends in `.irreversible`.',
    ),
    down: argv
      .optional()
      .describe(
        "Your command that goes down to $migration, or by $count. It is shown to people, and never run. Default: the tool's own.",
      ),
  })
  .superRefine((settings, context) => {
    const { tool, applied, known, table, column, orderBy, query } = settings;
    const problem = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    if (tool === 'table' && (table === undefined) === (query === undefined))
      problem(['table'], 'name the table, or give a `query` instead');
    for (const [name, value] of Object.entries({ column, orderBy, query })) {
      if (tool !== 'table' && value !== undefined) problem([name], 'belongs to `tool: table`');
    }
    if (tool === 'lines' && table !== undefined) problem(['table'], 'is not read with `tool: lines`');
    if (tool === 'lines' && applied?.command === undefined)
      problem(['applied'], 'needs a `command` with `tool: lines`');
    if (applied !== undefined && applied.command === undefined && !LISTS_APPLIED.includes(tool))
      problem(
        ['applied', 'command'],
        tool === 'lines'
          ? 'is needed'
          : `is needed: ${tool} has none of its own for this; or leave \`applied\` out`,
      );
    if (applied !== undefined && ['node-pg-migrate', 'prisma', 'table'].includes(tool))
      problem(
        ['applied'],
        `is not for \`tool: ${tool}\`: leave it out to read its table, or use \`tool: lines\``,
      );
    if (known === undefined) return;
    if (known.files !== undefined && (known.command ?? known.folder) !== undefined)
      problem(['known', 'files'], 'are looked at, or a command is run in `folder`: choose one');
    if (known.files !== undefined && !IN_FILES.includes(tool))
      problem(['known', 'files'], `do not tell with ${tool}: give \`folder\`, where its command is run`);
    if (known.files === undefined && ONLY_FILES.includes(tool))
      problem(['known', 'files'], `are needed: ${tool} has no command that lists them`);
    else if (known.files === undefined && known.command === undefined && !LISTS_KNOWN.includes(tool))
      problem(['known', 'files'], `are needed, or a \`command\`: ${tool} has none of its own`);
    else if (known.files === undefined && known.folder === undefined)
      problem(['known', 'folder'], 'is needed: where the command is run');
  })
  .describe(
    'The migrations of the database: a traffic-only rollback does not go back across one that the release before does not run on. See docs/migrations.md.',
  );
export type MigrationSettings = z.infer<typeof migrationsSchema>;
