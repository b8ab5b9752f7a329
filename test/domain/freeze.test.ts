/** What counts as a decision about a freeze, and what is said of it. */
import { describe, expect, it } from 'vitest';
import { announceFreeze } from '../../src/domain/announcement-freeze.ts';
import {
  FREEZE_DECISIONS,
  freezeOutcomeSentence,
  freezeSentence,
  isFrozen,
  isWhollyHeld,
  judgeFreezeDecision,
} from '../../src/domain/freeze.ts';
import type { FreezeQuestion, FreezeStatus, HoldState } from '../../src/domain/freeze.ts';

const QUESTION: FreezeQuestion = {
  open: FREEZE_DECISIONS,
  given: null,
  hasBackup: false,
  now: Date.parse('2026-11-21T04:00:00Z'),
};
const judge = (content: unknown, change: Partial<FreezeQuestion> = {}) =>
  judgeFreezeDecision(content, { ...QUESTION, ...change });

const freezeOf = (
  requests: HoldState,
  writes: HoldState,
  change: Partial<FreezeStatus> = {},
): FreezeStatus => ({
  service: 'listings',
  environment: 'production',
  by: 'anna',
  reason: 'prices are overwritten',
  since: '2026-11-21T03:00:00.000Z',
  holds: [
    { name: 'requests', state: requests, said: null, details: [], at: null },
    {
      name: 'writes',
      state: writes,
      said: null,
      details: ['Subscription "s" goes on writing: disable it by hand.'],
      at: null,
    },
  ],
  decision: null,
  problem: null,
  ...change,
});

describe('a decision about a freeze', () => {
  it.each([
    [{ decision: 'release', by: 'ben' }],
    [{ decision: 'abort', by: 'ben', note: 'later' }],
    [{ decision: 'retry', by: 'ben' }],
    [{ decision: 'full', by: 'ben', backup: 'listings.dump' }],
    [{ decision: 'full', by: 'ben', releasedAt: '2026-11-21T03:00:00Z' }],
    [{ decision: 'full', by: 'ben', backup: 'listings.dump', to: 'blue', faulty: 'green' }],
  ])('is taken: %j', (content) => {
    expect(judge(content)).toEqual({ decision: content });
  });

  it('for the restore needs no backup where the request has named one', () => {
    const content = { decision: 'full', by: 'ben' };
    expect(judge(content, { hasBackup: true })).toEqual({ decision: content });
  });

  it.each<[unknown, Partial<FreezeQuestion>, string]>([
    [{ decision: 'release' }, {}, 'by: Invalid input: expected string, received undefined'],
    [
      { decision: 'full', by: 'ben' },
      {},
      'full restores a backup, and nobody has said which: name it (`backup`), or say when the damage began (`releasedAt`)',
    ],
    [{ decision: 'abort', by: 'ben' }, { open: [] }, 'nothing about the freeze is to be decided any more'],
    [
      { decision: 'full', by: 'ben', backup: 'x' },
      { open: ['retry', 'release', 'abort'] },
      '"full" can\'t be done now: it is retry, release, abort',
    ],
    [
      { decision: 'abort', by: 'ben' },
      { given: { decision: 'release', by: 'cara' } },
      'cara decided "release" first',
    ],
    [
      { decision: 'full', by: 'ben', releasedAt: '2026-11-21T05:00:00Z' },
      {},
      'releasedAt: 2026-11-21T05:00:00Z is in the future: a backup from before it would hold all of the damage',
    ],
  ])('is refused: %j', (content, change, why) => {
    expect(judge(content, change)).toEqual({ why });
  });
});

describe('a freeze', () => {
  it.each<[HoldState, HoldState, boolean, boolean]>([
    ['pending', 'pending', false, false],
    ['working', 'pending', true, false],
    ['held', 'held', true, true],
    ['held', 'not-needed', true, true],
    ['held', 'failed', true, false],
    ['lifted', 'failed', true, false],
    ['lifted', 'lifted', false, false],
    ['lifted', 'not-needed', false, false],
  ])('with requests %s and writes %s: frozen %s, wholly %s', (requests, writes, frozen, wholly) => {
    expect(isFrozen(freezeOf(requests, writes))).toBe(frozen);
    expect(isWhollyHeld(freezeOf(requests, writes))).toBe(wholly);
  });

  it('says what is held, and never calls what is not proved held', () => {
    expect(freezeSentence(freezeOf('held', 'failed'))).toBe(
      'listings in production is FROZEN: requests get a maintenance answer (503) and whether the database can be written is NOT PROVED.',
    );
    expect(freezeSentence(freezeOf('lifted', 'not-needed'))).toBe(
      'listings in production is not frozen: requests are let through and there is no database to hold.',
    );
  });

  it('that is left names the command that lifts it', () => {
    const decision = { decision: 'abort', by: 'ben', at: '2026-11-21T03:10:00.000Z' } as const;
    expect(freezeOutcomeSentence(freezeOf('held', 'held', { decision }))).toContain(
      'It was left so, decided by ben. Lift it with `backout unfreeze listings --env production --reason "WHY"`. No data was changed.',
    );
  });

  it('that nobody was asked about names nobody, and the command takes over the run that it was refused for', () => {
    const decision = {
      decision: 'abort',
      by: 'gina',
      unasked: true,
      at: '2026-11-21T03:10:00.000Z',
    } as const;
    const freeze = freezeOf('lifted', 'failed', { decision });
    const said = 'Start again with `--take-over freeze-1 --take-over-note WHY`. Mend that and try again.';
    const holds = freeze.holds.map((hold) => (hold.name === 'writes' ? { ...hold, said } : hold));
    expect(freezeOutcomeSentence({ ...freeze, holds })).toContain(
      'It was left so: there is no terminal to ask. Lift it with `backout unfreeze listings --env production --reason "WHY" ' +
        '--take-over freeze-1 --take-over-note "WHY"`. No data was changed.',
    );
  });
});

describe('the message about a freeze', () => {
  const ref = {
    workflowId: 'freeze-1',
    runId: 'r',
    startedAt: '2026-11-21T03:00:00.000Z',
    requestedBy: 'anna',
  };
  const awaiting = {
    what: 'A decision',
    since: ref.startedAt,
    step: null,
    answers: ['backout decide-freeze …'],
  };

  it('asks, says what is held and what each answer does', () => {
    const asked = announceFreeze({
      moment: 'asked',
      count: 2,
      freeze: freezeOf('held', 'held'),
      awaiting,
      ref,
    });
    expect(asked.id).toEqual(['freeze-1', '2026-11-21T03:00:00.000Z', 'freeze', 'asked', '2']);
    expect(asked.title).toBe('FROZEN, A DECISION IS NEEDED: listings in production');
    expect(asked.tone).toBe('question');
    expect(asked.body).toContain(
      'If nobody answers, it stays so. Do not deploy and do not write by hand meanwhile.',
    );
    expect(asked.lists.map(({ heading }) => heading)).toEqual(['To know', 'Answers']);
    expect(asked.commands).toEqual([{ heading: 'Answer with one of', lines: awaiting.answers }]);
  });

  it('does not call it frozen where a half of it is open', () => {
    const asked = announceFreeze({
      moment: 'asked',
      count: 0,
      freeze: freezeOf('failed', 'held'),
      awaiting,
      ref,
    });
    expect(asked.title).toBe('NOT WHOLLY FROZEN, A DECISION IS NEEDED: listings in production');
  });

  it.each<[HoldState, string, string]>([
    ['held', 'LEFT FROZEN: listings in production', 'bad'],
    ['lifted', 'The freeze is lifted: listings in production', 'good'],
  ])('at the end, with requests %s: %s', (state, title, tone) => {
    const freeze = freezeOf(state, state);
    expect(announceFreeze({ moment: 'ended', count: 1, freeze, awaiting: null, ref })).toMatchObject({
      title,
      tone,
      commands: [],
    });
  });
});
