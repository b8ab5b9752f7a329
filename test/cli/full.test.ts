/** Arguments of full rollbacks: what is refused before anything is started or asked. */
import { expect, test } from 'vitest';
import { kindOfPlan, refuseIncomplete } from '../../src/cli/full.ts';
import { toRequest } from '../../src/cli/request.ts';
import { run } from '../../src/cli/run.ts';
import { fakeIo } from './support/io.ts';

const RELEASED = '2026-11-21T03:05:00Z';
const UNCHANGED = 'Nothing was changed: traffic and data are as they were.';

test('a full rollback must be told which backup is meant', () => {
  expect(() => refuseIncomplete({ service: 'listings' })).toThrow(
    'A full rollback restores a backup from before the faulty release: say when that went live (--released-at ' +
      '2026-11-21T03:05:00Z), or name the backup (--backup FILE; `backout backups listings` lists them). ' +
      UNCHANGED,
  );
  expect(() => refuseIncomplete({ service: 'listings', releasedAt: RELEASED, backup: 'a.dump' })).toThrow(
    `--released-at has the backup chosen, --backup names it: give one of them. ${UNCHANGED}`,
  );
  expect(() => refuseIncomplete({ service: 'listings', backup: 'a.dump' })).not.toThrow();
});

test('a full rollback is not done with --local, which says what to do instead', () => {
  expect(() => refuseIncomplete({ service: 'listings', releasedAt: RELEASED, local: true })).toThrow(
    'A full rollback can not run with --local: approvals and RESTORE reach it through Temporal. To get traffic off the faulty ' +
      `release now: \`backout rollback traffic-only listings --reason WHY --local\`; it touches no data. Restore later with \`backout rollback full … --faulty NAME\`. ${UNCHANGED}`,
  );
});

test('a plan is of a full rollback only when that is said', () => {
  expect(kindOfPlan({ service: 'listings' })).toBe('traffic-only');
  expect(kindOfPlan({ service: 'listings', full: true, backup: 'a.dump' })).toBe('full');
  expect(() => kindOfPlan({ service: 'listings', backup: 'a.dump' })).toThrow(
    `--backup says what to restore: add --full, or leave it out. ${UNCHANGED}`,
  );
  expect(() => kindOfPlan({ service: 'listings', releasedAt: RELEASED })).toThrow(
    '--released-at says what to restore: add --full',
  );
});

test('the request holds the backup or the time of the release', () => {
  const common = { service: 'listings', reason: 'bad migration', by: 'anna' };
  expect(toRequest({ ...common, releasedAt: RELEASED }, {})).toEqual({
    service: 'listings',
    reason: 'bad migration',
    requestedBy: 'anna',
    releasedAt: RELEASED,
  });
  expect(toRequest({ ...common, backup: 'a b.dump' }, {})).toMatchObject({ backup: 'a b.dump' });
  expect(() => toRequest({ ...common, releasedAt: 'yesterday' }, {})).toThrow(/^--released-at /);
});

test.each([
  [
    ['rollback', 'full', 'listings', '--reason', 'x', '--backup', 'a.dump'],
    'There is no terminal to ask at: add --yes',
  ],
  [['rollback', 'full', 'listings', '--reason', 'x', '--yes'], 'A full rollback restores a backup'],
  [
    ['rollback', 'full', 'listings', '--reason', 'x', '--yes', '--backup', 'a', '--local'],
    'A full rollback can not run with --local',
  ],
  [['plan', 'listings', '--full'], 'A full rollback restores a backup'],
  [['reject', 'rollback-1'], "required option '--reason <text>' not specified"],
  [['break-glass', 'rollback-1'], "required option '--reason <text>' not specified"],
])('`backout %s` contacts nothing and is wrong usage', async (argv, message) => {
  const io = fakeIo();
  expect(await run(argv, io)).toBe(2);
  expect(io.printed.err).toContain(message);
});
