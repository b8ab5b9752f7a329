/** The report's sections that are read first: what, how fast, how good, and who decided. */
import { decidedSoFar } from '../approval/notes.ts';
import { distinctBy } from '../distinct.ts';
import { migrationLines } from '../migrations/words.ts';
import { describeRelease } from '../plan.ts';
import type { IncidentRecord, TimelineEntry } from '../rollback.ts';
import { lossCell } from './data.ts';
import { deadlineSentence, durationsOf, exposedSince, exposedUntil, momentsOf } from './durations.ts';
import { formatDuration, formatTime } from './format.ts';
import { describeFile, describeFlag } from '../partial/words.ts';
import { isPartial, isRecovery } from './kind.ts';
import { code, table, text } from './markdown.ts';
import { whyUnverified } from './outcome.ts';
import { inOrder } from './sections-detail.ts';
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
    ...leftRows(record),
    [isPartial(record) ? 'Serves' : 'To', text(describeRelease(plan.to))],
    ['Reason', text(request.reason)],
    ['Requested by', `${text(request.requestedBy ?? 'somebody who gave no name')} (declared, not verified)`],
    ['Incident commander', text(request.incidentCommander ?? 'not named')],
    ['Customers affected', request.customerFacing ? 'yes (as given, or by default)' : 'no'],
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

/** What is left behind, was broken, or is changed. */
function leftRows({ plan }: IncidentRecord): [string, string][] {
  const { kind, recovery, partial, from } = plan;
  switch (kind) {
    case 'recover':
      return [['What was broken', text(recovery?.troubles.join(' ') ?? '')]];
    case 'partial':
      return [
        ...(partial?.flags.map((flag): [string, string] => ['Flag', text(describeFlag(flag))]) ?? []),
        ...(partial?.files.map((file): [string, string] => [
          'Configuration',
          text(describeFile(file).join('; ')),
        ]) ?? []),
      ];
    case 'traffic-only':
    case 'full':
      return [['From (faulty)', text(describeRelease(from))]];
  }
}

export function deadlineSection(record: IncidentRecord): string[] {
  const moments = momentsOf(record);
  const durations = durationsOf(moments);
  const at = (moment: string | null, missing: string) => (moment === null ? missing : formatTime(moment));
  const took = (milliseconds: number | null) => (milliseconds === null ? '–' : formatDuration(milliseconds));
  const isMoving = !isRecovery(record) && !isPartial(record);
  const safe = isRecovery(record) ? 'Service proved to answer again' : 'Service proved good';
  const rows = [
    ...(moments.released === null
      ? []
      : [['Faulty release went live, as given', formatTime(moments.released), '–']]),
    [
      'Trouble detected',
      at(moments.detected, 'not given'),
      durations.releaseToDetection === null ? '–' : `${took(durations.releaseToDetection)} after the release`,
    ],
    [
      `${isRecovery(record) ? 'Recovery' : 'Rollback'} started`,
      at(moments.started, ''),
      `${took(durations.detectionToStart)} after detection`,
    ],
    ...(moments.approvalAsked === null
      ? []
      : [
          [
            'Approved',
            at(moments.approved, 'not approved'),
            durations.askToApproval === null
              ? '–'
              : `${took(durations.askToApproval)} after it was asked for`,
          ],
        ]),
    ...(moments.requestsHeld === null
      ? []
      : [
          [
            'Requests proved to be held',
            formatTime(moments.requestsHeld),
            sinceStart(durations.startToRequestsHeld),
          ],
        ]),
    [
      isMoving ? 'Traffic proved off the faulty release' : safe,
      at(moments.trafficSafe, 'not proved'),
      sinceStart(durations.startToTrafficSafe),
    ],
    ...(isMoving
      ? [
          [
            'Faulty release stopped',
            at(moments.faultyStopped, 'not stopped'),
            sinceStart(durations.startToFaultyStopped),
          ],
        ]
      : []),
    ...databaseRows(record),
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
          `Users may have met the ${metOf(record)} for ${took(durations.exposure)}, from ${exposedSince(record)} until ${exposedUntil(record)}.`,
        ]),
  ];
}

/** Only where the plan restores a database. */
function databaseRows(record: IncidentRecord): string[][] {
  const { database } = record.plan;
  if (database === undefined) return [];
  if (database.alreadyRestored !== undefined) {
    const { run, at } = database.alreadyRestored;
    return [['Database restored', formatTime(at), `by ${text(run)}, before this rollback`]];
  }
  const moments = momentsOf(record);
  const durations = durationsOf(moments);
  const at = (moment: string | null, missing: string) => (moment === null ? missing : formatTime(moment));
  return [
    ['RESTORE typed', at(moments.restoreTyped, 'not typed'), sinceStart(durations.startToRestoreTyped)],
    [
      'Database restored',
      at(moments.databaseRestored, 'not restored'),
      sinceStart(durations.startToDatabaseRestored),
    ],
  ];
}

function metOf(record: IncidentRecord): string {
  if (isRecovery(record)) return 'outage';
  return isPartial(record) ? 'trouble' : 'faulty release';
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
  // A person decides once for a step that takes others with it; each of them keeps that decision.
  const decided = distinctBy(
    steps.flatMap(({ decision }) => (decision === null ? [] : [decision])),
    (decision) => JSON.stringify(decision),
  );
  const note = (words: string | undefined) => (words === undefined || words === '' ? '' : `: ${text(words)}`);
  const said = [
    ...decisions.map((entry) => ({ at: entry.at, words: `${text(entry.what)}${whoSaid(entry)}` })),
    ...acknowledgements.map(({ at, by, note: words }) => ({
      at,
      words: `acknowledged by ${text(by)}${note(words)}`,
    })),
    ...decided.map(({ at, by, decision, step, note: words }) => ({
      at,
      words: `${text(by)} decided **${decision}** for step ${text(step)}${note(words)}`,
    })),
    ...(resolution === null
      ? []
      : [
          {
            at: resolution.at,
            words: `resolved by ${text(resolution.by)}: ${text(resolution.resolution)}`,
          },
        ]),
  ];
  const lines = inOrder(said).map(({ at, words }) => `- ${formatTime(at)}: ${words}`);
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

function whoSaid({ by, assurance, key }: TimelineEntry): string {
  if (by === undefined) return '';
  if (assurance !== 'signed') return `, by ${text(by)}`;
  const signed = `signed${key === undefined ? '' : ` with the key ${text(key)}`}, and the signature verified`;
  return `, by ${text(by)} (${signed})`;
}
