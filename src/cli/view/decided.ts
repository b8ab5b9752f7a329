/** What people have decided about a rollback, and what is still missing of it. */
import { keptRestores } from '../../domain/approval/kept.ts';
import { decidedSoFar } from '../../domain/approval/notes.ts';
import { seatLines } from '../../domain/approval/seats.ts';
import type { Approvals } from '../../domain/approval/state.ts';
import { describeAssurance } from '../../domain/approval/words.ts';
import type { DatabasePlan } from '../../domain/plan.ts';
import { dataSentence } from '../../domain/report/data.ts';
import { formatTime } from '../../domain/report/format.ts';
import { answeredSentence, lossWindow } from '../../domain/report/loss.ts';
import { oneLine } from '../../domain/report/plain.ts';
import type { RollbackStatus, TimelineEntry } from '../../domain/rollback.ts';

/** One line for each approval that is wanted, then what was decided. */
export function agreement(approvals: Approvals): string[] {
  const decided = decidedSoFar(approvals).filter(({ what }) => !/^Approved(:|$)/.test(what));
  return [
    ...seatLines(approvals).map((line) => `Approval by ${line}`),
    ...keptRestores(approvals),
    ...decided.map((entry) => `${entry.what}${who(entry)}, ${formatTime(entry.at)}`),
  ].map(oneLine);
}

function who({ by, assurance, key }: TimelineEntry): string {
  if (by === undefined) return '';
  if (assurance === undefined) return `, by ${by}`;
  return `, by ${by} (${describeAssurance({ assurance, ...(key === undefined ? {} : { key }) })})`;
}

/** Has the database been restored, and if not, from which backup it would be. */
export function restored(database: DatabasePlan, status: RollbackStatus): string {
  const sentence = dataSentence({ plan: { database }, status });
  if (database.alreadyRestored !== undefined) return oneLine(sentence);
  const isOpen = status.outcome === null && status.approvals.restoreDecision === null;
  if (!isOpen) return oneLine(sentence);
  const loss = `With ${database.backup} restored, ${lossWindow(database, status.loss)}`;
  return oneLine(`${sentence} ${loss} ${answeredSentence(status.loss)}`);
}
