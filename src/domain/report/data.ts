/** What has become of the data: the sentence that every message carries beside the one about traffic. */
import { databaseOf } from '../plan.ts';
import type { DatabasePlan } from '../plan.ts';
import type { IncidentRecord } from '../rollback.ts';
import { formatTime } from './format.ts';
import { isRecovery } from './kind.ts';
import { lossWindow } from './loss.ts';
import { asSentence, upperFirst } from './plain.ts';
import { findStep, isDone } from './steps.ts';
import type { StepsOf } from './steps.ts';

/** What of a record tells about data. */
type DataRecord = {
  plan: Pick<IncidentRecord['plan'], 'database'>;
  status: Pick<IncidentRecord['status'], 'steps' | 'loss'>;
};

const DATA_UNCHANGED = 'No data was changed.';

/** One or more whole sentences. Says that the database was restored only where that is proved. */
export function dataSentence(record: DataRecord): string {
  const step = findStep(record, 'restore-database');
  if (step === null || record.plan.database === undefined) return DATA_UNCHANGED;
  const { database, backup, alreadyRestored } = record.plan.database;
  if (alreadyRestored !== undefined) return whereRestoredAlready(record.plan.database, isDone(step));
  if (step.undone !== undefined) return asSentence(upperFirst(step.undone));
  const isInPlace = record.plan.database.strategy === 'in-place';
  const unproved = isInPlace
    ? 'it is the one before, the restored one, or out of reach with a whole safety copy beside it.'
    : 'it is whole, and either the one before or the restored one.';
  switch (step.state) {
    case 'done':
    case 'already':
      return `${upperFirst(database)} is restored from ${backup}: ${lossWindow(record.plan.database, record.status.loss)}`;
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

/** Nothing is restored: it has been before. */
function whereRestoredAlready(
  { database, backup, alreadyRestored }: DatabasePlan,
  isProved: boolean,
): string {
  if (alreadyRestored === undefined) throw new Error('nothing has been restored already');
  const { run, at } = alreadyRestored;
  const proof = isProved ? '' : ' That this still stands is not proved.';
  return `No data was changed by this rollback: ${run} restored ${database} from ${backup} already at ${formatTime(at)}, and what was written since is kept.${proof}`;
}

/** Was a restore begun of which nobody knows whether it was done? Then nothing is proved good. */
export function isRestoreUnproved(record: StepsOf): boolean {
  const step = findStep(record, 'restore-database');
  return step !== null && step.startedAt !== null && !isDone(step) && step.undone === undefined;
}

/** Has this rollback restored the database, as far as is proved? */
export function isRestored(record: IncidentRecord): boolean {
  if (record.plan.database?.alreadyRestored !== undefined) return false;
  const step = findStep(record, 'restore-database');
  return step !== null && isDone(step);
}

/** The value of "Data-loss window" in the report. */
export function lossCell(record: IncidentRecord): string {
  if (record.plan.database === undefined) {
    if (isRecovery(record)) return 'none: a recovery starts the database, and changes no data';
    return `none: a ${record.plan.kind} rollback touches no database`;
  }
  const window = lossWindow(databaseOf(record.plan), record.status.loss);
  if (record.plan.database.alreadyRestored !== undefined) return upperFirst(window);
  return isRestored(record)
    ? upperFirst(window)
    : `none: the database was not restored. Of the backup that was planned: ${window}`;
}
