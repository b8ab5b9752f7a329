import { describe, expect, test } from 'vitest';
import type { Executed } from '../../../activities/commands/execute.ts';
import { checked, sshFailure, timedOut } from '../../../activities/commands/outcome.ts';
import { BackoutFailure } from '../../../src/domain/failure.ts';

const ended = (result: Partial<Executed>): Executed => ({
  exitCode: 0,
  stdout: '',
  stderr: '',
  stderrBeginning: '',
  durationMs: 12,
  timedOut: false,
  aborted: false,
  ...result,
});
const nginx = { host: 'web-1', argv: ['nginx', '-t'], sudo: true };

function failureOf(result: Partial<Executed>, command = nginx): BackoutFailure {
  try {
    checked(ended(result), command);
  } catch (error) {
    if (error instanceof BackoutFailure) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

test('every exit code of the command itself is a result', () => {
  for (const exitCode of [0, 1, 126, 127, 130, 255]) {
    expect(checked(ended({ exitCode, stdout: 'out', stderr: 'err' }), nginx)).toEqual({
      exitCode,
      stdout: 'out',
      stderr: 'err',
      durationMs: 12,
    });
  }
});

describe('sudo', () => {
  test.each([
    'sudo: a password is required',
    'sudo: a terminal is required to read the password; either use the -S option',
    'sudo: no tty present and no askpass program specified',
    'sudo: sorry, you must have a tty to run sudo',
    "Sorry, user deploy is not allowed to execute '/usr/sbin/nginx -t' as root on web-1.",
    'deploy is not in the sudoers file.',
  ])('that says "%s" has not run the command', (said) => {
    const { type, parts } = failureOf({
      exitCode: 1,
      stderr: `sudo: unable to resolve host web-1\n${said}\n`,
    });
    expect(type).toBe('PermissionDenied');
    expect(parts).toEqual({
      what: `sudo on web-1 refused nginx: ${said}`,
      changed: 'This command changed nothing: it was not run.',
      next: 'Allow it in sudoers with NOPASSWD, or set `sudo: false` for the host.',
    });
  });

  test('that only warns has run it, and its exit code counts', () => {
    const stderr = 'sudo: unable to resolve host web-1: Name or service not known\nnginx: test failed\n';
    expect(checked(ended({ exitCode: 1, stderr }), nginx).exitCode).toBe(1);
  });

  test('is not blamed for what a command without it prints', () => {
    const stderr = 'sudo: a password is required\n';
    expect(checked(ended({ exitCode: 1, stderr }), { ...nginx, sudo: false }).exitCode).toBe(1);
  });
});

describe('a program that is not there', () => {
  test.each([
    ['dash', 127, 'sh: 1: nginx: not found\n'],
    ['bash', 127, 'bash: line 1: nginx: command not found\n'],
    ['zsh', 127, 'zsh:1: command not found: nginx\n'],
    ['sudo', 1, 'sudo: nginx: command not found\n'],
  ])('is told from what %s says', (_who, exitCode, stderr) => {
    const failure = failureOf({ exitCode, stderr });
    expect(failure.type).toBe('ProgramMissing');
    expect(failure.message).toBe(
      'There is no program nginx on web-1, or it is not on the PATH of our login there. ' +
        'This command changed nothing: it was not run. Install it, or correct the configuration.',
    );
  });

  test('is not confused with one that is missing inside a script', () => {
    const script = { host: 'web-1', argv: ['sh', '-c', './deploy.sh'], sudo: false };
    for (const stderr of ['sh: 1: ./deploy.sh: not found\n', 'sh: 1: foo: not found\n']) {
      expect(checked(ended({ exitCode: 127, stderr }), script).exitCode).toBe(127);
    }
  });

  test('but may not be executed is a matter of permissions', () => {
    const stderr = 'bash: line 1: /srv/smoke: Permission denied\n';
    const command = { host: 'web-1', argv: ['/srv/smoke'], sudo: false };
    expect(failureOf({ exitCode: 126, stderr }, command).type).toBe('PermissionDenied');
  });
});

test('a command that is out of time may have acted, and perhaps still runs', () => {
  const killed = timedOut(nginx, { durationMs: 2013, killed: true });
  expect(killed.type).toBe('CommandTimedOut');
  expect(killed.retryable).toBe(true);
  expect(killed.message).toBe(
    'nginx on web-1 did not end within 2 s and was killed. ' +
      'It may have done its work or a part of it: trying again reads the live state first. ' +
      'See whether web-1 is overloaded or hangs.',
  );
  expect(timedOut(nginx, { durationMs: 2013, killed: false }).parts.what).toBe(
    'nginx on web-1 did not end within 2 s and could not be killed: it may still run.',
  );
});

describe("ssh's own failures", () => {
  test.each([
    ['Host key verification failed.', 'HostKeyRejected', false],
    [
      'No ED25519 host key is known for web-1 and you have requested strict checking.',
      'HostKeyRejected',
      false,
    ],
    ['deploy@web-1: Permission denied (publickey).', 'CredentialsRejected', false],
    [
      'Received disconnect from 10.0.0.1 port 22:2: Too many authentication failures',
      'CredentialsRejected',
      false,
    ],
    ['Load key "/keys/id": bad permissions', 'CredentialsRejected', false],
    ['ssh: connect to host web-1 port 22: Connection refused', 'HostUnreachable', true],
    ['ssh: Could not resolve hostname web-1: Name or service not known', 'HostUnreachable', true],
    ['Timeout, server web-1 not responding.', 'HostUnreachable', true],
    ['', 'HostUnreachable', true],
  ])('"%s" is %s', (stderr, type, retryable) => {
    const failure = sshFailure('web-1', { stderr, sent: false });
    expect(failure.type).toBe(type);
    expect(failure.retryable).toBe(retryable);
    expect(failure.parts.changed).toBe('This command changed nothing: it was not run.');
  });

  test('a cut line leaves open whether the command acted', () => {
    const failure = sshFailure('web-1', {
      stderr: 'Connection to web-1 closed by remote host.\r\n',
      sent: true,
    });
    expect(failure.message).toBe(
      'The SSH connection to web-1 was cut: Connection to web-1 closed by remote host. ' +
        'It may have done its work or a part of it: trying again reads the live state first. ' +
        'See whether web-1 is up and the network lets us through. Backout tries again by itself.',
    );
  });
});
