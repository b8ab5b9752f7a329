/** What customers read: texts, promises, and nothing of ours. */
import { describe, expect, it, test } from 'vitest';
import { promisedAt } from '../../../src/domain/status-page/interval.ts';
import { statusPageSchema } from '../../../src/domain/status-page/settings.ts';
import { stageOf } from '../../../src/domain/status-page/stage.ts';
import type { PublicStage } from '../../../src/domain/status-page/update.ts';
import { writeUpdate } from '../../../src/domain/status-page/update.ts';
import type { StepName } from '../../../src/domain/plan.ts';
import { STEPS } from '../../../src/domain/plan.ts';
import { pendingStep } from '../../../src/domain/rollback.ts';
import type { StepRecord, StepState } from '../../../src/domain/rollback.ts';

const parts = {
  run: '0199-run',
  number: 2,
  severity: 'P1',
  publicName: 'Example Listings',
  startedAt: '2026-11-21T02:30:00.000Z',
  nextUpdateAt: '2026-11-21T02:45:59.999Z',
} as const;

test.each<[PublicStage, string, string]>([
  ['assessing', 'investigating', 'We are investigating problems with Example Listings.'],
  ['mending', 'identified', 'We know how to put Example Listings right, and are doing so.'],
  [
    'waiting',
    'identified',
    'We know how to put Example Listings right. The next step is being decided by our team.',
  ],
  [
    'held',
    'identified',
    'To protect data, we hold Example Listings in maintenance while we put it right. It is not available until then.',
  ],
  [
    'restoring',
    'identified',
    'We are putting data right. Until that is done Example Listings is not available.',
  ],
  [
    'safe',
    'monitoring',
    'A fix is in place and Example Listings is available again. We are checking it closely.',
  ],
  ['open', 'identified', 'The problems with Example Listings are not over yet. Our team is working on them.'],
])('%s is told as "%s", with the time of the next update', (stage, status, sentence) => {
  expect(writeUpdate({ ...parts, stage, before: null })).toEqual({
    run: '0199-run',
    number: 2,
    severity: 'P1',
    startedAt: '2026-11-21T02:30:00.000Z',
    nextUpdateAt: '2026-11-21T02:45:59.999Z',
    status,
    name: 'Problems with Example Listings',
    body: `${sentence} Next update by 2026-11-21 02:45 UTC.`,
  });
});

test('the last one promises no further update', () => {
  expect(writeUpdate({ ...parts, stage: 'resolved', before: 'safe', nextUpdateAt: null })).toMatchObject({
    status: 'resolved',
    body: 'This incident is resolved: Example Listings works normally again. We are monitoring for stability.',
  });
});

test('an update in which nothing is new says so', () => {
  expect(writeUpdate({ ...parts, stage: 'mending', before: 'mending' }).body).toBe(
    'Nothing has changed since our last update. We know how to put Example Listings right, and are doing so. Next update by 2026-11-21 02:45 UTC.',
  );
});

describe('the next update is promised', () => {
  const settings = { everyMinutes: 15, slowAfterMinutes: 120, slowEveryMinutes: 30 };
  it.each([
    [0, 15],
    [119, 15],
    [120, 30],
    [600, 30],
  ])('%i min after the start in %i min', (minutes, every) => {
    expect(promisedAt(settings, { startedAt: 0, now: minutes * 60_000 })).toBe((minutes + every) * 60_000);
  });
});

describe('what customers notice of a rollback', () => {
  const steps = (states: [StepName, StepState][]): StepRecord[] =>
    states.map(([name, state]) => ({ ...pendingStep(name, name), state }));
  const shown = { trafficSafeAt: null, awaiting: null, steps: [] };
  const awaiting = { what: 'RESTORE', since: '2026-11-21T02:30:00.000Z', step: null, answers: [] };
  const safe = { ...shown, trafficSafeAt: '2026-11-21T02:31:00.000Z' };

  it('is looked into before anything is done', () => {
    expect(stageOf({ ...shown, steps: steps([['capture-before', 'pending']]) })).toBe('assessing');
  });

  it('is put right as soon as a step has begun', () => {
    expect(stageOf({ ...shown, steps: steps([['capture-before', 'running']]) })).toBe('mending');
  });

  it('waits when people are asked', () => {
    expect(stageOf({ ...shown, awaiting, steps: steps([['start-previous', 'failed']]) })).toBe('waiting');
  });

  it('is safe once traffic is, also while people are asked about the rest', () => {
    expect(stageOf({ ...safe, awaiting })).toBe('safe');
  });

  it('is not available from the stop of the application until it runs again', () => {
    const during: [StepName, StepState][][] = [
      [
        ['stop-application', 'running'],
        ['restart-application', 'pending'],
      ],
      [
        ['stop-application', 'done'],
        ['restore-database', 'failed'],
        ['restart-application', 'pending'],
      ],
      [
        ['stop-application', 'done'],
        ['restore-database', 'done'],
        ['restart-application', 'running'],
      ],
    ];
    expect(during.map((states) => stageOf({ ...safe, steps: steps(states) }))).toEqual([
      'restoring',
      'restoring',
      'restoring',
    ]);
    expect(
      stageOf({
        ...safe,
        steps: steps([
          ['stop-application', 'done'],
          ['restart-application', 'done'],
        ]),
      }),
    ).toBe('safe');
  });

  it.each(['partial', 'recover'] as const)(
    'is put right, not its data, while a run that restores nothing restarts it: %s',
    (kind) => {
      const states = STEPS[kind].map((name): [StepName, StepState] => [
        name,
        name === 'restart-application' ? 'running' : 'pending',
      ]);
      expect(stageOf({ ...shown, steps: steps(states) })).toBe('mending');
    },
  );
});

describe('the settings', () => {
  it('have defaults for all but what only the team knows', () => {
    expect(
      statusPageSchema.parse({ kind: 'statuspage', pageId: 'abc123', apiKey: { env: 'STATUSPAGE_KEY' } }),
    ).toEqual({
      kind: 'statuspage',
      pageId: 'abc123',
      apiKey: { env: 'STATUSPAGE_KEY' },
      componentIds: [],
      baseUrl: 'https://api.statuspage.io/v1',
      publicName: 'our service',
      everyMinutes: 15,
      slowAfterMinutes: 120,
      slowEveryMinutes: 30,
    });
  });

  it('take no secret in a URL', () => {
    const page = { kind: 'webhook', url: 'https://status.example.net/?token=abc', token: { env: 'TOKEN' } };
    expect(statusPageSchema.safeParse(page).error?.issues[0]?.message).toBe(
      'must start with https:// or http://, without a login, query or fragment',
    );
  });
});
