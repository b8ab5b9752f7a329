/** Fake activities for workflow tests: the workflow's own code and a real (time-skipping) server are what is tested. */
import { ApplicationFailure } from '@temporalio/activity';
import type { Activities, StepInput } from '../../activities/types.ts';
import { policyFor } from '../../src/domain/approval/policy.ts';
import { approvalSettingsSchema } from '../../src/domain/approval/settings.ts';
import type { ApprovalSettingsInput } from '../../src/domain/approval/settings.ts';
import { describeChannel } from '../../src/domain/paging/channel.ts';
import type { PartialPlan } from '../../src/domain/partial/plan.ts';
import { deadlineFor } from '../../src/domain/deadline.ts';
import { STEPS } from '../../src/domain/plan.ts';
import type { DatabasePlan, Plan, PlannedStep } from '../../src/domain/plan.ts';
import type { StepResult } from '../../src/domain/rollback.ts';
import { serviceEnvironmentSchema } from '../../src/domain/service.ts';

export const CONFIG = serviceEnvironmentSchema.parse({
  target: {
    kind: 'nginx-blue-green',
    site: '/etc/nginx/sites-available/listings',
    upstream: 'listings',
    probe: { url: 'http://127.0.0.1/', identityHeader: 'X-Release' },
    colours: {
      blue: {
        servers: ['127.0.0.1:8080'],
        url: 'http://127.0.0.1:8080',
        process: { systemd: 'blue.service' },
      },
      green: {
        servers: ['127.0.0.1:8081'],
        url: 'http://127.0.0.1:8081',
        process: { systemd: 'green.service' },
      },
    },
  },
  slack: { incidents: { env: 'SLACK_INCIDENTS' } },
});

export const REQUEST = { service: 'listings', reason: '5xx since 2.0', requestedBy: 'anna' };

export function fakePlan(request: Plan['request'], change: Partial<Plan> = {}): Plan {
  return {
    hash: '0123456789ab',
    kind: 'traffic-only',
    service: request.service,
    environment: 'production',
    request,
    target: 'nginx upstream listings on local',
    from: { name: 'green', version: '2.0' },
    to: { name: 'blue', version: '1.0' },
    steps: STEPS[change.kind ?? 'traffic-only'].map((name) => fakeStep(name, change.database?.strategy)),
    observed: { at: '2026-11-21T03:00:00.000Z', releases: [], notes: [] },
    warnings: [],
    expectedSeconds: 8,
    deadline: deadlineFor(request.severity, '2026-11-21T03:00:00.000Z'),
    continues: null,
    config: CONFIG,
    madeAt: '2026-11-21T03:00:00.000Z',
    ...change,
  };
}

export const BACKUP = 'listings-0259.dump';

export function fullPlan(
  request: Plan['request'],
  settings: ApprovalSettingsInput | null = null,
  strategy: DatabasePlan['strategy'] = 'swap',
): Plan {
  const parsed = settings === null ? null : approvalSettingsSchema.parse(settings);
  const occasion = { environment: 'production', severity: request.severity, kind: 'full' } as const;
  return fakePlan(request, {
    kind: 'full',
    policy: policyFor(parsed, occasion),
    database: {
      database: 'PostgreSQL database listings on local',
      strategy,
      backup: BACKUP,
      path: `/backups/${BACKUP}`,
      madeAt: '2026-11-21T02:59:00.000Z',
      madeAtSource: 'manifest',
      sizeBytes: 12_345_678,
      sha256: '00'.repeat(32),
      format: 'custom',
      lastChangeAt: '2026-11-21T03:11:00.000Z',
      newerRows: [{ table: 'orders', rows: 12, problem: null }],
      passedOver: [],
    },
  });
}

/** One flag off and one file put back, in a release that stays. */
export function partialPlan(request: Plan['request'], change: Partial<PartialPlan> = {}): Plan {
  const green = { name: 'green', version: '2.0' };
  return fakePlan(request, {
    kind: 'partial',
    from: green,
    to: green,
    partial: {
      restores: request.restore === true,
      flags: [{ name: 'new-checkout', where: 'feature new-checkout of Unleash', before: 'on', after: 'off' }],
      files: [
        {
          name: 'blue-env',
          file: '/srv/.env.blue',
          source: '/srv/.env.blue.old',
          before: 'aa',
          after: 'bb',
          differences: ['POOL: changed'],
        },
      ],
      restarts: [green],
      ...change,
    },
  });
}

function fakeStep(name: PlannedStep['name'], strategy?: DatabasePlan['strategy']): PlannedStep {
  return {
    name,
    title: `Do ${name}`,
    commands: [],
    changes: 'nothing',
    budgetSeconds: 60,
    expectedSeconds: 1,
    ...(name === 'start-previous' ? { notNeeded: 'blue runs and is healthy' } : {}),
    ...(name === 'stop-application' && strategy === 'swap' ? { notNeeded: 'it serves on' } : {}),
  };
}

export function proof(what: string, change: Partial<StepResult> = {}): StepResult {
  return { outcome: 'done', proof: what, details: [], provedAt: new Date().toISOString(), ...change };
}

export const verdict = (passed: boolean): StepResult =>
  proof(passed ? 'all checks passed' : '5xx share is 3 %', {
    verdict: {
      passed,
      checks: [{ name: '5xx share', passed, detail: passed ? '0 % is below 1 %' : '3 % is not below 1 %' }],
      startedAt: '2026-11-21T03:00:01.000Z',
      finishedAt: '2026-11-21T03:00:02.000Z',
    },
  });

/** Activities that succeed and note their names; a test replaces those that it is about. */
export function fakeActivities(
  taskQueue: string,
  { replaced = {}, calls = [] }: { replaced?: Partial<Activities>; calls?: string[] },
): Activities {
  const step = (name: string, result: () => StepResult) => async (_input: StepInput) => {
    calls.push(name);
    return result();
  };
  const freeze = (name: string, what: string) => async () => {
    calls.push(name);
    return proof(what);
  };
  const activities: Activities = {
    resolveService: async ({ service }) => ({
      service,
      environment: 'production',
      taskQueue,
      searchAttributes: [],
      channels: ['incidents', 'deployments'],
    }),
    inspectLock: async () => null,
    planRollback: async ({ request, kind }) => planOf(kind, request),
    verifyDecision: async () => ({ verified: false, problem: 'unknown-signer', why: 'nobody signs here' }),
    holdRequests: freeze('holdRequests', 'requests are held'),
    holdWrites: freeze('holdWrites', 'writes are refused'),
    liftRequests: freeze('liftRequests', 'requests come through'),
    liftWrites: freeze('liftWrites', 'writes are possible'),
    announceFreeze: async ({ moment, channel }) => {
      calls.push(`freeze ${moment} ${channel}`);
      return proof(`${channel} told: ${moment}`);
    },
    writeFreezeReport: async ({ freeze: { holds } }) => {
      calls.push(`freeze report ${holds.map(({ state }) => state).join(' ')}`);
      return proof('the report of the freeze is written', { incidentFolder: '/incidents/rollback-2' });
    },
    captureBefore: step('captureBefore', () =>
      proof('state kept', { incidentFolder: '/incidents/rollback-1' }),
    ),
    startPrevious: step('startPrevious', () => proof('blue is healthy')),
    shiftTraffic: step('shiftTraffic', () => proof('10 of 10 new connections were answered by blue')),
    captureLogs: step('captureLogs', () => proof('logs kept')),
    stopFaulty: step('stopFaulty', () => proof('green is stopped')),
    checkRelease: step('checkRelease', () => verdict(true)),
    prepareRestore: step('prepareRestore', () => proof('the backup is restored beside')),
    countLoss: async () => {
      calls.push('countLoss');
      return {
        at: '2026-11-21T03:20:00.000Z',
        isFinal: false,
        lastChangeAt: '2026-11-21T03:19:58.000Z',
        newerRows: [{ table: 'orders', rows: 15, problem: null }],
        problem: null,
      };
    },
    proveRestored: step('proveRestored', () =>
      proof('the restored database is live already', { outcome: 'already' }),
    ),
    stopApplication: step('stopApplication', () => proof('blue and green are stopped')),
    restoreDatabase: step('restoreDatabase', () => proof('the restored database is live')),
    restartApplication: step('restartApplication', () => proof('blue was started after the restore')),
    switchFlags: step('switchFlags', () => proof('new-checkout is off')),
    putBackConfiguration: step('putBackConfiguration', () => proof('.env.blue is its saved copy')),
    restartChanged: step('restartChanged', () => proof('green was started after the change')),
    diagnose: async () => {
      calls.push('diagnose');
      return { troubles: ['The database is gone.'], todo: ['start-database', 'restart-application'] };
    },
    startDatabase: step('startDatabase', () => proof('the database answers')),
    reviveApplication: step('reviveApplication', () => proof('blue was started anew')),
    abandonRestore: step('abandonRestore', () => proof('what was prepared is removed')),
    settleRestore: step('settleRestore', () => proof('Nothing is kept longer than it should be')),
    verifyRelease: step('verifyRelease', () => verdict(true)),
    releaseTarget: async () => void calls.push('releaseTarget'),
    tagFaulty: step('tagFaulty', () => proof('The commit is tagged')),
    sendEvent: async ({ event }) => {
      calls.push(`event ${event.type}`);
      return proof('taken');
    },
    writeReport: async () => {
      calls.push('writeReport');
      return proof('report written');
    },
    checkTargets: async () => [],
    watchService: async ({ plan }) => {
      calls.push('watchService');
      return { is: 'checked', release: plan.to, checks: verdict(true).verdict?.checks ?? [], marks: [] };
    },
    readCustomerNotice: async ({ incidentFolder }) => {
      calls.push('readCustomerNotice');
      return { subject: 'Lost', body: `as in ${incidentFolder}` };
    },
    sendCustomerNotice: async ({ by, notice }) => {
      calls.push('sendCustomerNotice');
      return { at: '2026-11-21T09:00:00.000Z', by, to: ['customers@example.com'], receipt: '250 ok', notice };
    },
    announceFollowUp: async ({ channel, message }) => {
      const who = typeof channel === 'string' ? channel : channel.kind;
      calls.push(`follow-up ${message.moment.is} ${who}`);
      return proof(`${who} told: ${message.moment.is}`);
    },
    openTicket: async ({ draft }) => {
      calls.push(`openTicket ${draft.marker}`);
      return { ticket: { system: 'github', id: '7', url: 'https://github.example/7' }, already: false };
    },
    changeTicket: async ({ change }) => void calls.push(`changeTicket ${change.comment.marker}`),
    writeFollowUp: async () => {
      calls.push('writeFollowUp');
      return proof('FOLLOW_UP.md is written');
    },
    announce: async ({ event, channel }) => {
      calls.push(`announce ${event} ${channel}`);
      return proof(`${channel} told: ${event}`);
    },
    testPages: async ({ service }) => ({ service, environment: 'production', channels: [] }),
    sendPage: async ({ channel, page }) => {
      calls.push(`page ${page.action} ${page.level.number} ${channel.kind}`);
      return {
        channel: describeChannel(channel),
        provider: channel.kind,
        receipt: page.id,
        sentAt: new Date().toISOString(),
      };
    },
    postPublicUpdate: async ({ update }) => {
      calls.push(`status page ${update.status}`);
      return { outcome: 'posted', incident: 'inc1', url: 'https://status.example.net/inc1' };
    },
    removeOldRecords: async ({ dryRun }) => {
      calls.push(`removeOldRecords${dryRun ? ' dryRun' : ''}`);
      return {
        dryRun,
        host: 'worker-1',
        directory: '/incidents',
        retentionDays: 30,
        removed: [],
        kept: [],
        problems: [],
        young: 0,
      };
    },
    lookAtRollback: async () => null,
    // An activity under way would keep the test server from skipping time.
    watchRollback: async () => {
      throw ApplicationFailure.nonRetryable('nobody watches here', 'NotWatched');
    },
  };
  return { ...activities, ...replaced };
}

function planOf(kind: Plan['kind'], request: Plan['request']): Plan {
  if (kind === 'partial') return partialPlan(request);
  return kind === 'full' ? fullPlan(request) : fakePlan(request);
}
