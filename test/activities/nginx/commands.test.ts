/** nginx's own commands, word for word. */
import { expect, test } from 'vitest';
import {
  besidePath,
  dumpCommand,
  reloadCommand,
  scriptArguments,
  testCommand,
} from '../../../activities/nginx/commands.ts';

const usual = { binary: 'nginx' };
const own = { binary: '/opt/nginx/sbin/nginx', config: '/etc/shop/nginx.conf', prefix: '/opt/nginx' };

test('by default nginx finds its configuration itself', () => {
  expect(testCommand(usual)).toEqual(['nginx', '-t']);
  expect(dumpCommand(usual)).toEqual(['nginx', '-T', '-q']);
  expect(reloadCommand(usual)).toEqual(['nginx', '-s', 'reload']);
  expect(scriptArguments('/etc/nginx/a.conf', usual)).toEqual(['/etc/nginx/a.conf', 'nginx', '', '']);
});

test('another binary, prefix and configuration go with every command', () => {
  const start = ['/opt/nginx/sbin/nginx', '-p', '/opt/nginx', '-c', '/etc/shop/nginx.conf'];
  expect(testCommand(own)).toEqual([...start, '-t']);
  expect(dumpCommand(own)).toEqual([...start, '-T', '-q']);
  expect(reloadCommand(own)).toEqual([...start, '-s', 'reload']);
  expect(scriptArguments('/a', own)).toEqual([
    '/a',
    '/opt/nginx/sbin/nginx',
    '/etc/shop/nginx.conf',
    '/opt/nginx',
  ]);
});

test('a reload command of the settings is taken as it is', () => {
  expect(reloadCommand({ ...own, reload: ['systemctl', 'reload', 'nginx'] })).toEqual([
    'systemctl',
    'reload',
    'nginx',
  ]);
});

test('a configuration is tested beside the main one, under a name that no include matches', () => {
  expect(besidePath('/etc/nginx/nginx.conf')).toBe('/etc/nginx/.backout-test.conf');
});
