import { expect, test } from 'vitest';
import type { CommandResult, Host } from '../../../activities/commands/host.ts';
import { scriptFailure } from '../../../activities/process/failures.ts';
import { EXIT } from '../../../activities/process/scripts.ts';

const host = { name: 'web-1' } as Host;
const WHERE = 'pid file /run/green.pid';
const ended = (exitCode: number, rest: Partial<CommandResult> = {}) =>
  scriptFailure(host, WHERE, { exitCode, stdout: '', stderr: '', durationMs: 1, ...rest });

test('codes that are not of these scripts are left to others', () => {
  for (const exitCode of [0, 1, 127, 201, 203, 255]) expect(ended(exitCode)).toBeNull();
});

test('a stale pid file names the program that has its number now, and what to do', () => {
  const failure = ended(EXIT.stalePidFile, { stdout: '811 postgres\n' });
  expect(failure?.type).toBe('AmbiguousState');
  expect(failure?.parts).toEqual({
    what: "The pid file /run/green.pid on web-1 can't be trusted: process 811 (postgres) was started after this file was written: it is another program's.",
    changed: 'No process was touched, and this step did not change traffic.',
    next: 'When the release runs no more, remove the pid file and decide `retry`. When it is that process after all, end it by hand and decide `retry`.',
  });
});

test('a search that fails is never "nothing found"', () => {
  const failure = ended(EXIT.cannotLook, { stderr: 'backout: 21: ps: not found\n' });
  expect(failure?.type).toBe('CommandFailed');
  expect(failure?.parts.what).toBe(
    "The processes on web-1 can't be searched for a pid file /run/green.pid: backout: 21: ps: not found",
  );
});

test('a process of somebody else asks for another login, and is not tried again', () => {
  const failure = ended(EXIT.notAllowed, { stdout: '811\n' });
  expect(failure?.type).toBe('PermissionDenied');
  expect(failure?.retryable).toBe(false);
  expect(failure?.parts.next).toBe('Set `sudo: true` for the host, or log in as the user of the process.');
});
