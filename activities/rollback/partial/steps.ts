/** The steps of a partial rollback: what was before is noted on the target first, then it is changed, then read back. */
import { BackoutFailure } from '../../../src/domain/failure.ts';
import { partialOf } from '../../../src/domain/partial/plan.ts';
import type { FileChange, FlagChange } from '../../../src/domain/partial/plan.ts';
import { fileEntry, flagEntry } from '../../../src/domain/partial/record.ts';
import type { ConfigFile, FlagSettings } from '../../../src/domain/partial/settings.ts';
import { putBackProof } from '../../../src/domain/partial/words.ts';
import { describeRelease } from '../../../src/domain/plan.ts';
import { enumerate } from '../../../src/domain/report/plain.ts';
import { isSuccess } from '../../../src/domain/rollback.ts';
import type { Outcome, StepResult } from '../../../src/domain/rollback.ts';
import type { Deps } from '../../deps.ts';
import { createFiles } from '../../files/driver.ts';
import type { StepInput } from '../../types.ts';
import type { Running } from '../activity.ts';
import { contextOf, driverOf } from '../steps.ts';
import { requireCheck } from './check-flag.ts';
import { changedSince, openFlag } from './flags.ts';
import { openLedger } from './ledger.ts';
import type { Ledger } from './ledger.ts';

type Done = { outcome: 'done' | 'already'; proof: string };

/** Switches every flag of the plan, in order; each is read back before the next is touched. */
export async function switchFlags(deps: Deps, input: StepInput, running: Running): Promise<StepResult> {
  const { flags } = partialOf(input.plan);
  const ledger = await openLedger(deps, { input, running, step: 'switch-flags' });
  return await inOrder(flags, running, async (change) => {
    const settings = known<FlagSettings>(input.plan.config.flags, change.name);
    return await switchFlag(deps, input, { change, settings, ledger, signal: running.signal });
  });
}

/** Puts every file of the plan back, in order. */
export async function putBackConfiguration(
  deps: Deps,
  input: StepInput,
  running: Running,
): Promise<StepResult> {
  const { files } = partialOf(input.plan);
  const ledger = await openLedger(deps, { input, running, step: 'put-back-configuration' });
  return await inOrder(files, running, async (change) => {
    known<ConfigFile>(input.plan.config.configFiles, change.name);
    return await putBackFile(deps, input, { change, ledger, signal: running.signal });
  });
}

/** Restarts those of the plan; one that was started after `since` is left alone. */
export async function restartChanged(
  deps: Deps,
  input: StepInput & { since: string },
  running: Running,
): Promise<StepResult> {
  const { plan, since } = input;
  const driver = driverOf(deps, input);
  const done: Done[] = [];
  for (const release of partialOf(plan).restarts) {
    const isRestarted = await wasRestarted(deps, input, { release: release.name, running });
    const context = { ...contextOf(deps, input, running), to: release, since: isRestarted ? EVER : since };
    const isAlone = plan.observed.releases.filter(({ configured }) => configured === 'active').length === 1;
    const isServing = release.name === plan.to.name && isAlone;
    // Requests through nginx prove nothing of a release that does not get all of them.
    const { outcome, details } = await (isServing
      ? driver.restartApplication(context)
      : driver.reviveApplication(context));
    const how = isServing ? ', is healthy, and answers through nginx' : ' and is healthy';
    done.push({
      outcome,
      proof: [`${describeRelease(release)} was started after the change${how}`, ...details].join('; '),
    });
  }
  // What the old process wrote as it ended is not the fault of the new one.
  await (await openLedger(deps, { input, running, step: 'restart-application' })).markLogs();
  return resultOf(done);
}

/** Whatever runs was started after that. */
const EVER = new Date(0).toISOString();

/**
 * Told by the numbers of its processes, noted on the target before the first of them was ended: how long a process has run says
 * little to a try that comes long after it was scheduled.
 */
async function wasRestarted(
  deps: Deps,
  input: StepInput,
  { release, running }: { release: string; running: Running },
): Promise<boolean> {
  const pids = await driverOf(deps, input).processIds(release);
  const ledger = await openLedger(deps, { input, running, step: 'restart-application' });
  const noted = await ledger.beginRestart(release, pids);
  return pids.length > 0 && !pids.some((pid) => noted.includes(pid));
}

/** Notes on the target that a rollback has ended well: what it changed is done, or put back and forgotten. */
export async function settlePartial(
  deps: Deps,
  input: StepInput & { outcome: Outcome },
  running: Running,
): Promise<void> {
  if (input.plan.partial === undefined || !isSuccess(input.outcome)) return;
  const ledger = await openLedger(deps, { input, running, step: 'settle' });
  await ledger.settle(input.plan.partial);
}

type Switch = { change: FlagChange; settings: FlagSettings; ledger: Ledger; signal: AbortSignal };

async function switchFlag(
  deps: Deps,
  { plan }: StepInput,
  { change, settings, ledger, signal }: Switch,
): Promise<Done> {
  const { name, before, after, where } = change;
  const { restores } = partialOf(plan);
  const flag = openFlag(deps, plan.config, { name, settings });
  const { value: now } = await flag.read(signal);
  if (now !== after) {
    if (now !== before) throw changedSince(where, { before, now });
    await ledger.begin({
      kind: 'flag',
      name,
      where,
      ...(restores ? { before: after, after: before } : { before, after }),
    });
    const { guard, keptPath: kept } = ledger;
    await flag.write(after, { before, guard, kept, signal });
    const { value: read } = await flag.read(signal);
    if (read !== after) throw notProved(`${where} was switched to ${after}, but still reads ${read}.`);
  }
  const seen = restores ? '' : await requireCheck(deps, plan.config, { settings, name, signal });
  const isOurs = flagEntry(ledger.record, name)?.by === ledger.owner;
  return {
    outcome: now !== after || isOurs ? 'done' : 'already',
    proof: `${name} is ${after}, read back from ${where}${seen}`,
  };
}

type PutBack = { change: FileChange; ledger: Ledger; signal: AbortSignal };

async function putBackFile(
  deps: Deps,
  { plan }: StepInput,
  { change, ledger, signal }: PutBack,
): Promise<Done> {
  const { name, file, source, before, after } = change;
  const { restores } = partialOf(plan);
  const files = createFiles(deps.hosts.get(plan.config.target.host));
  const present = await files.read(file, signal);
  if (present.sha256 !== after) {
    if (present.sha256 !== before) throw fileChanged(file);
    const next = await files.read(source, signal);
    if (next.sha256 !== after) throw fileChanged(source);
    const kept = ledger.keptPath(present.realPath);
    const earlier = fileEntry(ledger.record, name);
    await ledger.begin({
      kind: 'configuration',
      name,
      file,
      // The way back leads to what was before the first change, and not to what that has put there.
      ...(restores && earlier !== null
        ? { kept: earlier.kept, before: earlier.before, after: earlier.after }
        : { kept, before, after }),
    });
    await files.replace({ file: { ...present, path: file }, bytes: next.bytes, kept, guard: ledger.guard });
    const { sha256 } = await files.read(file, signal);
    if (sha256 !== after) throw fileChanged(file);
  }
  // By this try or an earlier one of this rollback.
  const isReplaced = present.sha256 !== after || fileEntry(ledger.record, name)?.by === ledger.owner;
  return {
    outcome: isReplaced ? 'done' : 'already',
    proof: putBackProof(change, isReplaced ? ledger.keptPath(present.realPath) : null),
  };
}

/** One after the other. A failure in the middle says what was changed by then and what was not. */
async function inOrder<Change extends { name: string }>(
  changes: Change[],
  { heartbeat }: Running,
  perform: (change: Change) => Promise<Done>,
): Promise<StepResult> {
  const done: Done[] = [];
  for (const [index, change] of changes.entries()) {
    heartbeat(`${change.name}, ${index + 1} of ${changes.length}`);
    try {
      done.push(await perform(change));
    } catch (error) {
      throw changes.length > 1 && error instanceof BackoutFailure
        ? sayingWhatIsDone(error, {
            done: changes.slice(0, index),
            left: changes.slice(index + 1),
            failed: change,
          })
        : error;
    }
  }
  return resultOf(done);
}

type SoFar = { done: { name: string }[]; failed: { name: string }; left: { name: string }[] };

function sayingWhatIsDone(error: BackoutFailure, { done, failed, left }: SoFar): BackoutFailure {
  const names = (all: { name: string }[]) => enumerate(all.map(({ name }) => name)) || 'nothing';
  const { what, changed, next } = error.parts;
  return new BackoutFailure(
    error.type,
    {
      what: `${failed.name}: ${what}`,
      changed: `Done by then: ${names(done)}. Not begun: ${names(left)}. ${changed}`,
      next,
    },
    { cause: error },
  );
}

function resultOf(done: Done[]): StepResult {
  const [first = '', ...others] = done.map(({ proof }) => proof);
  return {
    outcome: done.some(({ outcome }) => outcome === 'done') ? 'done' : 'already',
    proof: [first, ...others].join('; '),
    details: [],
    provedAt: new Date().toISOString(),
  };
}

/** The plan's own frozen settings. */
function known<Settings>(all: Record<string, Settings> | undefined, name: string): Settings {
  const found = all?.[name];
  if (found === undefined) throw new Error(`the plan's configuration has no ${name}`);
  return found;
}

function notProved(what: string): BackoutFailure {
  return new BackoutFailure('FlagNotProved', {
    what,
    changed: 'The flag may have been switched. Traffic and data were not changed.',
    next: 'Backout tries again by itself. See who else switches it.',
  });
}

function fileChanged(file: string): BackoutFailure {
  return new BackoutFailure('FileChanged', {
    what: `${file} is not as it was when the plan was made: somebody has changed it since.`,
    changed: 'It was not changed by this. Traffic and data were not changed.',
    next: 'See who changed it and why. `abort`, and start again with a plan of the file as it is now; or `skip` this step.',
  });
}
