import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeDifferences, valuesOf } from '../../../src/domain/partial/differences.ts';
import { looksSecret } from '../../../src/domain/partial/secrets.ts';

const env = (present: string, next: string, showValues: string[] = []) =>
  describeDifferences(present, next, { format: 'env', showValues });

describe('the difference between a configuration file and its saved copy', () => {
  it('names what is added, removed and changed, and no value', () => {
    expect(env('A=1\nB=two\nC=3\n', '# old\nA=1\nB="TWO"\nD=4\n')).toEqual([
      'B: changed',
      'C: removed',
      'D: added',
    ]);
  });

  it('shows the values that the configuration allows, but never those of secrets', () => {
    const allowed = ['LOG_LEVEL', 'POOL', 'NEW', 'DB_PASSWORD'];
    expect(
      env('LOG_LEVEL=debug\nDB_PASSWORD=a\nPOOL=5\n', 'LOG_LEVEL=info\nDB_PASSWORD=b\nNEW=1\n', allowed),
    ).toEqual(['LOG_LEVEL: debug → info', 'DB_PASSWORD: changed', 'POOL: removed, was 5', 'NEW: added, 1']);
  });

  it('hides the secrets within the values that it shows', () => {
    const url = (user: string, rest: string) => `DATABASE_URL=postgres://${user}@db.example.net${rest}\n`;
    const shown = (present: string, next: string) => env(present, next, ['DATABASE_URL']);
    expect(
      shown(url('app:s3cr3t', '/blue'), url('app:n3w', '/green?sslmode=require&sslpassword=x9')),
    ).toEqual([
      'DATABASE_URL: postgres://[…]@db.example.net/blue → postgres://[…]@db.example.net/green?sslmode=require&sslpassword=[…]',
    ]);
    expect(shown(url('app:s3cr3t', '/blue'), url('app:n3w', '/blue'))).toEqual(['DATABASE_URL: changed']);
    expect(shown('A=1\n', `A=1\n${url('app:n3w', '/blue')}`)).toEqual([
      'DATABASE_URL: added, postgres://[…]@db.example.net/blue',
    ]);
  });

  it('is said also where only comments differ', () => {
    expect(env('A=1\n', '# comment\nA="1"\n')).toEqual([
      'the same values: only comments, order or spacing differ',
    ]);
  });

  it('does not need the present file to be readable: that may be why it is put back', () => {
    expect(env('A=1\n<<<<<<< HEAD\n', 'A=1\nB=2\n')).toEqual([
      "the present file can't be read as env: line 2 is not KEY=value",
      'it would have 2 values',
    ]);
  });

  it('names the paths of JSON', () => {
    const present = '{"db": {"pool": 5, "hosts": ["a", "b"]}}';
    const next = '{"db": {"pool": 50, "hosts": ["a"]}}';
    expect(describeDifferences(present, next, { format: 'json', showValues: ['db.pool'] })).toEqual([
      'db.pool: 5 → 50',
      'db.hosts.1: removed',
    ]);
  });

  it('only counts the lines of other files', () => {
    expect(describeDifferences('a\nsecret\nb\n', 'a\nb\nc\nd\n', { format: 'text', showValues: [] })).toEqual(
      ['1 lines go, 2 lines come; its content is not shown'],
    );
  });

  it('never holds a value that was not allowed', () => {
    const secret = fc.stringMatching(/^S3CR3T[a-z]{8}$/);
    const files = fc.dictionary(fc.stringMatching(/^[A-Z]{1,5}$/), secret, { maxKeys: 6 });
    const print = (values: Record<string, string>) =>
      Object.entries(values)
        .map(([key, value]) => `${key}=${value}\n`)
        .join('');
    fc.assert(
      fc.property(files, files, (one, other) => {
        for (const format of ['env', 'text'] as const) {
          const said = describeDifferences(print(one), print(other), { format, showValues: [] }).join('\n');
          expect(said).not.toContain('S3CR3T');
        }
        const json = describeDifferences(JSON.stringify(one), JSON.stringify(other), {
          format: 'json',
          showValues: [],
        });
        expect(json.join('\n')).not.toContain('S3CR3T');
      }),
    );
  });

  it('can not be told of a copy that is unreadable', () => {
    expect(valuesOf('', 'env')).toEqual({ problem: 'no KEY=value is in it' });
    expect(valuesOf('{', 'json')).toMatchObject({ problem: expect.stringContaining('line 1, column 2') });
  });
});

describe('the name of a secret', () => {
  it.each([
    'DB_PASSWORD',
    'apiKey',
    'stripeKey',
    'API_KEY',
    'STRIPE_KEY',
    'key',
    'session.cookie',
    'GITHUB_TOKEN',
    'SENTRY_DSN',
    'AUTH',
  ])('%s is one', (name) => expect(looksSecret(name)).toBe(true));
  it.each(['LOG_LEVEL', 'POOL_SIZE', 'KEYBOARD', 'AUTHOR', 'features.search', 'MONKEY'])(
    '%s is none',
    (name) => expect(looksSecret(name)).toBe(false),
  );
});
