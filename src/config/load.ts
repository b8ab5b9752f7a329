/** backout.yaml, checked as a whole: what a worker runs on, and what `backout check` looks at. */
import { dirname, resolve } from 'node:path';
import type { HostSettings } from '../domain/hosts.ts';
import type { ApprovalSettings } from '../domain/approval/settings.ts';
import type { CustomerNoticeSettings } from '../domain/customer-notice/settings.ts';
import type { EventsSettings } from '../domain/events/settings.ts';
import type { EscalationSettings } from '../domain/escalation/settings.ts';
import type { FollowUpSettings } from '../domain/follow-up/settings.ts';
import type { SlackSettings } from '../domain/notification.ts';
import type { Service } from '../domain/service.ts';
import type { StatusPageSettings } from '../domain/status-page/settings.ts';
import type { StakeholderSettings } from '../domain/stakeholders.ts';
import type { Templates } from '../templates/write.ts';
import { unapprovable } from './approval-checks.ts';
import {
  oddities,
  sharedDatabases,
  sharedTargets,
  tightBudgets,
  unknownHosts,
  unknownReaders,
} from './cross-checks.ts';
import { impossibleEscalations } from './escalation-checks.ts';
import type { ConfigDocument } from './document.ts';
import { unreadableMigrations } from './migration-checks.ts';
import { requireConfigFile } from './find.ts';
import { problemsOf } from './issues.ts';
import { ConfigurationError } from './problems.ts';
import type { PlacedProblem, Problem } from './problems.ts';
import { readDocument } from './read.ts';
import { backoutFileSchema } from './schema.ts';
import type { BackoutFile, IncidentSettings, WorkerSettings } from './schema.ts';
import { findSecrets, missingSecrets } from './secrets.ts';
import { readTemplates } from './templates.ts';
import { resolveTemporal } from './temporal.ts';
import type { TemporalSettings, TemporalSources } from './temporal.ts';

export type BackoutConfig = {
  /** Absolute path of the file. */
  file: string;
  temporal: TemporalSettings;
  hosts: Record<string, HostSettings>;
  /** `directory` is absolute. */
  incidents: IncidentSettings;
  slack?: SlackSettings | undefined;
  stakeholders?: StakeholderSettings | undefined;
  customerNotice?: CustomerNoticeSettings | undefined;
  approvals?: ApprovalSettings | undefined;
  escalation?: EscalationSettings | undefined;
  statusPage?: StatusPageSettings | undefined;
  followUp?: FollowUpSettings | undefined;
  events?: EventsSettings | undefined;
  /** The files that were read from the folder `templates`. */
  templates?: Templates | undefined;
  worker: WorkerSettings;
  services: Record<string, Service>;
};

export type LoadOptions = {
  /** What `--config` says; else BACKOUT_CONFIG, ./backout.yaml, /etc/backout/backout.yaml. */
  path?: string | undefined;
  /** Overrides the file. */
  flags?: TemporalSources['flags'];
  env: NodeJS.ProcessEnv;
  /** Whether secrets must be there: they must for a worker, a client needs none. Default: true. */
  secrets?: boolean;
  /**
   * A rollback must not fail because nobody can be told of it, and what tells nobody not because of words: then what Slack
   * needs may be absent, and templates may be wrong. Default: false.
   */
  mayBeSilent?: boolean;
  /** A template that is wrong is left out: a worker that starts again in the night must not stop at a word. Default: `mayBeSilent`. */
  leavesTemplatesOut?: boolean;
};

type Checked = {
  config: BackoutConfig;
  /** Odd, but hinders nothing. */
  warnings: PlacedProblem[];
  /** Slack channels whose secret is not here, where it may be absent. */
  silent: PlacedProblem[];
  /** What is wrong with templates that are not used for it, where they may be wrong. */
  unusedTemplates: PlacedProblem[];
};

/** @throws ConfigurationError that lists every problem */
export async function loadConfig(options: LoadOptions): Promise<BackoutConfig> {
  return (await checkConfig(options)).config;
}

/** The same, with what is odd but hinders nothing. */
export async function checkConfig(options: LoadOptions): Promise<Checked> {
  const { file, place, ...remarks } = readConfig(options);
  const { templates, problems } = await readTemplates(file.content.templates, place);
  const { mayBeSilent = false, leavesTemplatesOut = mayBeSilent } = options;
  if (problems.length > 0 && !leavesTemplatesOut) throw new ConfigurationError(file.path, problems);
  return { config: { ...(await settle(file, options)), templates }, ...remarks, unusedTemplates: problems };
}

type ReadFile = { path: string; content: BackoutFile };
type Read = Omit<Checked, 'config' | 'unusedTemplates'> & { file: ReadFile; place: ConfigDocument['place'] };

function readConfig({ path, env, secrets = true, mayBeSilent = false }: LoadOptions): Read {
  const file = requireConfigFile({ path, env });
  const document = readDocument(file);
  const { content, problems } = validate(document);
  if (content === null) throw new ConfigurationError(file, sorted(problems));
  const placed = absolutePaths(content, dirname(file));
  const absent = secrets
    ? missingSecrets(findSecrets(backoutFileSchema, placed), env).map(document.place)
    : [];
  const silent = absent.filter((problem) => mayBeSilent && isTelling(problem));
  problems.push(...absent.filter((problem) => !silent.includes(problem)));
  if (problems.length > 0) throw new ConfigurationError(file, sorted(problems));
  return {
    file: { path: file, content: placed },
    place: document.place,
    warnings: sorted([...oddities(placed).map(document.place), ...document.marked]),
    silent: sorted(silent),
  };
}

/** `slack.incidents`, the password of `stakeholders`, a token of `followUp.tickets` or `events`, or a channel of `escalation`, of the file or of an environment: what only tells. */
function isTelling({ path }: Problem): boolean {
  return (
    path.at(-2) === 'slack' ||
    (path.at(-3) === 'slack' && path.at(-1) === 'token') ||
    path.includes('stakeholders') ||
    path.includes('customerNotice') ||
    path.includes('escalation') ||
    path.includes('statusPage') ||
    path.includes('tickets') ||
    path.at(-2) === 'events'
  );
}

/** The content with its defaults, or null when it is too wrong for that; and what is wrong. */
function validate({ value, place }: ConfigDocument): {
  content: BackoutFile | null;
  problems: PlacedProblem[];
} {
  const parsed = backoutFileSchema.safeParse(value ?? {});
  const problems: Problem[] = unknownHosts(value);
  if (!parsed.success) {
    problems.push(...problemsOf(parsed.error.issues, value ?? {}));
    return { content: null, problems: problems.map(place) };
  }
  problems.push(
    ...sharedTargets(parsed.data),
    ...sharedDatabases(parsed.data),
    ...unreadableMigrations(parsed.data),
    ...tightBudgets(parsed.data),
    ...unknownReaders(parsed.data),
    ...unapprovable(parsed.data),
    ...impossibleEscalations(parsed.data),
  );
  return { content: parsed.data, problems: problems.map(place) };
}

/** Relative paths start at the file, wherever the command is run. */
function absolutePaths(content: BackoutFile, directory: string): BackoutFile {
  const copy = structuredClone(content);
  copy.incidents.directory = resolve(directory, copy.incidents.directory);
  if (copy.templates !== undefined) copy.templates = resolve(directory, copy.templates);
  for (const { ref } of findSecrets(backoutFileSchema, copy)) {
    if ('file' in ref) ref.file = resolve(directory, ref.file);
  }
  return copy;
}

async function settle(
  { path, content }: ReadFile,
  { flags, env }: LoadOptions,
): Promise<Omit<BackoutConfig, 'templates'>> {
  const { version: _format, templates: _folder, temporal, ...rest } = content;
  return {
    file: path,
    ...rest,
    temporal: await resolveTemporal({ ...(flags === undefined ? {} : { flags }), file: temporal, env }),
  };
}

function sorted(problems: PlacedProblem[]): PlacedProblem[] {
  return problems.sort((a, b) => a.line - b.line || a.column - b.column);
}
