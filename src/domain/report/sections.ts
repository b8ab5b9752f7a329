/** The report's sections that are read first: what, how fast, how good, and who decided. */
import { decidedSoFar } from '../approval/notes.ts';
import { migrationLines } from '../migrations/words.ts';
import { describeRelease } from '../plan.ts';
import type { IncidentRecord, TimelineEntry } from '../rollback.ts';
import { lossCell } from './data.ts';
import { deadlineSentence, durationsOf, momentsOf } from './durations.ts';
import { formatDuration, formatTime } from './format.ts';
import { isRecovery, nounOf } from './kind.ts';
import { code, table, text } from './markdown.ts';
import { whyUnverified } from './outcome.ts';
import { findStep } from './steps.ts';

export function summarySection(record: IncidentRecord): string[] {
  const { plan, status } = record;
  const { request, continues } = plan;
  const rows: [string, string][] = [
    ['Outcome', `**${status.outcome ?? 'in progress'}**`],
    ['Severity', request.severity],
    ['Service', text(plan.service)],
    ['Environment', text(plan.environment)],
    ['Target', text(plan.target)],
    ...(isRecovery(record)
      ? [['What was broken', text(plan.recovery?.troubles.join(' ') ?? '')] as [string, string]]
      : [['From (faulty)', text(describeRelease(plan.from))] as [string, string]]),
    ['To', text(describeRelease(plan.to))],
    ['Reason', text(request.reason)],
    ['Requested by', `${text(request.requestedBy ?? 'somebody who gave no name')} (declared, not verified)`],
    ['Incident commander', text(request.incidentCommander ?? 'not named')],
    ['Customers affected', request.customerFacing ? 'yes' : 'no'],
    ['Data-loss window', text(lossCell(record))],
    ...(plan.migrations === undefined
      ? []
      : [
          ['Migrations', text(migrationLines(plan.migrations, describeRelease(plan.to)).join('; '))] as [
            string,
            string,
          ],
        ]),
    ['Kind', plan.kind],
    ['Plan', `${code(plan.hash)}, made ${formatTime(plan.madeAt)}`],
    ['Workflow', code(status.workflowId)],
    ...(continues === null
      ? []
      : [
          [
            'Continues',
            `what rollback ${code(continues.owner)} left ${text(continues.phase)} at ${formatTime(continues.at)}`,
          ] as [string, string],
        ]),
  ];
  return [
    '## Summary',
    '',
    ...table(['What', 'Value'], rows),
    ...(plan.warnings.length === 0
      ? []
      : ['', 'Warnings in the plan:', '', ...plan.warnings.map((warning) => `- ${text(warning)}`)]),
  ];
}

export function deadlineSection(record: IncidentRecord): string[] {
  const moments = momentsOf(record);
  const durations = durationsOf(moments);
  const at = (moment: string | null, missing: string) => (moment === null ? missing : formatTime(moment));
  const took = (milliseconds: number | null) => (milliseconds === null ? '–' : formatDuration(milliseconds));
  const rows = [
    ['Trouble detected', at(moments.detected, 'not given'), '–'],
    [
      `${isRecovery(record) ? 'Recovery' : 'Rollback'} started`,
      at(moments.started, ''),
      `${took(durations.detectionToStart)} after detection`,
    ],
    [
      isRecovery(record) ? 'Service proved to answer again' : 'Traffic proved off the faulty release',
      at(moments.trafficSafe, 'not proved'),
      sinceStart(durations.startToTrafficSafe),
    ],
    ...(isRecovery(record)
      ? []
      : [
          [
            'Faulty release stopped',
            at(moments.faultyStopped, 'not stopped'),
            sinceStart(durations.startToFaultyStopped),
          ],
        ]),
    ['Verified', at(moments.verified, 'not verified'), sinceStart(durations.startToVerified)],
    ['Outcome decided', at(moments.ended, 'not yet'), sinceStart(durations.total)],
  ].map(([what = '', when = '', duration = '']) => [what, when, duration.replace('– after detection', '–')]);
  return [
    '## Deadline and durations',
    '',
    deadlineSentence(record),
    '',
    ...table(['Moment', 'Time', 'Took'], rows),
    ...(durations.exposure === null
      ? []
      : [
          '',
          `Users may have met the ${isRecovery(record) ? 'outage' : 'faulty release'} for ${took(durations.exposure)}, from ${
            moments.detected === null
              ? `the start of the ${nounOf(record)} (detection was not given)`
              : 'detection'
          } until ${isRecovery(record) ? 'its end was proved' : 'traffic was proved off it'}.`,
        ]),
  ];
}

function sinceStart(milliseconds: number | null): string {
  return milliseconds === null ? '–' : `${formatDuration(milliseconds)} after the start`;
}

export function verificationSection(record: IncidentRecord): string[] {
  const step = findStep(record, 'verify');
  const verdict = step?.result?.verdict;
  if (verdict === undefined) {
    return ['## Verification', '', `**Not verified.** ${text(whyUnverified(record))}`];
  }
  const checks = verdict.checks.map(({ name, passed, detail }) => [
    passed ? 'passed' : '**FAILED**',
    text(name),
    text(detail),
  ]);
  const when = `from ${formatTime(verdict.startedAt)} to ${formatTime(verdict.finishedAt)}`;
  return [
    '## Verification',
    '',
    verdict.passed ? `**Passed**, ${when}.` : `**FAILED**, ${when}.`,
    '',
    ...table(['Result', 'Check', 'Seen'], checks),
  ];
}

/** Who acknowledged, decided and resolved, and what was refused. Empty when nobody sent anything. */
export function peopleSection({ status }: IncidentRecord): string[] {
  const { acknowledgements, resolution, refusedMessages, steps, approvals } = status;
  const decisions = decidedSoFar(approvals);
  const decided = steps.flatMap(({ decision }) => (decision === null ? [] : [decision]));
  const note = (words: string | undefined) => (words === undefined || words === '' ? '' : `: ${text(words)}`);
  const lines = [
    ...decisions.map((entry) => `- ${formatTime(entry.at)}: ${text(entry.what)}${said(entry)}`),
    ...acknowledgements.map(
      ({ at, by, note: words }) => `- ${formatTime(at)}: acknowledged by ${text(by)}${note(words)}`,
    ),
    ...decided.map(
      ({ at, by, decision, step, note: words }) =>
        `- ${formatTime(at)}: ${text(by)} decided **${decision}** for step ${text(step)}${note(words)}`,
    ),
    ...(resolution === null
      ? []
      : [
          `- ${formatTime(resolution.at)}: resolved by ${text(resolution.by)}: ${text(resolution.resolution)}`,
        ]),
  ];
  const refused = refusedMessages.map(
    ({ at, name, why }) => `- ${formatTime(at)}: ${text(name)}: ${text(why)}`,
  );
  return [
    ...(lines.length === 0 ? [] : ['## People', '', whatNamesAreWorth(decisions), '', ...lines]),
    ...(refused.length === 0
      ? []
      : [
          ...(lines.length === 0 ? [] : ['']),
          '## Refused messages',
          '',
          'They changed nothing.',
          '',
          ...refused,
        ]),
  ];
}

function whatNamesAreWorth(decisions: TimelineEntry[]): string {
  const isSigned = decisions.some(({ assurance }) => assurance === 'signed');
  return `Names are declared, not verified${isSigned ? ', but where a signature is named' : ''}.`;
}

function said({ by, assurance, key }: TimelineEntry): string {
  if (by === undefined) return '';
  if (assurance !== 'signed') return `, by ${text(by)}`;
  const signed = `signed${key === undefined ? '' : ` with the key ${text(key)}`}, and the signature verified`;
  return `, by ${text(by)} (${signed})`;
}
