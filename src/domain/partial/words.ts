/** A partial rollback in words: what it changes, and whether that was done. */
import type { Plan, StepName } from '../plan.ts';
import { enumerate } from '../report/plain.ts';
import type { StepState } from '../rollback.ts';
import { findStep, isDone } from '../report/steps.ts';
import type { StepsOf } from '../report/steps.ts';
import { isAlready } from './plan.ts';
import type { FileChange, FlagChange, PartialPlan } from './plan.ts';
import type { PartialEntry } from './record.ts';

/** `new-checkout off and configuration blue-env put back`. */
export function describeChanges({ restores, flags, files }: Omit<PartialPlan, 'restarts'>): string {
  return enumerate([
    ...flags.map(({ name, after }) => (restores ? `${name} back to ${after}` : `${name} ${after}`)),
    ...files.map(({ name }) =>
      restores ? `configuration ${name} as it was` : `configuration ${name} put back`,
    ),
  ]);
}

/** `new-checkout: on → off, feature new-checkout of Unleash …` */
export function describeFlag(flag: FlagChange): string {
  const change = isAlready(flag) ? `is ${flag.after} already` : `${flag.before} → ${flag.after}`;
  return `${flag.name}: ${change}, ${flag.where}`;
}

/** `blue-env: /srv/.env.blue becomes /srv/.env.blue.old`, then what differs. */
export function describeFile(change: FileChange): string[] {
  const { name, file, source, differences } = change;
  if (isAlready(change)) return [`${name}: ${file} is ${source} already`];
  return [
    `${name}: ${file} becomes ${source}; the file of now is kept beside it`,
    ...differences.map((line) => `  ${line}`),
  ];
}

/** @param kept where the file before is kept; null where none was replaced */
export function putBackProof(
  { file, source, after }: Pick<FileChange, 'file' | 'source' | 'after'>,
  kept: string | null,
): string {
  const before = kept === null ? 'it was so before' : `the file before is kept as ${kept}`;
  return `${file} is ${source} to the byte (SHA-256 ${after.slice(0, 12)}…); ${before}`;
}

/** The steps of a partial rollback that change something. */
const CHANGING = [
  'switch-flags',
  'put-back-configuration',
  'restart-application',
] as const satisfies readonly StepName[];

type PartialRecord = StepsOf & { plan: { partial?: PartialPlan } };

/** The steps that a partial rollback needs and that are not done; none for other kinds. */
export function undoneChanges(record: PartialRecord): StepName[] {
  if (record.plan.partial === undefined) return [];
  return CHANGING.filter((name) => {
    const step = findStep(record, name);
    return step !== null && step.state !== 'not-needed' && !isDone(step);
  });
}

/** Whole sentences: what of the flags and configuration is proved to be changed. Empty for other kinds. */
export function changesSentence(record: PartialRecord): string {
  const { partial } = record.plan;
  if (partial === undefined) return '';
  const { restores, flags, files } = partial;
  const back = restores ? 'as it was' : 'put back';
  return [
    sentence(
      'Flags',
      describeChanges({ restores, flags, files: [] }),
      findStep(record, 'switch-flags')?.state,
    ),
    sentence(
      'Configuration',
      enumerate(files.map(({ name }) => `${name} ${back}`)),
      findStep(record, 'put-back-configuration')?.state,
    ),
  ]
    .filter((words) => words !== '')
    .join(' ');
}

function sentence(subject: string, what: string, state: StepState | undefined): string {
  if (what === '') return '';
  switch (state) {
    case undefined:
    case 'not-needed':
      return '';
    case 'done':
    case 'already':
      return `${subject}: ${what}, proved.`;
    case 'pending':
    case 'not-reached':
      return `${subject} not changed yet: ${what} was planned.`;
    case 'running':
      return `${subject} being changed: ${what}.`;
    default:
      return `${subject} NOT proved changed: ${what} was planned, and may be done in part.`;
  }
}

type Named = Pick<Plan, 'service' | 'environment' | 'partial'>;

/** The command that does the same again, without its reason. */
export function startCommand({ service, environment, partial }: Named): string {
  const flags = partial?.flags.map(({ name }) => ` --flag ${name}`) ?? [];
  const files = partial?.files.map(({ name }) => ` --configuration ${name}`) ?? [];
  const restore = partial?.restores === true ? ' --restore' : '';
  return `backout rollback partial ${service} --env ${environment}${flags.join('')}${files.join('')}${restore} --reason …`;
}

/** The command that puts everything as it was before. */
export const restoreCommand = ({ service, environment }: Pick<Named, 'service' | 'environment'>): string =>
  `backout rollback partial ${service} --env ${environment} --restore --reason …`;

/** The command that puts only this as it was before. */
export function restoreCommandOf({
  entry: { kind, name },
  ...where
}: Pick<Named, 'service' | 'environment'> & { entry: Pick<PartialEntry, 'kind' | 'name'> }): string {
  const what = kind === 'flag' ? `--flag ${name}` : `--configuration ${name}`;
  return `backout rollback partial ${where.service} --env ${where.environment} --restore ${what} --reason …`;
}
