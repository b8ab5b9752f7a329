/** A plan, for the person who decides about it. */
import { describeRelease } from '../../domain/plan.ts';
import type { ObservedRelease, PlannedStep, PlanSummary } from '../../domain/plan.ts';
import { formatDuration, formatShare, formatTime } from '../../domain/report/format.ts';
import { oneLine } from '../../domain/report/plain.ts';
import type { Colours } from '../io.ts';
import { databaseRows, migrationRows, minutes, partialRows, policyRows } from './agreement.ts';

export function renderPlan(plan: PlanSummary, colours: Colours): string {
  const { bold, dim, yellow } = colours;
  const { deadline, continues } = plan;
  const lines = [
    bold(
      `Plan ${plan.hash}: ${plan.kind === 'recover' ? 'recovery' : `${plan.kind} rollback`} of ${plan.service} in ${plan.environment}`,
    ),
    '',
    ...route(plan),
    `  Target    ${oneLine(plan.target)}`,
    `  Expected  ${formatDuration(plan.expectedSeconds * 1000)}`,
    `  Deadline  ${deadline.severity}: ${plan.kind === 'partial' ? 'service' : 'traffic'} safe by ${formatTime(deadline.at)} (${deadline.minutes} min after ${formatTime(deadline.from)})`,
    ...partialRows(plan),
    ...databaseRows(plan, colours),
    ...migrationRows(plan),
    ...policyRows(plan),
    '',
    bold(`Seen at ${formatTime(plan.observed.at)}`),
    ...plan.observed.releases.flatMap((release) => observed(release, colours)),
    ...plan.observed.notes.map((note) => `  ${dim(oneLine(note))}`),
    ...(continues === null
      ? []
      : [
          '',
          yellow(
            `Continues ${continues.owner}, which ended unfinished (${continues.phase}, ${formatTime(continues.at)}): ` +
              `from ${describeRelease(continues.from)} to ${describeRelease(continues.to)}.`,
          ),
        ]),
    ...(plan.warnings.length === 0
      ? []
      : ['', yellow('Warnings'), ...plan.warnings.map((warning) => yellow(`  - ${oneLine(warning)}`))]),
    '',
    bold('Steps'),
    ...plan.steps.flatMap((step, index) => planned(step, { number: index + 1, plan }, colours)),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** A recovery says what is broken, and moves traffic only where no release runs. */
function route({ from, to, recovery }: PlanSummary): string[] {
  const moves = from.name !== to.name;
  return [
    ...(recovery?.troubles ?? []).map((trouble) => `  Broken    ${oneLine(trouble)}`),
    ...(moves ? [`  From      ${describeRelease(from)}`] : []),
    `  ${moves ? 'To        ' : 'Serves    '}${describeRelease(to)}`,
  ];
}

function observed(release: ObservedRelease, { bold, red }: Colours): string[] {
  const { configured, answerShare, process, health } = release;
  const answers =
    answerShare === null ? 'who answers is unknown' : `gives ${formatShare(answerShare)} of answers`;
  const condition = health === 'unhealthy' ? red(health) : `health ${health}`;
  return [
    `  ${bold(describeRelease(release))}: ${configured} in the configuration, ${answers}, process ${process}, ${condition}`,
    `    ${oneLine(release.detail)}`,
  ];
}

function planned(
  step: PlannedStep,
  { number, plan }: { number: number; plan: PlanSummary },
  { dim }: Colours,
): string[] {
  const place = `${number}.`.padStart(4);
  if (step.notNeeded !== undefined)
    return [dim(`${place} ${step.name}: not needed, ${oneLine(step.notNeeded)}`)];
  const changes = step.changes === 'nothing' ? 'changes nothing' : `changes ${step.changes}`;
  return [
    `${place} ${step.name}: ${oneLine(step.title)} ${dim(`(${duration(step, plan)}; ${changes})`)}`,
    ...step.commands.map((command) => `       ${dim(oneLine(command))}`),
  ];
}

/** A person's time is not the machine's. */
function duration({ name, expectedSeconds, budgetSeconds }: PlannedStep, { policy }: PlanSummary): string {
  const limit = policy?.restore?.expiresMinutes;
  if (name === 'confirm-restore')
    return `a person’s time${limit === undefined ? '' : `, at most ${minutes(limit)}`}`;
  return `about ${formatDuration(expectedSeconds * 1000)}, at most ${formatDuration(budgetSeconds * 1000)}`;
}
