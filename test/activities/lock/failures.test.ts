import { describe, expect, test } from 'vitest';
import type { CommandResult, Host } from '../../../activities/commands/host.ts';
import { explained } from '../../../activities/lock/failures.ts';
import { EXIT } from '../../../activities/lock/scripts.ts';
import { BackoutFailure } from '../../../src/domain/failure.ts';

const host = { name: 'web-1' } as Host;
const LOCK = [
  'directory=/var/lib/backout/listings.production',
  'running=311',
  'owner=rollback-a',
  'token=7',
  'expires=1767225900',
  'since=1767225600',
  'scheduled=0',
  'step=shift-traffic',
  'by=ana',
  'attempt=2',
  'host=worker-1',
  'machine=boot/pid:[1]',
  'pid=4242',
  'lives=temporal',
  '',
].join('\n');
const HOLDER =
  'rollback-a (shift-traffic, attempt 2, asked for by ana, from worker-1 process 4242) since 2026-01-01T00:00:00.000Z';

const ended = (exitCode: number, rest: Partial<CommandResult> = {}): CommandResult => ({
  exitCode,
  stdout: LOCK,
  stderr: '',
  durationMs: 1,
  ...rest,
});

function failure(result: CommandResult): BackoutFailure {
  try {
    explained(host, '/etc/nginx/site', result);
  } catch (error) {
    if (error instanceof BackoutFailure) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

test('success is the result itself', () => {
  const result = ended(0, { stdout: 'out' });
  expect(explained(host, '/etc/nginx/site', result)).toBe(result);
});

describe('the lock', () => {
  test('of somebody else: who, until when, where, and how to take it over', () => {
    const { type, parts } = failure(ended(EXIT.locked));
    expect(type).toBe('TargetLocked');
    expect(parts).toEqual({
      what: `The target is locked by ${HOLDER}, until 2026-01-01T00:05:00.000Z. The lock is /var/lib/backout/listings.production/lock on web-1.`,
      changed: 'This command changed nothing.',
      next: "Let it finish or end it. If you know that it is dead, start again with `--take-over rollback-a --take-over-note 'how you know'`.",
    });
  });

  test('that a command still holds: which process', () => {
    const { type, parts } = failure(ended(EXIT.busy));
    expect(type).toBe('StillRunning');
    expect(parts.what).toBe(
      `An earlier command (process 311) is still at work on web-1. It belongs to ${HOLDER}, and holds /var/lib/backout/listings.production/guard.`,
    );
  });

  test('that is free while a command still runs: its rollback has let go of it', () => {
    const stdout = 'directory=/d\nrunning=\nowner=\ntoken=7\nexpires=0\n';
    expect(failure(ended(EXIT.busy, { stdout })).parts.what).toBe(
      'An earlier command is still at work on web-1. It belongs to a rollback that has released its lock, and holds /d/guard.',
    );
  });

  test('that a later attempt has taken: which one', () => {
    const { type, parts } = failure(ended(EXIT.fenced));
    expect(type).toBe('Fenced');
    expect(parts.what).toBe(
      `A later attempt has taken over: ${HOLDER}. The lock is /var/lib/backout/listings.production/lock on web-1.`,
    );
  });

  test('that was released: so', () => {
    const stdout = 'directory=/d\nrunning=1\nowner=\ntoken=7\nexpires=0\n';
    expect(failure(ended(EXIT.fenced, { stdout })).parts.what).toBe(
      'The lock was released. The lock is /d/lock on web-1.',
    );
  });

  test('that is no lock: what to look at before it is removed', () => {
    const { type, parts } = failure(ended(EXIT.unreadable, { stdout: 'directory=/d\nrunning=\n%PDF-1.7\n' }));
    expect(type).toBe('AmbiguousState');
    expect(parts).toEqual({
      what: "What /d on web-1 says of the lock can't be read: it is cut off, or no file of Backout's.",
      changed: 'This command changed nothing.',
      next: 'See what is in it. When you are sure that no rollback runs, remove /d/lock and start again.',
    });
  });
});

test('a host without flock is told what to install', () => {
  const { type, parts } = failure(ended(EXIT.noFlock));
  expect(type).toBe('ProgramMissing');
  expect(parts.what).toBe('flock is not installed on web-1: without it two rollbacks could act at once.');
  expect(parts.next).toBe('Install util-linux there.');
});

test("a state directory that can't be used is named, in the system's own words too", () => {
  const { type, parts } = failure(
    ended(EXIT.noDirectory, { stdout: 'directory=/d\n', stderr: 'mkdir: /d: Read-only file system\n' }),
  );
  expect(type).toBe('PermissionDenied');
  expect(parts.what).toBe(
    "The state directory /d on web-1 can't be read or written. mkdir: /d: Read-only file system",
  );
});

test("the guarded command's own failure is told as such, and does not promise that nothing was changed", () => {
  const { type, parts } = failure(ended(1, { stdout: '', stderr: 'nginx: [emerg] no\n' }));
  expect(type).toBe('CommandFailed');
  expect(parts).toEqual({
    what: 'A command on web-1 failed with exit code 1: nginx: [emerg] no',
    changed: 'It may have done a part of its work: trying again reads the live state first.',
    next: 'See /etc/nginx/site on web-1.',
  });
});
