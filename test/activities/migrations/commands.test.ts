/** Commands in a release's folder: exact, with secrets on standard input, and never out of the folder that is meant. */
import { describe, expect, it } from 'vitest';
import { forRelease, LIST_FILES, listFiles, RUN_IN, runIn } from '../../../activities/migrations/commands.ts';

describe('a command', () => {
  it('gets its variables on standard input, and only their names as arguments', () => {
    const run = runIn({
      argv: ['npx', 'knex', 'migrate:list'],
      folder: '/srv/blue',
      environment: { DATABASE_URL: 'postgres://x:secret@db/x', NODE_ENV: 'production' },
    });
    expect(run).toEqual({
      argv: [
        'sh',
        '-c',
        RUN_IN,
        'backout',
        '/srv/blue',
        '2',
        'DATABASE_URL',
        'NODE_ENV',
        'npx',
        'knex',
        'migrate:list',
      ],
      stdin: 'postgres://x:secret@db/x\nproduction\n',
    });
    expect(listFiles('/srv/blue/m')).toEqual(['sh', '-c', LIST_FILES, 'backout', '/srv/blue/m']);
  });
});

describe('$release and $version', () => {
  const blue = { name: 'blue', version: '1.4.0' };

  it('stand for the release', () => {
    expect(forRelease('/srv/$release/$version/m', blue)).toEqual({ text: '/srv/blue/1.4.0/m' });
    expect(forRelease('/srv/m', {})).toEqual({ text: '/srv/m' });
  });

  it.each([
    [{ name: 'blue', version: null }, '$version in /srv/$version is not known'],
    [{ name: 'blue', version: '../etc' }, '$version in /srv/$version is "../etc", which no path may hold'],
    [{ name: 'blue', version: '..' }, '$version in /srv/$version is "..", which no path may hold'],
    [{ name: 'blue', version: '' }, '$version in /srv/$version is "", which no path may hold'],
  ])('are refused: %j', (release, why) => {
    expect(forRelease('/srv/$version', release)).toEqual({ why });
  });
});
