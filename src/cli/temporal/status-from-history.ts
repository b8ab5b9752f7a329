/**
 * The status of a run of which no worker tells, as far as Temporal's history has it: what was planned, and each step that
 * came back with its proof. What people decided is not in it, only what they sent. Pure.
 */
import { emptyApprovals } from '../../domain/approval/state.ts';
import { freezeSentence, HOLDS } from '../../domain/freeze.ts';
import type { FreezeStatus, HoldName, HoldRecord } from '../../domain/freeze.ts';
import { STEPS } from '../../domain/plan.ts';
import type { Plan, PlanSummary, RunKind, StepName } from '../../domain/plan.ts';
import { trafficSentence } from '../../domain/report/traffic.ts';
import type { RollbackStatus, StepRecord, StepResult } from '../../domain/rollback.ts';
import type { HistoryActivity, RunHistory } from './history.ts';
import { STEP_OF } from './history-steps.ts';
import type { WORKFLOW_TYPES } from './start.ts';

/** `awaiting`, `approvals`, `acknowledgements`, `resolution` and `refusedMessages` are empty: they are not known. */
export function statusFromHistory(
  history: RunHistory,
  { workflowId, runId }: { workflowId: string; runId: string },
): RollbackStatus {
  const kind = kindOf(history.workflowType);
  const plan = planIn(history);
  const steps = plan === null ? [] : STEPS[kind].map((name) => recordOf(name, plan, history));
  const freeze = freezeIn(history);
  const frozen = freeze === null ? {} : { freeze };
  return {
    ...{ workflowId, runId, kind, plan, steps, ...frozen },
    phase: 'running',
    outcome: null,
    traffic:
      plan !== null
        ? trafficSentence({ plan: plan as Plan, status: { steps, ...frozen } })
        : freeze !== null
          ? freezeSentence(freeze)
          : 'Traffic was not changed by this: no plan was made yet.',
    awaiting: null,
    approvals: emptyApprovals(runId),
    acknowledgements: [],
    resolution: null,
    refusedMessages: [],
    incidentFolder: history.activities.findLast(hasFolder)?.result.incidentFolder ?? null,
    startedAt: history.startedAt,
    trafficSafeAt: null,
    endedAt: null,
  };
}

/** A freeze and its lift have no steps of their own. A type of a later version is read as the one with the most steps. */
const KIND_OF: Record<(typeof WORKFLOW_TYPES)[keyof typeof WORKFLOW_TYPES], RunKind> = {
  trafficOnlyRollback: 'traffic-only',
  fullRollback: 'full',
  partialRollback: 'partial',
  recoverService: 'recover',
  freezeService: 'full',
  unfreezeService: 'full',
};

const isKnown = (workflowType: string): workflowType is keyof typeof KIND_OF =>
  Object.hasOwn(KIND_OF, workflowType);

const kindOf = (workflowType: string): RunKind => (isKnown(workflowType) ? KIND_OF[workflowType] : 'full');

function planIn({ activities }: RunHistory): PlanSummary | null {
  const made = activities.findLast(({ name, state }) => name === 'planRollback' && state === 'done');
  if (made === undefined) return null;
  const { config: _frozen, ...summary } = made.result as Plan;
  return summary;
}

const isStepResult = (result: unknown): result is StepResult =>
  typeof result === 'object' && result !== null && 'proof' in result;

const hasFolder = (
  activity: HistoryActivity,
): activity is HistoryActivity & { result: { incidentFolder: string } } =>
  isStepResult(activity.result) && activity.result.incidentFolder !== undefined;

function recordOf(name: StepName, plan: PlanSummary, { activities }: RunHistory): StepRecord {
  const planned = plan.steps.find((step) => step.name === name);
  const rounds = activities.filter((activity) => STEP_OF[activity.name] === name && isOfStep(activity));
  const last = rounds.at(-1);
  const record: StepRecord = {
    name,
    title: planned?.title ?? name,
    state: planned?.notNeeded === undefined ? 'pending' : 'not-needed',
    startedAt: rounds[0]?.scheduledAt ?? null,
    finishedAt: last?.endedAt ?? null,
    rounds: rounds.length,
    result: null,
    failure: null,
    decision: null,
  };
  if (last === undefined) return record;
  const undone = name === 'restore-database' ? undoneIn(activities) : null;
  const { failure, result } = last;
  if (failure !== null) return { ...record, state: 'failed', failure, ...(undone ?? {}) };
  if (!isStepResult(result)) return { ...record, state: 'running' };
  return { ...record, state: result.outcome, result };
}

/** Messages are sent all along; only the one about the end is a step. */
const isOfStep = ({ name, input }: HistoryActivity): boolean =>
  name !== 'announce' || (input as { event?: unknown } | null)?.event === 'ended';

/** A restore that was taken back is as if it had not been. */
function undoneIn(activities: HistoryActivity[]): { undone: string } | null {
  const back = activities.findLast(({ name, state }) => name === 'abandonRestore' && state === 'done');
  const result = back?.result;
  return isStepResult(result) && result.live === 'before' ? { undone: result.proof } : null;
}

const HOLDING = { requests: 'holdRequests', writes: 'holdWrites' } as const satisfies Record<
  HoldName,
  string
>;
const LIFTING = { requests: 'liftRequests', writes: 'liftWrites' } as const satisfies Record<
  HoldName,
  string
>;

/** Null where nothing was held or lifted. */
function freezeIn({ activities, request, startedAt }: RunHistory): FreezeStatus | null {
  const holds = HOLDS.map((name) => holdIn(name, activities));
  const first = activities.find(({ name }) => name === HOLDING.requests || name === LIFTING.requests);
  if (first === undefined) return null;
  const asked = { ...(request as object), ...(first.input as object) } as Record<string, unknown>;
  const said = (name: string, otherwise: string) =>
    typeof asked[name] === 'string' ? asked[name] : otherwise;
  return {
    service: said('service', ''),
    environment: said('environment', ''),
    by: said('requestedBy', 'somebody who gave no name'),
    reason: said('reason', ''),
    since: startedAt,
    holds,
    decision: null,
    problem: null,
  };
}

function holdIn(name: HoldName, activities: HistoryActivity[]): HoldRecord {
  const last = activities.findLast((one) => one.name === HOLDING[name] || one.name === LIFTING[name]);
  if (last === undefined) return { name, state: 'pending', said: null, details: [], at: null };
  const { state, result, failure, endedAt: at } = last;
  if (state === 'open') return { name, state: 'working', said: null, details: [], at };
  if (failure !== null) return { name, state: 'failed', said: failure.message, details: [], at };
  if (!isStepResult(result))
    return { name, state: 'not-needed', said: 'No database is configured', details: [], at };
  const isHeld = last.name === HOLDING[name];
  return { name, state: isHeld ? 'held' : 'lifted', said: result.proof, details: result.details, at };
}
