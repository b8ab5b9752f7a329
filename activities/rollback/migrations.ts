/** Migrations in a plan: what came since the release returned to, and whether it may be rolled back across them (D5). */
import { createHash } from 'node:crypto';
import { shellWord } from '../../src/domain/approval/answers.ts';
import { BackoutFailure } from '../../src/domain/failure.ts';
import type { MigrationsPlan } from '../../src/domain/migrations/plan.ts';
import { judgeMigrations } from '../../src/domain/migrations/policy.ts';
import { describeRelease } from '../../src/domain/plan.ts';
import type { DatabasePlan, Plan, Release } from '../../src/domain/plan.ts';
import { asSentence } from '../../src/domain/report/plain.ts';
import type { Applied, Migration, Preset } from '../migrations/preset.ts';
import { readApplied, readKnown } from '../migrations/read.ts';
import type { Parts } from '../migrations/read.ts';
import { migrationsSince } from '../migrations/since.ts';
import type { Known, Since } from '../migrations/since.ts';
import { wordOn } from '../migrations/word.ts';
import { findBackups } from '../postgres/backups/inspect.ts';
import { openMigrations, twice } from './migrations-source.ts';
import type { Configured, Opened, Reach } from './migrations-source.ts';

export type Reading = {
  config: Configured;
  from: Release;
  to: Release;
  /** What is restored, in a full rollback. */
  backup: Pick<DatabasePlan, 'migrations'> | undefined;
  signal: AbortSignal;
};

/**
 * Reads which migrations came since the release returned to. Changes nothing.
 * @returns undefined where no migrations are configured; `problem` says why they could not be found out
 */
export async function planMigrations(deps: Reach, reading: Reading): Promise<MigrationsPlan | undefined> {
  const opened = openMigrations(deps, reading.config, reading.signal);
  if (opened === undefined) return undefined;
  const { parts, settings } = opened;
  const plan: MigrationsPlan = {
    ...{ tool: settings.tool, since: null, mayBeMore: false, knownFrom: null, problem: null, down: [] },
    ...(reading.backup === undefined ? {} : { notInBackup: null }),
  };
  try {
    const [applied, known] = await Promise.all([
      twice(() => readApplied(parts, reading.from)),
      findKnown(opened, reading),
    ]);
    const inBackup = reading.backup?.migrations;
    const notInBackup =
      inBackup === undefined ? {} : { notInBackup: namesMissing(applied, new Set(inBackup)) };
    if ('why' in known) return { ...plan, ...notInBackup, problem: known.why };
    const since = await sinceOf(opened, { reading, applied, known: known.known });
    if ('why' in since)
      return { ...plan, ...notInBackup, problem: `${upperFirst(known.from)}: ${since.why}.` };
    return { ...plan, ...notInBackup, ...described(opened, { since, applied }), knownFrom: known.from };
  } catch (error) {
    if (!(error instanceof BackoutFailure)) throw error;
    return { ...plan, problem: error.parts.what };
  }
}

/**
 * The plan with its migrations in it.
 * @throws BackoutFailure MigrationsInTheWay, MigrationsUnreadable: nothing was changed
 */
export function withMigrations(plan: Plan, migrations: MigrationsPlan | undefined): Plan {
  if (migrations === undefined || (plan.kind !== 'traffic-only' && plan.kind !== 'full')) return plan;
  const { request, service, environment } = plan;
  const { refusal, warnings } = judgeMigrations({
    ...{ kind: plan.kind, migrations, service, environment },
    to: describeRelease(plan.to),
    ignore: request.ignoreMigrations,
    requestedBy: request.requestedBy,
    hasDatabase: plan.config.database !== undefined,
  });
  if (refusal !== null) {
    const { type, ...parts } = refusal;
    throw new BackoutFailure(type, parts);
  }
  const { since, mayBeMore, notInBackup } = migrations;
  const agreed = JSON.stringify([plan.hash, since, mayBeMore, notInBackup, request.ignoreMigrations]);
  const hash = createHash('sha256').update(agreed).digest('hex').slice(0, 12);
  return { ...plan, hash, migrations, warnings: [...plan.warnings, ...warnings] };
}

type Told = { known: Known; from: string } | { why: string };

/** The release itself, where it lies; else a backup's manifest; else the configuration. */
async function findKnown(opened: Opened, { to, config }: Reading): Promise<Told> {
  const { settings, preset, parts } = opened;
  const said: string[] = [];
  try {
    const has = await twice(() => readKnown(parts, to));
    if (has !== null && 'foreign' in has)
      return { known: { of: 'all-but', ids: has.foreign }, from: has.from };
    if (has !== null) return { known: { of: 'these', ids: has.known.map(({ id }) => id) }, from: has.from };
  } catch (error) {
    if (!(error instanceof BackoutFailure)) throw error;
    said.push(asSentence(error.parts.what));
  }
  const release = describeRelease(to);
  if (to.version === null)
    return {
      why: [...said, `The version of ${release} is not known, so nothing else can tell what it knows.`].join(
        ' ',
      ),
    };
  const last = Object.hasOwn(settings.lastKnown, to.version) ? settings.lastKnown[to.version] : undefined;
  if (last !== undefined)
    return { known: { of: 'up-to', ids: [last] }, from: `\`lastKnown\` of ${to.version}` };
  const manifest = config.database === undefined ? null : await inManifest(opened, to.version);
  if (manifest !== null) {
    const of = preset.notesEach ? 'these' : 'up-to';
    return { known: { of, ids: manifest.ids }, from: `the manifest of ${manifest.name}` };
  }
  return {
    why: [
      ...said,
      `Nothing ${said.length === 0 ? '' : 'else '}tells what ${release} knows: ${settings.known === undefined ? 'no `known`, ' : ''}no \`lastKnown\`, and no backup with its migrations was made while it served.`,
    ].join(' '),
  };
}

/** The oldest backup that was made while that version served: a later one may hold what came after it. */
async function inManifest(
  { postgres, parts }: Opened,
  version: string,
): Promise<{ name: string; ids: string[] } | null> {
  if (postgres === undefined) return null;
  const backups = await findBackups(postgres, parts.signal);
  const found = backups.findLast(
    ({ manifest }) => manifest?.release === version && Array.isArray(manifest.migrations),
  );
  const ids = found?.manifest?.migrations;
  return found === undefined || !Array.isArray(ids) ? null : { name: found.name, ids };
}

type Comparing = { reading: Reading; applied: Applied; known: Known };

async function sinceOf(
  { preset, parts }: Opened,
  { reading, applied, known }: Comparing,
): Promise<Since | { why: string }> {
  const history = preset.notesEach ? null : await historyOf(parts, reading.from);
  return migrationsSince({ applied, known, notesEach: preset.notesEach, history });
}

/** What the release that serves now has. Without it only the latest migrations can be named. */
async function historyOf(parts: Parts, from: Release): Promise<Migration[] | null> {
  try {
    const has = await readKnown(parts, from);
    return has !== null && 'known' in has ? has.known : null;
  } catch (error) {
    if (!(error instanceof BackoutFailure)) throw error;
    return null;
  }
}

function described(
  { settings, preset }: Opened,
  { since: { migrations, last, mayBeMore }, applied }: { since: Since; applied: Applied },
): Pick<MigrationsPlan, 'since' | 'mayBeMore' | 'down'> {
  const failed = new Set(applied.failed);
  const since = migrations.map((migration) => ({
    name: nameOf(migration),
    word: failed.has(migration.id) ? ('half-applied' as const) : wordOn(migration, settings),
  }));
  const isSure = !mayBeMore && failed.size === 0 && isTail(migrations, applied, preset);
  const down = isSure && last !== null ? waysDown({ settings, preset }, { last, migrations }) : [];
  return { since, mayBeMore, down: down.map((argv) => argv.map(shellWord).join(' ')) };
}

/** Going down takes the latest: with others that stay among them, no single command is right. */
function isTail(since: Migration[], { migrations }: Applied, { notesEach }: Preset): boolean {
  if (since.length === 0) return false;
  if (!notesEach) return migrations.length === 1;
  const latest = new Set(migrations.slice(-since.length).map(({ id }) => id));
  return since.every(({ id }) => latest.has(id));
}

/** Only ever shown, and only where it is sure what is to go: `downgrade base` would take everything. */
function waysDown(
  { settings, preset }: Pick<Opened, 'settings' | 'preset'>,
  { last, migrations }: { last: Migration; migrations: Migration[] },
): string[][] {
  if (settings.down === undefined) return preset.down({ last, undo: migrations.toReversed() });
  const filled = settings.down.map((word) =>
    word.replaceAll('$migration', () => last.id).replaceAll('$count', String(migrations.length)),
  );
  return [filled];
}

const nameOf = ({ id, title = id }: Migration): string => title;

function namesMissing({ migrations }: Applied, inBackup: ReadonlySet<string>): string[] {
  return migrations.filter(({ id }) => !inBackup.has(id)).map(nameOf);
}

const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
