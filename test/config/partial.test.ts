/** Flags and configuration files in backout.yaml: what is refused before it is night. */
import { describe, expect, it } from 'vitest';
import { formatOf, keyOf } from '../../src/domain/partial/settings.ts';
import { problemsIn, SMALL } from './support.ts';

const withSettings = (lines: string[]) => `${SMALL}${lines.map((line) => `        ${line}\n`).join('')}`;

describe('flags and configuration files', () => {
  it('are fine as in the documentation', async () => {
    const settings = [
      'flags:',
      '  checkout:',
      '    unleash: { url: https://unleash.example.net, token: { env: UNLEASH_TOKEN } }',
      '  search: { file: /srv/flags.json, key: features.search, restart: true, release: blue }',
      'configFiles:',
      '  blue-env: { file: /srv/.env.blue, saved: /srv/.env.blue.old, release: blue }',
    ];
    expect(await problemsIn(withSettings(settings), { env: { UNLEASH_TOKEN: 'x' } })).toEqual([]);
  });

  it('must name a colour that there is, and no secret to show', async () => {
    const problems = await problemsIn(
      withSettings(['configFiles:', '  env: { file: /srv/.env, saved: /srv/.env.old, release: blu }']),
    );
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain('there is no colour "blu" in the target');
    const secrets = await problemsIn(
      withSettings(['configFiles:', '  env: { file: /a/.env, saved: /a/.env, showValues: [DB_PASSWORD] }']),
    );
    expect(secrets.join('\n')).toContain('is the file itself, not a copy of it');
    expect(secrets.join('\n')).toContain(
      '"DB_PASSWORD" looks like the name of a secret: its value is never shown',
    );
  });

  it('need time for the restart', async () => {
    const problems = await problemsIn(
      withSettings([
        'configFiles:',
        '  env: { file: /srv/.env, saved: /srv/.env.old }',
        'budgets: { restartApplicationSeconds: 20 }',
      ]),
    );
    expect(problems.join('\n')).toContain('is 20 s, but a process may take 30 s to stop');
  });

  it('are read by the name of the file, where nothing else is said', () => {
    expect(
      ['/a/.env', '/a/.env.blue', '/a/blue.env', '/a/f.json', '/a/f.jsonc', '/a/nginx.conf'].map((file) =>
        formatOf({ file }),
      ),
    ).toEqual(['env', 'env', 'env', 'json', 'jsonc', 'text']);
    expect(formatOf({ file: '/a/settings', format: 'json' })).toBe('json');
    expect(keyOf('a.b', { file: '/f.json' })).toEqual(['a', 'b']);
    expect(keyOf('a.b', { file: '/.env' })).toEqual(['a.b']);
  });
});
