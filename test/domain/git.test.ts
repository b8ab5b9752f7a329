import { describe, expect, it } from 'vitest';
import { faultyTag, gitSchema, withoutSignIn } from '../../src/domain/git.ts';
import { listProblems } from '../../src/domain/request.ts';
import { makePlan } from '../support/records.ts';

const SETTINGS = gitSchema.parse({ remote: '/srv/listings.git' });
const REF = {
  workflowId: 'rollback-1',
  runId: 'r',
  startedAt: '2026-11-21T03:15:00.123Z',
  requestedBy: 'anna',
};
const tagOf = (version: string | null, settings = SETTINGS) =>
  faultyTag({ ...makePlan({ reason: '5xx\nsince' }), from: { name: 'green', version } }, REF, settings);

describe('the tag of a faulty version', () => {
  it('says what was rolled back, when, why and by whom', () => {
    const { service, environment } = makePlan({});
    expect(tagOf('v1.5.0')).toEqual({
      remote: '/srv/listings.git',
      ref: 'v1.5.0',
      name: `rollback/${service}/1.5.0/20261121T031500Z`,
      at: '2026-11-21T03:15:00.123Z',
      message: [
        `Rolled back: ${service} in ${environment}, from green (v1.5.0) to blue (1.4.0)`,
        '',
        'Reason: 5xx ⏎ since',
        'Asked for by: anna',
        'Rollback: rollback-1, started 2026-11-21T03:15:00.123Z',
      ].join('\n'),
    });
  });

  it('is on what the configuration calls that commit', () => {
    const ref = (wanted: string, version: string) => {
      const tag = tagOf(version, gitSchema.parse({ remote: 'x', ref: wanted }));
      return 'ref' in tag ? tag.ref : tag.why;
    };
    expect(ref('$version', 'v1.5.0')).toBe('1.5.0');
    expect(ref('release/$version', '1.5.0+7')).toBe('release/1.5.0+7');
    expect(ref('$version', '4f2a91c')).toBe('4f2a91c');
  });

  it.each([null, '--upload-pack=x', 'a:b', '+main', 'a..b', 'a b', '1.5.0\n', 'a//b', '../x', '.x', '$(x)'])(
    'is not made of %j',
    (version) => {
      const tag = tagOf(version);
      // A trailing line break is no part of a version.
      expect('why' in tag).toBe(version !== '1.5.0\n');
    },
  );
});

describe('the settings', () => {
  const problems = (change: object) => {
    const parsed = gitSchema.safeParse({ remote: 'git@github.com:acme/listings.git', ...change });
    return parsed.success ? [] : listProblems(parsed.error);
  };

  it('take no option for a repository, no password, and no name without the version', () => {
    expect(problems({})).toEqual([]);
    expect(problems({ remote: '--upload-pack=x' })).toEqual(['remote: must not begin with a dash']);
    expect(problems({ remote: 'ssh://me:secret@github.com/acme/listings.git' })).toEqual([
      'remote: must not hold a password: git on the worker has ways of its own to sign in (SSH key, credential helper)',
    ]);
    expect(problems({ remote: 'ssh://git@github.com/acme/listings.git' })).toEqual([]);
    expect(problems({ remote: 'https://github.com/@acme/listings.git' })).toEqual([]);
  });

  it.each(['ghp_TOKEN@', 'me:secret@', 'x-access-token:ghs_TOKEN@', ':secret@', 'me:s@cret@', 'me@'])(
    'take no sign-in in an https address: %s',
    (signIn) => {
      for (const scheme of ['https://', 'http://', 'HTTPS://', 'https::https://'])
        expect(problems({ remote: `${scheme}${signIn}github.com/acme/listings.git` })).toEqual([
          'remote: must not hold a user or a token (https://…@): it would stand in the history, in messages and in reports. ' +
            'Let git on the worker sign in by its credential helper, or use SSH (git@github.com:acme/listings.git)',
        ]);
    },
  );

  it('take only refs and tags that can be', () => {
    expect(problems({ ref: 'main' })).toEqual(['ref: must contain $version']);
    expect(problems({ tagPrefix: 'a//b' })).toEqual([
      'tagPrefix: must be a beginning of a tag, such as rollback',
    ]);
  });
});

describe('what git says', () => {
  it.each([
    [
      "fatal: unable to access 'https://ghp_TOKEN@github.com/a/b.git/': The requested URL returned error: 403",
      "fatal: unable to access 'https://[…]@github.com/a/b.git/': The requested URL returned error: 403",
    ],
    ['to http://me:s@cret@host/a and ssh://git@host/b', 'to http://[…]@host/a and ssh://[…]@host/b'],
    ['git@github.com: Permission denied (publickey).', 'git@github.com: Permission denied (publickey).'],
    ['remote: see https://github.com/@acme', 'remote: see https://github.com/@acme'],
  ])('is quoted without what signs in: %s', (said, quoted) => {
    expect(withoutSignIn(said)).toBe(quoted);
  });
});
