/** What a restore loses, in words: as planned, or as counted since. */
import type { Loss } from '../loss.ts';
import type { DatabasePlan } from '../plan.ts';
import { formatTime } from './format.ts';
import { asSentence, enumerate, oneLine } from './plain.ts';

/** One whole sentence. `loss` is the last count; without one, what the plan says is said. */
export function lossWindow(database: DatabasePlan, loss?: Loss): string {
  const { backup, madeAt, madeAtSource, alreadyRestored } = database;
  if (alreadyRestored !== undefined) {
    const { at, run } = alreadyRestored;
    return (
      `restored already by ${run} at ${formatTime(at)} from ${backup}, made at ${formatTime(madeAt)}; what was lost then, and who typed RESTORE, ` +
      `stands in that run's record. Nothing more is lost by this rollback: what was written since is kept.`
    );
  }
  const source = madeAtSource === 'file time' ? ', by the time of its file' : '';
  const counted = loss === undefined ? asPlanned(database) : asCounted(database, loss);
  return `what was written after ${formatTime(madeAt)}${source} is not in it${counted}.`;
}

function asPlanned({ lastChangeAt, newerRows }: DatabasePlan): string {
  const until =
    lastChangeAt === null
      ? ''
      : `; when the plan was made, the last change seen was at ${formatTime(lastChangeAt)}`;
  const rows = describeRows(newerRows);
  return `${until}${rows.length === 0 ? '' : `; among them ${enumerate(rows)}`}`;
}

function asCounted({ newerRows: planned }: DatabasePlan, loss: Loss): string {
  const { at, isFinal, newerRows, lastChangeAt, problem } = loss;
  const when = `counted at ${formatTime(at)}${isFinal ? ', after the last write' : ''}`;
  if (problem !== null) {
    const before = describeRows(planned);
    const then = before.length === 0 ? '' : `; when the plan was made: ${enumerate(before)}`;
    return `; how much that is is unknown: it could not be ${when} (${oneLine(problem).replace(/\.$/, '')})${then}`;
  }
  if (newerRows.length === 0) return '';
  const rows = describeRows(newerRows);
  const last = lastChangeAt === null ? '' : `, the last written at ${formatTime(lastChangeAt)}`;
  return `; ${when}: ${rows.length === 0 ? 'no newer rows' : `${enumerate(rows)}${last}`}`;
}

/** ` (15 rows of orders)`, of the last count; nothing where none was counted. */
export function countedRows(database: DatabasePlan, loss: Loss | undefined): string {
  const rows = describeRows(loss?.newerRows ?? database.newerRows);
  return rows.length === 0 ? '' : ` (${enumerate(rows)})`;
}

const describeRows = (newerRows: DatabasePlan['newerRows']): string[] =>
  newerRows.flatMap(({ table, rows }) => {
    if (rows === null) return [`an unknown number of rows of ${table}`];
    return rows > 0 ? [`${rows} rows of ${table}`] : [];
  });

/** Does the database answer, while a person is awaited who lets it be replaced? A whole sentence, or nothing. */
export function answeredSentence(loss: Loss | undefined): string {
  if (loss === undefined || loss.isFinal) return '';
  const { problem, at, answeredAt } = loss;
  if (problem === null) return `The database last answered at ${formatTime(at)}.`;
  const last = answeredAt === null ? '' : ` It last answered at ${formatTime(answeredAt)}.`;
  return `The database did not answer at ${formatTime(at)}: ${asSentence(oneLine(problem))}${last}`;
}
