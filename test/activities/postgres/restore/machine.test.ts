import { expect, test } from 'vitest';
import { tuningFor } from '../../../../activities/postgres/restore/machine.ts';
import { databaseSchema } from '../../../../src/domain/database.ts';

const settings = (restore: { jobs?: number } = {}) =>
  databaseSchema.parse({ name: 'shop', backups: { folder: '/b' }, restore }).restore;
const machine = { cores: 4, freeKb: 8_000_000, ownKb: 65_536 };

test('a restore has a connection for each core, from two to eight, and memory for its indexes', () => {
  expect(tuningFor(machine, settings())).toEqual({
    jobs: 4,
    settings: { synchronous_commit: 'off', maintenance_work_mem: '250000kB' },
  });
  expect(tuningFor({ ...machine, cores: 1 }, settings()).jobs).toBe(2);
  expect(tuningFor({ ...machine, cores: 64 }, settings()).jobs).toBe(8);
});

test('what is configured is taken', () => {
  expect(tuningFor(machine, settings({ jobs: 16 }))).toEqual({
    jobs: 16,
    settings: { synchronous_commit: 'off' },
  });
});

test('the memory is never less than the server gives by itself, and never more than helps', () => {
  const memory = (given: Partial<typeof machine>) =>
    tuningFor({ ...machine, ...given }, settings()).settings['maintenance_work_mem'];
  expect(memory({ freeKb: 1_000_000 })).toBeUndefined();
  expect(memory({ ownKb: 1_000_000 })).toBeUndefined();
  expect(memory({ freeKb: 100_000_000 })).toBe('524288kB');
});

test('a machine that is not known gets four connections, and no more memory than it has by itself', () => {
  expect(tuningFor(null, settings())).toEqual({ jobs: 4, settings: { synchronous_commit: 'off' } });
});
