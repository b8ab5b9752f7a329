/** All activities, made from what they need. The worker registers what this returns; workflows import only the type. */
import { CHANNELS } from '../src/domain/announcement-channels.ts';
import { assemblePlan } from './rollback/plan.ts';
import { withDatabaseHealth } from './rollback/verify-step.ts';
import { activity } from './rollback/activity.ts';
import { lookAtRollback, watchRollback } from './rollback/escalation.ts';
import { customerNoticeActivities } from './rollback/customer-notice.ts';
import { followUpActivities } from './rollback/follow-up.ts';
import { freezeActivities } from './rollback/freeze.ts';
import { databaseFindings } from './rollback/check-database.ts';
import { migrationFindings } from './rollback/check-migrations.ts';
import { chooseEnvironment, environmentSettings, escalationOf } from './rollback/services.ts';
import { removeOldRecords } from './rollback/records.ts';
import { diagnose, planRecovery, startDatabase } from './rollback/recover.ts';
import { orNameRecovery, orSayWhatIsDown, refuseWhileDown } from './rollback/what-is-down.ts';
import { inspectLock } from './rollback/lock.ts';
import { planMigrations, withMigrations } from './rollback/migrations.ts';
import { policyOf, signingFindings, verifyDecision } from './rollback/approvals.ts';
import { countLoss } from './rollback/loss.ts';
import { abandonRestore, prepareRestore, proveRestored, restoreDatabase } from './rollback/database.ts';
import { planDatabase } from './rollback/plan-database.ts';
import { abandonInPlace, prepareInPlace, proveInPlace, restoreInPlace } from './rollback/in-place.ts';
import {
  asResult,
  checkRelease,
  contextOf,
  driverOf,
  isEnded,
  remembering,
  sinkOf,
  verify,
} from './rollback/steps.ts';
import { sendEvent } from './events/send.ts';
import { tagFaulty } from './rollback/tag.ts';
import { partialFindings } from './rollback/partial/check.ts';
import { planPartial, refusePartialRequest } from './rollback/partial/plan.ts';
import {
  putBackConfiguration,
  restartChanged,
  settlePartial,
  switchFlags,
} from './rollback/partial/steps.ts';
import { botFindings, stakeholderFindings } from './notification/check.ts';
import { createNotifier } from './notification/notifier.ts';
import { ONLY_TELLS } from './outbound/failures.ts';
import { sendPage } from './paging/send-page.ts';
import { statusPageFindings } from './status-page/check.ts';
import { postPublicUpdate } from './status-page/post-update.ts';
import { pagingFindings, testPages } from './rollback/test-pages.ts';
import { writeReport } from './incident/report.ts';
import { ticketFindings } from './tickets/index.ts';
import { settleRestore } from './rollback/settle.ts';
import { createDriver } from './targets/index.ts';
import type { Deps } from './deps.ts';
import { NOTHING_CHANGED } from '../src/domain/failure.ts';
import { databaseOf } from '../src/domain/plan.ts';
import { REMOVES_RECORDS_ONLY } from '../src/domain/records/removal.ts';
import { pageDraft, updateDraft } from '../src/domain/templates/others.ts';
import { createWriter } from '../src/templates/write.ts';
import type { TargetReadiness } from '../src/domain/readiness.ts';
import type { Activities, StepInput } from './types.ts';

export function createActivities(deps: Deps): Activities {
  const write = createWriter(deps);
  const notifier = createNotifier({ env: deps.env, fetch: deps.fetch, write });
  return {
    resolveService: activity(async (request) => {
      const environment = chooseEnvironment(deps, request);
      const { taskQueue, slack, statusPage } = environmentSettings(deps, request);
      const escalation = escalationOf(deps, request);
      const { searchAttributes } = deps;
      return {
        service: request.service,
        environment,
        taskQueue: taskQueue ?? deps.taskQueue,
        searchAttributes,
        followsUp: deps.lives === 'temporal',
        channels: CHANNELS.filter((channel) => slack?.[channel] !== undefined),
        ...(deps.lives === 'process' ? { isEphemeral: true } : {}),
        ...(escalation === null ? {} : { escalation }),
        ...(statusPage === undefined ? {} : { statusPage }),
      };
    }),
    inspectLock: activity((input) => inspectLock(deps.client, input)),
    planRollback: activity(async (input, { signal }) => {
      const { kind, request, environment, rollback } = input;
      const settings = environmentSettings(deps, { service: request.service, environment });
      if (kind === 'partial') return await planPartial(deps, input, { config: settings, signal });
      refusePartialRequest(request);
      if (kind === 'recover') return await planRecovery(deps, input, { config: settings, signal });
      const config = kind === 'full' ? withDatabaseHealth(settings) : settings;
      const driver = createDriver(deps, { service: request.service, environment, config });
      const target = await driver.plan(request, {
        kind,
        rollback,
        isEnded: isEnded(deps, request.takeOver?.owner),
        signal,
      });
      const policy = policyOf(deps, { ...input, kind });
      const run = rollback.workflowId;
      const { from, to } = target;
      const faulty = { ...from, age: () => driver.age(from.name) };
      const database =
        kind === 'full'
          ? await orNameRecovery(request.service, () =>
              planDatabase(deps, { request, config, run, faulty, target, signal }),
            )
          : undefined;
      const migrations = await planMigrations(deps, { config, from, to, backup: database, signal });
      const plan = assemblePlan(input, {
        target,
        config,
        database,
        policy,
        madeAt: new Date().toISOString(),
      });
      return withMigrations(plan, migrations);
    }),
    verifyDecision: activity(
      (decision, { signal }) => verifyDecision(deps, decision, signal),
      'Traffic and data were not changed by this.',
    ),
    ...freezeActivities(deps),
    ...followUpActivities(deps),
    ...customerNoticeActivities(deps),
    captureBefore: activity(async (input, running) => {
      const sink = remembering(await sinkOf(deps, input));
      return asResult(await driverOf(deps, input).captureBefore(contextOf(deps, input, running), sink), sink);
    }),
    startPrevious: activity((input, running) =>
      orSayWhatIsDown(deps, { input, step: 'start-previous', running }, async () =>
        asResult(await driverOf(deps, input).startPrevious(contextOf(deps, input, running))),
      ),
    ),
    switchFlags: activity((input, running) => switchFlags(deps, input, running), FLAGS_UNSEEN),
    putBackConfiguration: activity(
      (input, running) => putBackConfiguration(deps, input, running),
      'Configuration files may have been put back. Traffic and data were not changed.',
    ),
    restartChanged: activity(
      (input, running) => restartChanged(deps, input, running),
      'A release may be stopped. Traffic and data were not changed by this step.',
    ),
    diagnose: activity((input, running) => diagnose(deps, input, running)),
    startDatabase: activity(
      (input, running) => startDatabase(deps, input, running),
      'PostgreSQL may have been started. Traffic and data were not changed by this step.',
    ),
    reviveApplication: activity(
      async (input, running) =>
        asResult(
          await driverOf(deps, input).reviveApplication({
            ...contextOf(deps, input, running),
            since: input.since,
          }),
        ),
      'The release may be stopped. Traffic and data were not changed by this step.',
    ),
    shiftTraffic: activity(async (input, running) =>
      asResult(await driverOf(deps, input).shiftTraffic(contextOf(deps, input, running))),
    ),
    captureLogs: activity(async (input, running) => {
      const sink = remembering(await sinkOf(deps, input));
      return asResult(await driverOf(deps, input).captureLogs(contextOf(deps, input, running), sink), sink);
    }),
    stopFaulty: activity(async (input, running) =>
      asResult(await driverOf(deps, input).stopFaulty(contextOf(deps, input, running))),
    ),
    checkRelease: activity((input, running) => checkRelease(deps, input, running)),
    prepareRestore: activity((input, running) =>
      orSayWhatIsDown(deps, { input, step: 'prepare-restore', running }, () =>
        (isInPlace(input) ? prepareInPlace : prepareRestore)(deps, input, running),
      ),
    ),
    countLoss: activity((input, running) => countLoss(deps, input, running)),
    proveRestored: activity(
      (input, running) => (isInPlace(input) ? proveInPlace : proveRestored)(deps, input, running),
      'Traffic and the live database were not changed by this.',
    ),
    stopApplication: activity(
      async (input, running) =>
        asResult(await driverOf(deps, input).stopApplication(contextOf(deps, input, running))),
      'Releases may be stopped by this step. Data was not changed.',
    ),
    restoreDatabase: activity(async (input, running) => {
      const driver = driverOf(deps, input);
      const context = contextOf(deps, input, running);
      const stop = async () => (input.keepStopped ? await driver.stopApplication(context) : undefined);
      const restored = isInPlace(input)
        ? await restoreInPlace(deps, input, { ...running, stop })
        : await restoreDatabase(deps, input, running);
      await driver.markLogs(context);
      return restored;
    }, 'The database is the one before, the restored one or, restored in place, out of reach with a whole safety copy beside it. Traffic was not changed.'),
    restartApplication: activity(async (input, running) => {
      const driver = driverOf(deps, input);
      const context = contextOf(deps, input, running);
      const restarted = asResult(await driver.restartApplication({ ...context, since: input.since }));
      await driver.markLogs(context);
      return restarted;
    }, 'The release returned to may be stopped. Traffic and data were not changed by this step.'),
    abandonRestore: activity((input, running) =>
      (isInPlace(input) ? abandonInPlace : abandonRestore)(deps, input, running),
    ),
    settleRestore: activity(
      (input, running) => settleRestore(deps, input, running),
      'Traffic and the live database were not changed by this.',
    ),
    verifyRelease: activity(async (input, running) => {
      const verified = await verify(deps, input, running);
      await refuseWhileDown(deps, { input, step: 'verify', running }, verified);
      return verified;
    }),
    releaseTarget: activity(async (input, running) => {
      await settlePartial(deps, input, running);
      await driverOf(deps, input).release(contextOf(deps, input, running), input.outcome);
      deps.onEnded(input.plan, input);
    }),
    writeReport: activity(async ({ record }, { signal }) => {
      const rollback = { ...record.status, requestedBy: record.plan.request.requestedBy ?? '' };
      const sink = await sinkOf(deps, { rollback });
      const { observe } = driverOf(deps, record);
      return {
        ...asResult(await writeReport({ record, sink, observe, signal, write })),
        incidentFolder: sink.folder,
      };
    }),
    tagFaulty: activity(
      (input, { signal }) => tagFaulty(deps, input, signal),
      'Traffic and data were not changed by this.',
    ),
    sendEvent: activity(
      (input, { signal }) => sendEvent(deps, input, signal),
      'Traffic and data were not changed by this: it only tells other systems.',
    ),
    checkTargets: activity((wanted) => checkTargets(deps, wanted)),
    announce: activity(notifier, ONLY_TELLS),
    testPages: activity(
      (input, running) => testPages(deps, input, running),
      'A test may have been sent. Traffic and data were not changed by this.',
    ),
    sendPage: activity(
      ({ channel, page }, { attempt, firstScheduledAt, signal }) =>
        sendPage(
          { channel, page: write(pageDraft(page)).message },
          { env: deps.env, fetch: deps.fetch, attempt, since: firstScheduledAt, signal },
        ),
      ONLY_TELLS,
    ),
    removeOldRecords: activity(
      (input, running) => removeOldRecords(deps, input, running),
      REMOVES_RECORDS_ONLY,
    ),
    postPublicUpdate: activity(async ({ update, ...input }, { signal }) => {
      const { message } = write(updateDraft(update));
      const outside = { env: deps.env, fetch: deps.fetch, signal };
      const posted = await postPublicUpdate({ ...input, update: message }, outside);
      return message.body === update.body ? posted : { ...posted, body: message.body };
    }, ONLY_TELLS),
    lookAtRollback: activity((run) => lookAtRollback(deps, run), NOTHING_CHANGED),
    watchRollback: activity((run, { signal }) => watchRollback(deps, run, signal), NOTHING_CHANGED),
  };
}

/** A tracker that hangs must not keep the rest from being told. */
const TICKETS_WITHIN_MS = 20_000;

const FLAGS_UNSEEN = 'Flags may have been switched. Traffic and data were not changed.';

const isInPlace = ({ plan }: StepInput): boolean => databaseOf(plan).strategy === 'in-place';

/** Could each of these be rolled back now? One that can't be looked at does not hide the others. */
export async function checkTargets(
  deps: Deps,
  wanted: { service?: string; environment?: string },
): Promise<TargetReadiness[]> {
  const names = wanted.service === undefined ? Object.keys(deps.services) : [wanted.service];
  const places = names.flatMap((service) => {
    const environments =
      wanted.environment === undefined && deps.services[service]
        ? Object.keys(deps.services[service].environments)
        : [chooseEnvironment(deps, { service, environment: wanted.environment })];
    return environments.map((environment) => ({ service, environment }));
  });
  return await Promise.all(
    places.map(async (place) => {
      const config = environmentSettings(deps, place);
      const driver = createDriver(deps, { ...place, config });
      const demanded = { environment: place.environment, hasDatabase: config.database !== undefined };
      const findings = await Promise.all([
        driver.check(),
        databaseFindings(deps, place, config),
        migrationFindings(deps, config),
        signingFindings(deps, demanded),
        partialFindings(deps, config),
        pagingFindings(deps, place),
        botFindings(deps, config.slack),
        statusPageFindings(deps, config.statusPage),
        stakeholderFindings(deps, config.stakeholders),
        ticketFindings(deps, config.followUp?.tickets, AbortSignal.timeout(TICKETS_WITHIN_MS)),
      ]);
      return { ...place, findings: findings.flat() };
    }),
  );
}
