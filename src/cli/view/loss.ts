/** What a person reads before typing RESTORE. */
import { describeRelease } from '../../domain/plan.ts';
import { dataSentence } from '../../domain/report/data.ts';
import { answeredSentence } from '../../domain/report/loss.ts';
import { asSentence, clean } from '../../domain/report/plain.ts';
import type { Planned } from '../answering.ts';
import type { Colours } from '../io.ts';
import { databaseRows, migrationRows } from './agreement.ts';

/** The database, the backup and its time, what would be lost, and where traffic and data are now. */
export function renderLoss(status: Planned, colours: Colours): string {
  const { plan, traffic } = status;
  const lines = [
    colours.bold(
      `${plan.service} in ${plan.environment}: ${describeRelease(plan.from)} → ${describeRelease(plan.to)}, plan ${plan.hash}`,
    ),
    '',
    ...databaseRows(plan, colours, status.loss),
    ...migrationRows(plan),
    '',
    `${asSentence(clean(traffic))} ${dataSentence({ plan, status })} ${answeredSentence(status.loss)}`.trim(),
  ];
  return lines.map((line) => `${line}\n`).join('');
}
