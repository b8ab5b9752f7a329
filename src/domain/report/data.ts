/** What has become of the data: the sentence that every message carries beside the one about traffic. */
import { databaseOf } from '../plan.ts';
import type { DatabasePlan } from '../plan.ts';
import type { IncidentRecord } from '../rollback.ts';
import { formatTime } from './format.ts';
import { isRecovery } from './kind.ts';
import { asSentence, enumerate } from './plain.ts';
import { findStep, isDone } from './steps.ts';
import type { StepsOf } from './steps.ts';

/** What of a record tells about data. */
type DataRecord = {
  plan: Pick<IncidentRecord['plan'], 'database'>;
  status: Pick<IncidentRecord['status'], 'steps'>;
};

const DATA_UNCHANGED = 'No data was changed.';

/** One or more whole sentences. Says that the database was restored only where that is proved. */
export function dataSentence(record: DataRecord): string {
  const step = findStep(record, 'restore-database');
  if (step === null || record.plan.database === undefined) return DATA_UNCHANGED;
  const { database, backup } = record.plan.database;
  if (step.undone !== undefined) return asSentence(upperFirst(step.undone));
  const isInPlace = record.plan.database.strategy === 'in-place';
  const unproved = isInPlace
    ? 'it is the one before, the restored one, or out of reach with a whole safety copy beside it.'
    : 'it is whole, and either the one before or the restored one.';
  switch (step.state) {
    case 'done':
    case 'already':
      return `${upperFirst(database)} is restored from ${backup}: ${lossWindow(record.plan.database)}`;
    case 'running':
      return isInPlace
        ? `${upperFirst(database)} is being restored in place from ${backup}; until that is done, nobody can connect to it.`
        : `${upperFirst(database)} is being restored from ${backup}; until that is proved it is whole, but may be either one.`;
    case 'waiting-for-decision':
    case 'failed':
    case 'aborted':
      return step.startedAt === null
        ? DATA_UNCHANGED
        : `Whether ${database} was restored is not proved: ${unproved}`;
    case 'skipped':
      return step.startedAt === null
        ? DATA_UNCHANGED
        : `Whether ${database} was restored is not proved, and the step was skipped.${isInPlace ? ` ${upperFirst(unproved)}` : ''}`;
    case 'pending':
    case 'not-needed':
    case 'not-reached':
      return DATA_UNCHANGED;
  }
}

/** Was a restore begun of which nobody knows whether it was done? Then nothing is proved good. */
export function isRestoreUnproved(record: StepsOf): boolean {
  const step = findStep(record, 'restore-database');
  return step !== null && step.startedAt !== null && !isDone(step) && step.undone === undefined;
}

/** Has the database been restored, as far as is proved? */
export function isRestored(record: IncidentRecord): boolean {
  const step = findStep(record, 'restore-database');
  return step !== null && isDone(step);
}

/** What a restore loses: one whole sentence. */
export function lossWindow(database: DatabasePlan): string {
  const { madeAt, madeAtSource, lastChangeAt, newerRows } = database;
  const source = madeAtSource === 'file time' ? ', by the time of its file' : '';
  const until =
    lastChangeAt === null
      ? ''
      : `; when the plan was made, the last change seen was at ${formatTime(lastChangeAt)}`;
  const rows = newerRows.flatMap(({ table, rows: count }) =>
    count === null
      ? [`an unknown number of rows of ${table}`]
      : count > 0
        ? [`${count} rows of ${table}`]
        : [],
  );
  const lost = rows.length === 0 ? '' : `; among them ${enumerate(rows)}`;
  return `what was written after ${formatTime(madeAt)}${source} is not in it${until}${lost}.`;
}

/** The value of "Data-loss window" in the report. */
export function lossCell(record: IncidentRecord): string {
  if (record.plan.database === undefined) {
    return isRecovery(record)
      ? 'none: a recovery starts the database, and changes no data'
      : 'none: a traffic-only rollback touches no database';
  }
  const window = upperFirst(lossWindow(databaseOf(record.plan)));
  return isRestored(record) ? window : `none: the database was not restored. Would it be: ${window}`;
}

const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
