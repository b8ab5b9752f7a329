import { describe, expect, it } from 'vitest';
import type { PartialPlan } from '../../../src/domain/partial/plan.ts';
import {
  changesSentence,
  describeChanges,
  describeFile,
  describeFlag,
  putBackProof,
  restoreCommand,
  restoreCommandOf,
  startCommand,
  undoneChanges,
} from '../../../src/domain/partial/words.ts';
import type { StepRecord } from '../../../src/domain/rollback.ts';

const FLAG = { name: 'checkout', where: 'feature checkout of Unleash', before: 'on', after: 'off' };
const FILE = {
  name: 'blue-env',
  file: '/srv/.env.blue',
  source: '/srv/.env.blue.old',
  before: 'aa',
  after: 'bb',
  differences: ['POOL: changed'],
};
const PLAN: PartialPlan = { restores: false, flags: [FLAG], files: [FILE], restarts: [] };

const step = (name: StepRecord['name'], state: StepRecord['state']): StepRecord => ({
  name,
  title: name,
  state,
  startedAt: null,
  finishedAt: null,
  rounds: 1,
  result: null,
  failure: null,
  decision: null,
});
const record = (flags: StepRecord['state'], files: StepRecord['state']) => ({
  plan: { partial: PLAN },
  status: { steps: [step('switch-flags', flags), step('put-back-configuration', files)] },
});

describe('a partial rollback', () => {
  it('says what it changes, and what the way back does', () => {
    expect(describeChanges(PLAN)).toBe('checkout off and configuration blue-env put back');
    expect(describeChanges({ ...PLAN, restores: true, flags: [{ ...FLAG, after: 'on' }] })).toBe(
      'checkout back to on and configuration blue-env as it was',
    );
    expect(describeFlag(FLAG)).toBe('checkout: on → off, feature checkout of Unleash');
    expect(describeFlag({ ...FLAG, before: 'off' })).toBe(
      'checkout: is off already, feature checkout of Unleash',
    );
    expect(describeFile(FILE)).toEqual([
      'blue-env: /srv/.env.blue becomes /srv/.env.blue.old; the file of now is kept beside it',
      '  POOL: changed',
    ]);
  });

  it('names a file that is kept only where one was replaced', () => {
    const change = { ...FILE, after: '0123456789abcdef' };
    expect(putBackProof(change, '/srv/.env.blue.backout-20261121-031500')).toBe(
      '/srv/.env.blue is /srv/.env.blue.old to the byte (SHA-256 0123456789ab…); the file before is kept as /srv/.env.blue.backout-20261121-031500',
    );
    expect(putBackProof(change, null)).toBe(
      '/srv/.env.blue is /srv/.env.blue.old to the byte (SHA-256 0123456789ab…); it was so before',
    );
  });

  it('says only of what is done that it is proved', () => {
    expect(changesSentence(record('done', 'already'))).toBe(
      'Flags: checkout off, proved. Configuration: blue-env put back, proved.',
    );
    expect(changesSentence(record('failed', 'not-reached'))).toBe(
      'Flags NOT proved changed: checkout off was planned, and may be done in part. ' +
        'Configuration not changed yet: blue-env put back was planned.',
    );
    expect(changesSentence({ plan: {}, status: { steps: [] } })).toBe('');
  });

  it('is not done as long as one of its changes is not', () => {
    expect(undoneChanges(record('done', 'already'))).toEqual([]);
    expect(undoneChanges(record('skipped', 'done'))).toEqual(['switch-flags']);
    expect(undoneChanges(record('not-needed', 'aborted'))).toEqual(['put-back-configuration']);
  });

  it('names the commands that do it again and put it back', () => {
    const plan = { service: 'listings', environment: 'production', partial: PLAN };
    expect(startCommand(plan)).toBe(
      'backout rollback partial listings --env production --flag checkout --configuration blue-env --reason …',
    );
    expect(restoreCommand(plan)).toBe(
      'backout rollback partial listings --env production --restore --reason …',
    );
    expect(restoreCommandOf({ ...plan, entry: { kind: 'flag', name: 'checkout' } })).toBe(
      'backout rollback partial listings --env production --restore --flag checkout --reason …',
    );
    expect(restoreCommandOf({ ...plan, entry: { kind: 'configuration', name: 'blue-env' } })).toBe(
      'backout rollback partial listings --env production --restore --configuration blue-env --reason …',
    );
  });
});
