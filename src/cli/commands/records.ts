/** `backout records`: which incident folders are old enough to go, and which stay all the same. */
import { recordsScheduleId } from '../../domain/records/schedule.ts';
import { EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import type { GlobalOptions } from '../program.ts';
import { withTemporal } from '../temporal/connect.ts';
import { askOldRecords } from '../temporal/old-records.ts';
import { renderOldRecords } from '../view/old-records.ts';

export type RecordsOptions = GlobalOptions & { taskQueue?: string; json?: boolean };

/** Removes nothing. Exits with 1 when a folder can't be judged. */
export async function records(options: RecordsOptions, io: Io): Promise<number> {
  const { taskQueue, json = false } = options;
  return await withTemporal(options, io, async (session) => {
    const found = await askOldRecords(session, { taskQueue, interrupt: io.signal });
    const schedule = recordsScheduleId(taskQueue ?? session.settings.taskQueue);
    io.out(json ? `${JSON.stringify(found, null, 2)}\n` : renderOldRecords(found, schedule));
    return found.problems.length > 0 ? EXIT.failed : EXIT.ok;
  });
}
