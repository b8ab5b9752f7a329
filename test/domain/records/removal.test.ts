import { describe, expect, it } from 'vitest';
import { problemsOf, removalRequestSchema } from '../../../src/domain/records/removal.ts';
import type { FolderSaid, Removal } from '../../../src/domain/records/removal.ts';

const removal = (problems: FolderSaid[], removed: FolderSaid[] = []): Removal => ({
  dryRun: false,
  host: 'worker-1',
  directory: '/incidents',
  retentionDays: 30,
  removed,
  kept: [],
  problems,
  young: 3,
});
const folder = (number: number, why = 'EACCES'): FolderSaid => ({ name: `rollback-${number}`, why });

describe('what could not be removed', () => {
  it('is no failure where there is none', () => {
    expect(problemsOf(removal([], [folder(1)]))).toBeNull();
  });

  it('is named, with what was removed, what was not changed, and what comes next', () => {
    const failure = problemsOf(removal([folder(1, 'EACCES: permission denied')], [folder(2)]));
    expect(failure?.type).toBe('RecordsNotRemoved');
    expect(failure?.retryable).toBe(false);
    expect(failure?.message).toBe(
      'On the worker worker-1, old records in /incidents could not be removed: rollback-1 (EACCES: permission denied). ' +
        '1 folder was removed. Traffic and data were not changed by this. ' +
        'See what is wrong with that disk or its rights. It is tried again with the next run.',
    );
  });

  it('is not named one by one where there is too much of it', () => {
    const failure = problemsOf(removal([1, 2, 3, 4, 5, 6, 7].map((number) => folder(number))));
    expect(failure?.parts.what).toContain('rollback-4 (EACCES), rollback-5 (EACCES) and 2 more.');
    expect(failure?.parts.changed).toContain('0 folders were removed.');
  });

  it('would have been removed, where it is only asked', () => {
    const asked = { ...removal([folder(1)], [folder(2), folder(3)]), dryRun: true };
    expect(problemsOf(asked)?.parts.changed).toBe(
      'Nothing was removed: it was only asked. Traffic and data were not changed by this.',
    );
  });
});

describe('the request', () => {
  it('removes unless it says otherwise', () => {
    expect(removalRequestSchema.parse({})).toEqual({ dryRun: false });
    expect(removalRequestSchema.parse({ dryRun: true })).toEqual({ dryRun: true });
  });

  it.each([{ dryrun: true }, { dryRun: 'yes' }, 'dry', []])('%j is not taken for one', (input) => {
    expect(removalRequestSchema.safeParse(input).success).toBe(false);
  });
});
