/** A step that fails says when more is down than the release, and offers the recovery. */
import { describe, expect, it } from 'vitest';
import type { Deps } from '../../../activities/deps.ts';
import {
  orNameRecovery,
  orSayWhatIsDown,
  refuseWhileDown,
} from '../../../activities/rollback/what-is-down.ts';
import { databaseSchema } from '../../../src/domain/database.ts';
import { BackoutFailure } from '../../../src/domain/failure.ts';
import type { FailureType } from '../../../src/domain/failure.ts';
import type { Plan } from '../../../src/domain/plan.ts';
import { makePlan, makeVerdict, proved } from '../../support/records.ts';

const REFUSED = 'psql: error: connection to server on socket "/run/.s.PGSQL.5432" failed: Connection refused';

/** A host on which nothing but psql is asked for anything, and finds no server. */
const deps = {
  env: {},
  hosts: {
    get: () => ({
      name: 'web-1',
      run: async () => ({
        exitCode: 2,
        stdout: '',
        stderr: `backout-inside\n${REFUSED}\n`,
        truncated: false,
      }),
    }),
  },
} as unknown as Deps;

const DATABASE = databaseSchema.parse({ name: 'listings', backups: { folder: '/backups' } });

const failing = (attempt: number, change: Partial<Plan> = {}) => {
  const plan = makePlan();
  return {
    input: {
      plan: { ...plan, config: { ...plan.config, database: DATABASE }, ...change },
      rollback: { workflowId: 'rollback-1', runId: 'r', startedAt: '', requestedBy: 'anna' },
    },
    step: 'start-previous' as const,
    running: {
      attempt,
      scheduledAt: 0,
      firstScheduledAt: 0,
      endsAt: 0,
      signal: new AbortController().signal,
      heartbeat: () => undefined,
    },
  };
};

const fails = (type: FailureType) => async (): Promise<never> => {
  throw new BackoutFailure(type, {
    what: 'blue is not healthy.',
    changed: 'Nothing.',
    next: 'Look at blue.',
  });
};

const typeOf = async (promise: Promise<unknown>) =>
  await promise.then(
    () => null,
    (error: unknown) => (error as BackoutFailure).type,
  );

describe('a step that fails while the database is gone', () => {
  it('says what failed, that the database is gone, and which answer mends it', async () => {
    await expect(orSayWhatIsDown(deps, failing(1), fails('NotHealthy'))).rejects.toMatchObject({
      type: 'DatabaseLost',
      retryable: false,
      message:
        'blue is not healthy. The connection to database "listings" on web-1 could not be made: connection to ' +
        'server on socket "/run/.s.PGSQL.5432" failed: Connection refused. Nothing. Let the rollback recover it: ' +
        '`backout decide rollback-1 start-previous recover --note "WHY"`. ' +
        'That starts what is down, restarts blue, and tries this step again.',
    });
  });

  it.each([
    ['DatabaseUnreachable', 9, 'DatabaseUnreachable'],
    ['DatabaseUnreachable', 10, 'DatabaseLost'],
    ['DidNotStart', 2, 'DidNotStart'],
    ['DidNotStart', 3, 'DatabaseLost'],
    ['StillRunning', 99, 'StillRunning'],
  ] as const)('and failed by %s at try %i is told as %s', async (type, attempt, told) => {
    expect(await typeOf(orSayWhatIsDown(deps, failing(attempt), fails(type)))).toBe(told);
  });

  it('offers a recovery no other one', async () => {
    expect(await typeOf(orSayWhatIsDown(deps, failing(1, { kind: 'recover' }), fails('NotHealthy')))).toBe(
      'NotHealthy',
    );
  });
});

describe('a verification', () => {
  it('that failed while the database is gone is no result, but a question', async () => {
    const failed = proved('blue failed 1 of 3 checks', 1, { verdict: makeVerdict(false) });
    expect(await typeOf(refuseWhileDown(deps, failing(1), failed))).toBe('DatabaseLost');
  });

  it('that passed asks nobody, whatever the database says', async () => {
    const passed = proved('blue passed all 3 checks', 1, { verdict: makeVerdict(true) });
    expect(await typeOf(refuseWhileDown(deps, failing(1), passed))).toBe(null);
  });
});

describe('a full rollback whose database can not be reached when its plan is made', () => {
  it('names the recovery that comes first', async () => {
    await expect(orNameRecovery('listings', fails('DatabaseUnreachable'))).rejects.toMatchObject({
      type: 'DatabaseUnreachable',
      parts: {
        next: 'If PostgreSQL is down, `backout recover listings --reason WHY` starts it; then start this rollback again.',
      },
    });
  });

  it('says nothing of it where that is not what is wrong', async () => {
    await expect(orNameRecovery('listings', fails('NoUsableBackup'))).rejects.toMatchObject({
      parts: { next: 'Look at blue.' },
    });
  });
});
