import { expect, test } from 'vitest';
import { createHosts } from '../../../activities/commands/hosts.ts';

test('the own machine needs no configuration, and every host is made once', async () => {
  const hosts = createHosts({ here: { sudo: false } });
  expect(hosts.get('local').name).toBe('local');
  expect(hosts.get('here')).toBe(hosts.get('here'));
  expect((await hosts.get('here').run(['echo', 'hello'])).stdout).toBe('hello\n');
  await hosts.warm();
  await hosts.close();
});

test('an unknown host is a mistake in the configuration, and the known ones are named', () => {
  const hosts = createHosts({ 'web-1': { sudo: false } });
  expect(() => hosts.get('web-2')).toThrow(
    'There is no host "web-2" in the worker\'s configuration. This step changed nothing. ' +
      'Add it under `hosts`; there are local, web-1.',
  );
});
