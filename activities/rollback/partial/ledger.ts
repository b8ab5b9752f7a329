/** What a partial rollback notes on its target, under the target's lock, before it changes anything there. */
import { parsePartial, settled, withEntry } from '../../../src/domain/partial/record.ts';
import type { FileEntry, FlagEntry, PartialRecord } from '../../../src/domain/partial/record.ts';
import { partialOf } from '../../../src/domain/partial/plan.ts';
import type { PartialPlan } from '../../../src/domain/partial/plan.ts';
import type { Deps } from '../../deps.ts';
import type { Guard } from '../../lock/lock.ts';
import type { StepInput } from '../../types.ts';
import { markLogs } from '../../verification/log-errors.ts';
import type { Running } from '../activity.ts';
import { contextOf, driverOf } from '../steps.ts';

type Begun = Omit<FlagEntry, 'by' | 'at' | 'phase'> | Omit<FileEntry, 'by' | 'at' | 'phase'>;

export type Ledger = {
  guard: Guard;
  /** The rollback's workflow ID. */
  owner: string;
  /** As it stands on the target now. */
  readonly record: PartialRecord;
  /** Under which name a file of now is kept: the same for every try of a rollback. */
  keptPath(path: string): string;
  /** Notes how a thing is before it is touched. What was before the first try of this rollback stays noted. */
  begin(entry: Begun): Promise<void>;
  /**
   * Notes the processes of a release before it is restarted. What the first try of this rollback has noted stays.
   * @returns those that were noted
   */
  beginRestart(release: string, pids: number[]): Promise<number[]>;
  /** From now on the log errors of the release that serves count. */
  markLogs(): Promise<void>;
  settle(plan: PartialPlan): Promise<void>;
};

export async function openLedger(
  deps: Deps,
  { input, running, step }: { input: StepInput; running: Running; step: string },
): Promise<Ledger> {
  const driver = driverOf(deps, input);
  const { plan, rollback } = input;
  const owner = rollback.workflowId;
  const changing = await driver.beginChange(contextOf(deps, input, running), step);
  let record = parsePartial(changing.record);
  const write = async (next: PartialRecord) => {
    await changing.write(JSON.stringify(next));
    record = next;
  };
  const marked = async (): Promise<PartialRecord> => {
    const { logFiles, host } = await driver.verificationTargets(plan.to);
    return {
      ...record,
      logs: { by: owner, marks: await markLogs(deps.hosts.get(host), logFiles, running.signal) },
    };
  };
  return {
    guard: changing.guard,
    owner,
    get record() {
      return record;
    },
    keptPath: (path) => `${path}.backout-${stamp(rollback.startedAt)}`,
    begin: async (begun) => {
      const phase = partialOf(plan).restores ? ('restoring' as const) : ('changing' as const);
      const entry = { ...begun, by: owner, at: new Date().toISOString(), phase };
      await write(withEntry(record.logs?.by === owner ? record : await marked(), entry));
    },
    beginRestart: async (release, pids) => {
      const processes = record.restarts?.by === owner ? record.restarts.processes : {};
      const noted = processes[release];
      if (noted !== undefined) return noted;
      await write({ ...record, restarts: { by: owner, processes: { ...processes, [release]: pids } } });
      return pids;
    },
    markLogs: async () => await write(await marked()),
    settle: async (partial) => await write(settled(record, partial)),
  };
}

/** `20261121-041500` */
function stamp(iso: string): string {
  return new Date(iso).toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
}
