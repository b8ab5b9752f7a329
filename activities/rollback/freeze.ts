/** Freezing a service, and lifting that: requests before it, writes of its database. Each is safe to run again. */
import type { StepResult } from '../../src/domain/rollback.ts';
import { freezeDraft } from '../../src/domain/templates/announcements.ts';
import { createWriter } from '../../src/templates/write.ts';
import type { Deps } from '../deps.ts';
import { writeFreezeReport } from '../incident/freeze-report.ts';
import { sendAnnouncement } from '../notification/notifier.ts';
import { ONLY_TELLS } from '../outbound/failures.ts';
import { createPostgres } from '../postgres/client.ts';
import { freeze, thaw } from '../postgres/restore/freeze.ts';
import type { FreezeJob } from '../postgres/restore/freeze.ts';
import type { FreezeContext } from '../targets/driver.ts';
import { createDriver } from '../targets/index.ts';
import type { Activities, FreezeInput } from '../types.ts';
import { activity } from './activity.ts';
import type { Running } from './activity.ts';
import { environmentSettings } from './services.ts';
import { asResult, isEnded, sinkOf } from './steps.ts';

type FreezeActivities = Pick<
  Activities,
  'holdRequests' | 'holdWrites' | 'liftRequests' | 'liftWrites' | 'announceFreeze' | 'writeFreezeReport'
>;

const MAY_BE_HELD = 'Requests or writes may be held by this step; no data was changed.';
const MAY_BE_LIFTED = 'Requests or writes may be let through by this step; no data was changed.';
/** As for a restore's attempts: hundredths of a second since 1970. */
const TOKEN_UNIT_MS = 10;

export function freezeActivities(deps: Deps): FreezeActivities {
  const write = createWriter(deps);
  return {
    holdRequests: activity(
      async (input, running) =>
        asResult(await driverOf(deps, input).holdRequests(contextOf(deps, input, running))),
      MAY_BE_HELD,
    ),
    liftRequests: activity(
      async (input, running) =>
        asResult(await driverOf(deps, input).liftRequests(contextOf(deps, input, running))),
      MAY_BE_LIFTED,
    ),
    holdWrites: activity((input, running) => holdWrites(deps, input, running), MAY_BE_HELD),
    liftWrites: activity((input, running) => liftWrites(deps, input, running), MAY_BE_LIFTED),
    writeFreezeReport: activity(async (record) => {
      const sink = await sinkOf(deps, { rollback: record.ref });
      return { ...asResult(await writeFreezeReport(record, sink)), incidentFolder: sink.folder };
    }, 'Traffic and data were not changed by this.'),
    announceFreeze: activity(async ({ channel, ...message }, running) => {
      const { slack } = environmentSettings(deps, message.freeze);
      const { message: announcement, problem } = write(freezeDraft(message, channel));
      await sendAnnouncement(deps, { channel, slack, announcement, head: announcement }, running);
      return proved(
        'done',
        `Slack took the message for the ${channel} channel (freeze ${message.moment})`,
        problem === null ? [] : [problem],
      );
    }, ONLY_TELLS),
  };
}

/** @returns null when the service has no database */
async function holdWrites(deps: Deps, input: FreezeInput, running: Running): Promise<StepResult | null> {
  const postgres = openDatabase(deps, input);
  if (postgres === null) return null;
  const { already, warnings } = await freeze(postgres, jobOf(deps, input, running));
  return proved(
    already ? 'already' : 'done',
    `${postgres.describe()} refused a write of a new session, and all sessions from before are ended`,
    warnings,
  );
}

async function liftWrites(deps: Deps, input: FreezeInput, running: Running): Promise<StepResult | null> {
  const postgres = openDatabase(deps, input);
  if (postgres === null) return null;
  const { held, warnings } = await thaw(postgres, jobOf(deps, input, running));
  return proved(
    held ? 'done' : 'already',
    `New sessions in ${postgres.describe()} may write as before the freeze`,
    warnings,
  );
}

function proved(outcome: StepResult['outcome'], proof: string, details: string[] = []): StepResult {
  return { outcome, proof, details, provedAt: new Date().toISOString() };
}

function driverOf(deps: Deps, { service, environment }: FreezeInput) {
  return createDriver(deps, {
    service,
    environment,
    config: environmentSettings(deps, { service, environment }),
  });
}

function openDatabase(deps: Deps, { service, environment }: FreezeInput) {
  const { database: settings } = environmentSettings(deps, { service, environment });
  if (settings === undefined) return null;
  return createPostgres({ host: deps.hosts.get(settings.host), settings, env: deps.env });
}

function contextOf(
  deps: Deps,
  { rollback, reason, takenOver, areWritesLifted = false }: FreezeInput,
  running: Running,
): FreezeContext {
  const { lives } = deps;
  return { rollback, reason, areWritesLifted, ...running, isEnded: isEnded(deps, takenOver), lives };
}

function jobOf(
  deps: Deps,
  { rollback, takenOver }: FreezeInput,
  { scheduledAt, signal }: Running,
): FreezeJob {
  return {
    run: rollback.workflowId,
    token: Math.floor(scheduledAt / TOKEN_UNIT_MS),
    signal,
    isEnded: isEnded(deps, takenOver),
  };
}
