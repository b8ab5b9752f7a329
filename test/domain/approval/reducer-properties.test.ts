/** What holds for every order of messages, judged here by the messages alone and not by the reducer's own words. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ApprovalMessageName } from '../../../src/domain/approval/messages.ts';
import { askApprovals, askRestore, expire, receive } from '../../../src/domain/approval/reducer.ts';
import { policyFor } from '../../../src/domain/approval/policy.ts';
import { emptyApprovals, makeTerms, mayGoAhead, restoreCleared } from '../../../src/domain/approval/state.ts';
import type { Approvals } from '../../../src/domain/approval/state.ts';
import { BACKUP, DECLARED, PLAN, RUN, WORKFLOW, message, minute, settings } from '../../support/approvals.ts';

/** What happens, one after the other. */
type Event =
  | { kind: 'plan' | 'restore-asked' | 'timer' }
  | { kind: 'message'; name: ApprovalMessageName; content: Content; again?: boolean };
type Content = {
  by?: string;
  phrase?: string;
  reason?: string;
  planHash?: string;
  runId?: string;
  backup?: string;
};
type Happened = Event & { at: number };
type Story = { events: Happened[]; requestedBy: string; severity: 'P1' | 'P2' };

/** Every name by which a person of the team is known. */
const NAMES: Record<string, string> = {
  anna: 'anna',
  'ANNA ax': 'anna',
  aax: 'anna',
  ben: 'ben',
  ' Ben ': 'ben',
  lea: 'lea',
  'Lea Lund': 'lea',
  rob: 'rob',
  gina: 'gina',
  zoe: 'zoe',
};
const REQUESTERS = ['anna', 'Anna  Ax', 'lea', 'ben', 'dan', 'ci'];
const who = (name: string) =>
  NAMES[name] ?? name.toLowerCase().replace(/\s+/g, ' ').replace('anna ax', 'anna');

const by = fc.constantFrom(...Object.keys(NAMES));
const rarely = <Value>(good: Value, bad: Value) =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(good) }, { weight: 1, arbitrary: fc.constant(bad) });
const binding = fc.record(
  { planHash: rarely(PLAN, '000000000000'), runId: rarely(RUN, 'another run') },
  { requiredKeys: [] },
);
const sent = (name: ApprovalMessageName, content: fc.Arbitrary<Content>): fc.Arbitrary<Event> =>
  fc
    .tuple(content, binding)
    .map(([own, bound]) => ({ kind: 'message', name, content: { ...own, ...bound } }) as const);

const approvals = sent('approve', fc.record({ by }));
const confirmation = sent(
  'confirmRestore',
  fc
    .record({ by, phrase: rarely('RESTORE', 'restore') })
    .chain((own) =>
      fc
        .option(rarely(BACKUP, 'other.sql'), { nil: undefined })
        .map((backup) => (backup ? { ...own, backup } : own)),
    ),
);
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 6, arbitrary: approvals },
  { weight: 5, arbitrary: confirmation },
  { weight: 1, arbitrary: sent('reject', fc.record({ by, reason: fc.constant('no') })) },
  { weight: 1, arbitrary: sent('breakGlass', fc.record({ by, reason: fc.constant('now') })) },
  { weight: 5, arbitrary: fc.constantFrom<Event>({ kind: 'plan' }, { kind: 'restore-asked' }) },
  { weight: 1, arbitrary: fc.constant<Event>({ kind: 'timer' }) },
);
const story: fc.Arbitrary<Story> = fc.record({
  events: fc
    .array(fc.tuple(event, fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 1, 3, 3, 70, 250)), {
      maxLength: 30,
      size: 'max',
    })
    .map((list) => {
      let at = 0;
      return list.map(([one, later]) => ({ ...one, at: (at += later) }));
    }),
  requestedBy: fc.constantFrom(...REQUESTERS),
  severity: fc.constantFrom('P1', 'P2'),
});

const FACTS = { environment: 'production', kind: 'full' } as const;
const policyOf = (severity: Story['severity']) => policyFor(settings(), { ...FACTS, severity });

function step(state: Approvals, happened: Happened, { requestedBy, severity }: Story): Approvals {
  const at = minute(happened.at);
  switch (happened.kind) {
    case 'plan': {
      const given = {
        workflowId: WORKFLOW,
        policy: policyOf(severity),
        planHash: PLAN,
        backup: BACKUP,
        requestedBy,
      };
      return state.terms === null ? askApprovals(state, makeTerms(given, at)) : state;
    }
    case 'restore-asked':
      return state.restoreAsked === null && mayGoAhead(state)
        ? askRestore(state, { backup: BACKUP, at })
        : state;
    case 'timer':
      return expire(state, at);
    case 'message':
      return receive(state, { message: message(happened.name, happened.content), at, proof: DECLARED });
  }
}

/** The timers have fired until the last event: what ran out has run out. */
const play = (told: Story, until = told.events.at(-1)?.at ?? 0): Approvals =>
  expire(
    told.events.reduce((state, happened) => step(state, happened, told), emptyApprovals(RUN)),
    minute(until),
  );

const decided = ({ decision, restoreDecision }: Approvals) => ({ decision, restoreDecision });

/** Messages of one name that are about this run and this plan. */
const aboutThis = ({ events }: Story, name: ApprovalMessageName): Content[] =>
  events.flatMap((one) =>
    one.kind === 'message' &&
    one.name === name &&
    (one.content.planHash ?? PLAN) === PLAN &&
    (one.content.runId ?? RUN) === RUN
      ? [one.content]
      : [],
  );

/** Is there an approval by enough different people, none of whom asked for it? Written out by hand, rule by rule. */
function hasQuorum(told: Story): boolean {
  const people = new Set(aboutThis(told, 'approve').map((one) => who(one.by ?? '')));
  people.delete(who(told.requestedBy));
  if (told.severity === 'P1') return people.has('anna') || people.has('ben');
  return people.has('lea') && (people.has('ben') || people.has('rob'));
}

const RUNS = { numRuns: 1000 };

test('no order of messages gives a restore without a valid RESTORE and a quorum (or broken glass)', () => {
  let cleared = 0;
  fc.assert(
    fc.property(story, (told) => {
      const confirmed = restoreCleared(play(told));
      if (confirmed === null) return;
      cleared++;
      expect(confirmed).toMatchObject({ planHash: PLAN, backup: BACKUP });
      const valid = aboutThis(told, 'confirmRestore').filter(
        ({ phrase, by: name, backup = BACKUP }) =>
          phrase === 'RESTORE' && backup === BACKUP && who(name ?? '') !== 'zoe',
      );
      expect(valid.map(({ by: name }) => who(name ?? ''))).toContain(confirmed.by);
      const glass = aboutThis(told, 'breakGlass').some(({ by: name }) => name === 'gina');
      expect(hasQuorum(told) || glass).toBe(true);
    }),
    RUNS,
  );
  // Otherwise the property would hold because nothing is ever restored.
  expect(cleared).toBeGreaterThan(20);
});

test('the requester’s own approval changes nothing, by whatever name it is given', () => {
  fc.assert(
    fc.property(story, (told) => {
      const without = told.events.filter(
        (one) =>
          one.kind !== 'message' ||
          one.name !== 'approve' ||
          who(one.content.by ?? '') !== who(told.requestedBy),
      );
      const approved = play(told);
      const until = told.events.at(-1)?.at;
      expect(decided(approved)).toEqual(decided(play({ ...told, events: without }, until)));
      if (approved.decision?.outcome === 'approved')
        expect(approved.decision.by).not.toContain(who(told.requestedBy));
    }),
    RUNS,
  );
});

test('the result does not depend on messages that come twice, at once or later', () => {
  fc.assert(
    fc.property(story, fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 8 }), (told, copies) => {
      const once = play(told);
      let { events } = told;
      for (const [which, where] of copies) {
        const index = which % (events.length || 1);
        const original = events[index];
        if (original?.kind !== 'message' || original.again || isRefused(told, original)) continue;
        const place = index + 1 + (where % (events.length - index));
        const at = events[place - 1]?.at ?? original.at;
        events = [...events.slice(0, place), { ...original, at, again: true }, ...events.slice(place)];
      }
      expect(decided(play({ ...told, events }))).toEqual(decided(once));
    }),
    RUNS,
  );
});

/** Refused when it came: sending it again at a better time is no duplicate. */
function isRefused(told: Story, original: Happened): boolean {
  const index = told.events.indexOf(original);
  const before = play({ ...told, events: told.events.slice(0, index) });
  return step(before, original, told).refused.length > expire(before, minute(original.at)).refused.length;
}

test('what is decided stays decided', () => {
  fc.assert(
    fc.property(story, (told) => {
      let state = emptyApprovals(RUN);
      for (const happened of told.events) {
        const next = step(state, happened, told);
        if (state.decision !== null) expect(next.decision).toEqual(state.decision);
        if (state.restoreDecision !== null) expect(next.restoreDecision).toEqual(state.restoreDecision);
        state = next;
      }
    }),
    RUNS,
  );
});

test('whether approvals alone are enough does not depend on their order', () => {
  fc.assert(
    fc.property(
      fc
        .array(approvals, { maxLength: 6 })
        .chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
      fc.constantFrom(...REQUESTERS),
      fc.constantFrom('P1' as const, 'P2' as const),
      ([one, other], requestedBy, severity) => {
        const outcomeOf = (events: Event[]) => {
          const all = [{ kind: 'plan' as const }, ...events].map((each) => ({ ...each, at: 0 }));
          const told = { events: all, requestedBy, severity };
          expect(play(told).decision?.outcome === 'approved').toBe(hasQuorum(told));
          return play(told).decision?.outcome;
        };
        expect(outcomeOf(one)).toBe(outcomeOf(other));
      },
    ),
    RUNS,
  );
});

test('a message is never lost: it counts, is kept, or is shown as refused', () => {
  fc.assert(
    fc.property(story, (told) => {
      const state = play(told);
      const counted =
        state.approvals.length +
        (state.decision !== null && 'reason' in state.decision ? 1 : 0) +
        (state.restoreDecision !== null && state.restoreDecision.outcome !== 'expired' ? 1 : 0);
      const messages = told.events.filter(({ kind }) => kind === 'message').length;
      expect(counted + state.kept.length + state.refused.length).toBe(messages);
    }),
    RUNS,
  );
});
