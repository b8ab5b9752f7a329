import { describe, expect, test } from 'vitest';
import {
  masterCommand,
  readGroup,
  readRemoteError,
  remoteLine,
  sessionCommand,
  sshOptions,
} from '../../../activities/commands/ssh-commands.ts';

const plain = { address: 'web-1.example', connectTimeoutSeconds: 5 };

const COMMON = [
  '-F', 'none', '-T',
  '-o', 'BatchMode=yes',
  '-o', 'StrictHostKeyChecking=yes',
  '-o', 'UpdateHostKeys=no',
  '-o', 'ForwardAgent=no',
  '-o', 'ClearAllForwardings=yes',
  '-o', 'ControlPersist=no',
  '-o', 'ConnectTimeout=5',
  '-o', 'ServerAliveInterval=3',
  '-o', 'ServerAliveCountMax=3',
  '-o', 'LogLevel=ERROR',
]; // prettier-ignore

test('a host by its address alone is reached with the safe options and nothing else', () => {
  expect(sshOptions(plain)).toEqual(COMMON);
});

test('every setting has its option', () => {
  const settings = {
    ...plain,
    port: 2222,
    user: 'deploy',
    identityFile: '/keys/id',
    knownHostsFile: '/my keys/known_hosts',
  };
  expect(sshOptions(settings)).toEqual([
    ...COMMON,
    '-p', '2222',
    '-l', 'deploy',
    '-i', '/keys/id',
    '-o', 'IdentitiesOnly=yes',
    '-o', 'UserKnownHostsFile="/my keys/known_hosts"',
  ]); // prettier-ignore
  expect(sshOptions({ ...plain, configFile: '/etc/backout/ssh_config' }).slice(0, 2)).toEqual([
    '-F',
    '/etc/backout/ssh_config',
  ]);
});

test('a jump host is reached with the same key, known hosts and checks', () => {
  const options = sshOptions({
    ...plain,
    user: 'deploy',
    identityFile: '/my keys/id',
    jump: 'ops@bastion:2200',
  });
  const proxy = options.at(-1);
  expect(proxy).toBe(
    'ProxyCommand=ssh -F none -T -o BatchMode\\=yes -o StrictHostKeyChecking\\=yes -o UpdateHostKeys\\=no' +
      ' -o ForwardAgent\\=no -o ClearAllForwardings\\=yes -o ControlPersist\\=no -o ConnectTimeout\\=5' +
      ' -o ServerAliveInterval\\=3 -o ServerAliveCountMax\\=3 -o LogLevel\\=ERROR' +
      " -i '/my keys/id' -o IdentitiesOnly\\=yes -W \\[%h\\]\\:%p -- ssh\\://ops\\@bastion\\:2200",
  );
});

test('an address can never be taken for an option', () => {
  expect(masterCommand(plain, '/tmp/bo/1').slice(-6)).toEqual([
    '-M',
    '-S',
    '/tmp/bo/1',
    '--',
    'web-1.example',
    'echo ready; exec cat >/dev/null',
  ]);
  expect(sessionCommand(plain, '/tmp/bo/1', 'uptime').slice(-7)).toEqual([
    '-S',
    '/tmp/bo/1',
    '-o',
    'ControlMaster=no',
    '--',
    'web-1.example',
    'uptime',
  ]);
});

test('the remote shell does nothing that was given up, gets quoted arguments, and tells the process group and an exit code 255', () => {
  expect(remoteLine(['cat', "it's"], 'm-1')).toBe(
    'export LANGUAGE=en; for folder in /dev/shm /tmp /var/tmp; do' +
      ' [ ! -e "$folder/backout-ended-m-1" ] || exit 1; done; echo backout-group $$ >&2; cat "it\'s"; s=$?;' +
      " [ $s -ne 255 ] || printf '\\nbackout-own-255\\n' >&2; exit $s",
  );
});

describe('standard error of a remote command', () => {
  test('is what the command wrote, without our own lines', () => {
    expect(readRemoteError('backout-group 4711\noops')).toEqual({ stderr: 'oops', own255: false });
    expect(readRemoteError('motd\nbackout-group 4711\n')).toEqual({ stderr: 'motd\n', own255: false });
    expect(readRemoteError('backout-group 4711\noops\nbackout-own-255\n')).toEqual({
      stderr: 'oops',
      own255: true,
    });
    expect(readRemoteError('ssh: connect: refused')).toEqual({
      stderr: 'ssh: connect: refused',
      own255: false,
    });
  });

  test('tells the process group, or that the command is not known to have begun', () => {
    expect(readGroup('motd\nbackout-group 4711\noops')).toBe(4711);
    expect(readGroup('mux_client_request_session: read from master failed')).toBeUndefined();
  });
});
