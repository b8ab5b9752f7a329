/** Where signatures are demanded: what holds for every order of signed and unsigned messages. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { askRestore, receive } from '../../../src/domain/approval/reducer.ts';
import { mayGoAhead } from '../../../src/domain/approval/state.ts';
import type { Approvals, Proof, Received } from '../../../src/domain/approval/state.ts';
import { BACKUP, DECLARED, PLAN, RUN, message, minute, opened } from '../../support/approvals.ts';

/** A message, or its place without it; after it, RESTORE may be asked for. */
type Sent = { received: Received | null; asksRestore: boolean };

const NONCES = ['n1', 'n2', 'n3', 'n4', 'n5'];
const KEYS: Record<string, string> = { lea: 'SHA256:lea', rob: 'SHA256:rob', ben: 'SHA256:ben' };

/** Ben's key is also Rob's: their administrator was in a hurry. */
const keyOf = (by: string, isShared: boolean) => (isShared && by === 'rob' ? KEYS['ben'] : KEYS[by]);

const proof = (by: string) =>
  fc.oneof(
    { weight: 1, arbitrary: fc.constant(DECLARED) },
    {
      weight: 3,
      arbitrary: fc
        .record({ nonce: fc.constantFrom(...NONCES), isShared: fc.boolean() })
        .map(({ nonce, isShared }): Proof => {
          const fingerprint = keyOf(by, isShared) ?? '';
          return { assurance: 'signed', nonce, fingerprint };
        }),
    },
  );

const CONTENTS = {
  approve: {},
  reject: { reason: 'no' },
  breakGlass: { reason: 'now' },
  confirmRestore: { phrase: 'RESTORE', backup: BACKUP },
} as const;

const sent: fc.Arbitrary<Sent> = fc
  .record({
    by: fc.constantFrom(...Object.keys(KEYS)),
    name: fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom('approve' as const, 'confirmRestore' as const) },
      { weight: 1, arbitrary: fc.constantFrom('reject' as const, 'breakGlass' as const) },
    ),
    asksRestore: fc.boolean(),
  })
  .chain(({ by, name, asksRestore }) =>
    proof(by).map((one) => {
      const signed = one.assurance === 'signed' ? { signed: { challenge: 'c', signature: 's' } } : {};
      const content = { by, planHash: PLAN, runId: RUN, ...CONTENTS[name], ...signed };
      return { received: { message: message(name, content), at: minute(1), proof: one }, asksRestore };
    }),
  );

const start = () =>
  opened(
    { severity: 'P2' },
    {
      rules: [
        {
          assurance: 'signed',
          approvers: [{ from: ['role:team-lead'] }, { from: ['role:reviewer'] }],
        },
      ],
      signing: { allowedSignersFile: '/etc/backout/signers' },
    },
  );

function play(messages: Sent[]): Approvals {
  return messages.reduce((state, { asksRestore, received }) => {
    const next = received === null ? state : receive(state, received);
    return asksRestore && next.restoreAsked === null && mayGoAhead(next)
      ? askRestore(next, { backup: BACKUP, at: minute(1) })
      : next;
  }, start());
}

const stories = fc.array(sent, { maxLength: 12, size: 'max' });
const RUNS = { numRuns: 1000 };

test('what has no signature changes nothing', () => {
  fc.assert(
    fc.property(stories, (messages) => {
      const { decision, restoreDecision, approvals } = play(messages);
      const without = messages.map((one) =>
        one.received?.proof === DECLARED ? { ...one, received: null } : one,
      );
      expect(play(without)).toMatchObject({ decision, restoreDecision, approvals });
    }),
    RUNS,
  );
});

test('each signature counts once, and each key for one person', () => {
  let approved = 0;
  let restored = 0;
  fc.assert(
    fc.property(stories, (messages) => {
      const { approvals, decision, restoreDecision, nonces } = play(messages);
      expect(new Set(nonces).size).toBe(nonces.length);
      const decisions = [decision?.outcome === 'approved' ? null : decision, restoreDecision];
      expect(nonces).toHaveLength(approvals.length + decisions.filter((one) => one !== null).length);
      expect(new Set(approvals.map(({ key }) => key)).size).toBe(approvals.length);
      if (decision?.outcome === 'approved') approved++;
      if (restoreDecision?.outcome === 'confirmed') restored++;
    }),
    RUNS,
  );
  // Otherwise the property would hold because nothing ever counts.
  expect(approved).toBeGreaterThan(50);
  expect(restored).toBeGreaterThan(20);
});
