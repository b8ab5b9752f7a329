/** The one JSON object that starts a rollback, from the Temporal UI, a CLI, a pipeline or an alert. */
import * as z from 'zod';

/** How bad it is. Sets the deadline (see deadline.ts) and, later, who must approve. */
export const SEVERITIES = ['P0', 'P1', 'P2', 'P3'] as const;
export const severitySchema = z.enum(SEVERITIES);
export type Severity = z.infer<typeof severitySchema>;

/** Names that are safe in workflow IDs, file names and lock directories. */
export const nameSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
    'must be 1 to 63 letters, digits, dots, dashes or underscores, and start with a letter or digit',
  );

const line = (max: number) => z.string().trim().min(1, 'must not be empty').max(max);

export const rollbackRequestSchema = z.strictObject({
  service: nameSchema.describe('The service to roll back, as named in backout.yaml.'),
  reason: line(2000).describe('Why, in a sentence. It goes into every message and into the report.'),
  environment: nameSchema
    .optional()
    .describe("The environment. Default: the service's defaultEnvironment, or its only environment."),
  severity: severitySchema
    .default('P1')
    .describe('P0 within 5 min, P1 within 15 min, P2 within 60 min, P3 within 4 h.'),
  to: line(200)
    .optional()
    .describe('The release to return to (a colour, revision or version). Default: the previous healthy one.'),
  faulty: line(200)
    .optional()
    .describe(
      'The release that is bad. Default: the one that serves. Needed when several serve, as in a canary.',
    ),
  detectedAt: z.iso
    .datetime({ offset: true })
    .optional()
    .describe('When the trouble was noticed, ISO 8601. The deadline counts from here. Default: the start.'),
  customerFacing: z.boolean().default(true).describe('Are customers affected?'),
  incidentCommander: line(200).optional().describe('Who leads the incident.'),
  requestedBy: line(200).optional().describe('Who asks for the rollback. Declared, not verified.'),
  dataCorruption: z
    .boolean()
    .default(false)
    .describe('Full rollback: data are being damaged. Writes are stopped first, then a person decides.'),
  dryRun: z.boolean().default(false).describe('Return the plan and change nothing.'),
  releasedAt: z.iso
    .datetime({ offset: true })
    .optional()
    .describe(
      'Full rollback: when the faulty release went live, ISO 8601. The newest good backup from before is restored.',
    ),
  backup: line(1000)
    .optional()
    .describe(
      'Full rollback: the file name of the backup to restore, instead of the newest from before `releasedAt`.',
    ),
  restoreAgain: z
    .boolean()
    .optional()
    .describe(
      'Full rollback: restore the backup again where an earlier rollback has restored it already. What was written since then is lost.',
    ),
  ignoreMigrations: line(2000)
    .optional()
    .describe(
      'Go back across migrations that nobody has called additive, or that can not be read. How you know that the release returned to runs on the database; goes into the report.',
    ),
  flags: z
    .array(nameSchema)
    .min(1)
    .optional()
    .describe('Partial rollback: the feature flags to switch off, as named under `flags`.'),
  configFiles: z
    .array(nameSchema)
    .optional()
    .describe(
      'Partial rollback: the configuration files to put back, as named under `configFiles`. The empty list: the only one.',
    ),
  restore: z
    .boolean()
    .optional()
    .describe(
      'Partial rollback: put flags and configuration as they were before it, all or those that are named.',
    ),
  planHash: z
    .string()
    .regex(/^[0-9a-f]{12}$/, 'must be the 12 hexadecimal digits that a plan shows')
    .optional()
    .describe('Only go on if the plan is still the one with this hash, i.e. the one that a person has seen.'),
  takeOver: z
    .strictObject({ owner: line(400), note: line(2000) })
    .optional()
    .describe('Take the lock on the target from this unfinished rollback, which you know to be dead.'),
});

/** A validated request with its defaults filled in. */
export type RollbackRequest = z.infer<typeof rollbackRequestSchema>;
/** What a caller may write. */
export type RollbackRequestInput = z.input<typeof rollbackRequestSchema>;

/** Either the request or every problem with it, each as one line a person can act on. */
export function parseRequest(input: unknown): { request: RollbackRequest } | { problems: string[] } {
  const parsed = rollbackRequestSchema.safeParse(input);
  if (parsed.success) return { request: parsed.data };
  return { problems: listProblems(parsed.error) };
}

/** Clocks differ a little; a time further ahead is a mistake. */
const AHEAD_MS = 60_000;

const WHAT_FOR = {
  detectedAt: 'the deadline counts from there',
  releasedAt: 'a backup from before it would hold all of the damage',
} as const;

/** Why a time can't be what it is said to be, or null. `now`: milliseconds since 1970. */
export function whyFuture(name: keyof typeof WHAT_FOR, time: string | undefined, now: number): string | null {
  if (time === undefined || new Date(time).getTime() <= now + AHEAD_MS) return null;
  return `${name}: ${time} is in the future: ${WHAT_FOR[name]}`;
}

/** One line per problem: where it is, then what is wrong with it. */
export function listProblems(error: z.ZodError): string[] {
  return error.issues.map((issue) => `${formatPath(issue.path)}${issue.message}`);
}

function formatPath(path: readonly PropertyKey[]): string {
  if (path.length === 0) return '';
  const joined = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return `${joined.replace(/^\./, '')}: `;
}
