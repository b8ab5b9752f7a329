/** One configuration out of a dump, with one file replaced. */
import { expect, test } from 'vitest';
import { flattenDump, parseDump, pidFileOf } from '../../../activities/nginx/flatten.ts';

const DUMP = [
  '# configuration file /etc/nginx/nginx.conf:',
  'events {}',
  'http {',
  '    include mime.types;',
  '    include /etc/nginx/sites-enabled/*; # all sites',
  '    include none/*.conf;',
  '}',
  '',
  '# configuration file /etc/nginx/mime.types:',
  'types { text/html html; }',
  '',
  '# configuration file /etc/nginx/sites-enabled/b.conf:',
  'server { include "snippets/x.conf"; }',
  '',
  '# configuration file /etc/nginx/snippets/x.conf:',
  'root /srv; # no newline follows',
  '# configuration file /etc/nginx/sites-enabled/a.conf:',
  'upstream old {}',
  '',
  '',
].join('\n');

test('a dump is its files, in the order in which nginx read them', () => {
  expect([...parseDump(DUMP)]).toEqual([
    ['/etc/nginx/nginx.conf', expect.stringMatching(/^events \{\}\n[^]*\}\n$/)],
    ['/etc/nginx/mime.types', 'types { text/html html; }\n'],
    ['/etc/nginx/sites-enabled/b.conf', 'server { include "snippets/x.conf"; }\n'],
    ['/etc/nginx/snippets/x.conf', 'root /srv; # no newline follows'],
    ['/etc/nginx/sites-enabled/a.conf', 'upstream old {}\n'],
  ]);
});

test('includes are pasted in where they stand, patterns in the order of names, and one file is another', () => {
  const paths = ['/srv/available/a.conf', '/etc/nginx/sites-enabled/a.conf'];
  const whole = flattenDump(parseDump(DUMP), { paths, text: 'upstream new {}' });
  expect(whole?.replace(/\n+/g, '\n')).toBe(
    [
      'events {}',
      'http {',
      '    types { text/html html; }',
      '    upstream new {}',
      'server { root /srv; # no newline follows',
      ' }',
      ' # all sites',
      '    ',
      '}',
      '',
    ].join('\n'),
  );
});

test('a file that nginx does not read gives nothing to test', () => {
  expect(flattenDump(parseDump(DUMP), { paths: ['/srv/available/c.conf'], text: '' })).toBeNull();
});

test('an empty dump gives nothing to test', () => {
  expect(flattenDump(parseDump(''), { paths: ['/etc/nginx/nginx.conf'], text: '' })).toBeNull();
});

test('a file in a syntax that we do not know gives nothing to test', () => {
  const dump = parseDump(DUMP.replace('types {', 'types "'));
  expect(flattenDump(dump, { paths: ['/etc/nginx/sites-enabled/a.conf'], text: '' })).toBeNull();
});

test('the main file itself can be the one that is replaced', () => {
  const whole = flattenDump(parseDump(DUMP), {
    paths: ['/etc/nginx/nginx.conf'],
    text: 'include mime.types;',
  });
  expect(whole).toBe('types { text/html html; }\n\n\n');
});

test('the pid file is the one that the configuration names, wherever it does', () => {
  const dumpOf = (...texts: string[]) =>
    new Map(texts.map((text, index) => [`/etc/nginx/${index}.conf`, text]));
  expect(
    pidFileOf(dumpOf('http { include /etc/nginx/1.conf; }', 'upstream pid { server pid:80; }')),
  ).toBeNull();
  expect(pidFileOf(dumpOf('# pid /no;\nuser x;\npid /run/nginx.pid;\nhttp {}'))).toBe('/run/nginx.pid');
  expect(pidFileOf(dumpOf('include 1.conf;', 'pid "/run/my nginx.pid";'))).toBe('/run/my nginx.pid');
  expect(pidFileOf(dumpOf('this is } not nginx'))).toBeNull();
});
