/** May a rollback go back across the migrations that came since? Every combination, and the words for people. */
import { describe, expect, it } from 'vitest';
import { judgeMigrations } from '../../../src/domain/migrations/policy.ts';
import type { MigrationsPlan, MigrationWord } from '../../../src/domain/migrations/plan.ts';
import { migrationLines } from '../../../src/domain/migrations/words.ts';

const NAMES: Record<MigrationWord, string> = {
  additive: '0042_add_price',
  irreversible: '0043_drop_price',
  unknown: '0044_rename',
  'half-applied': '0045_half',
};

const planOf = (words: MigrationWord[] | null, change: Partial<MigrationsPlan> = {}): MigrationsPlan => ({
  tool: 'knex',
  since: words === null ? null : words.map((word) => ({ name: NAMES[word], word })),
  mayBeMore: false,
  knownFrom: words === null ? null : 'the files in /srv/blue/migrations on web-1',
  problem: words === null ? 'There is no table knex_migrations.' : null,
  down: words === null ? [] : ['npx knex migrate:down 0044_rename'],
  ...change,
});

type Asked = { kind?: 'traffic-only' | 'full'; ignore?: string; hasDatabase?: boolean };
const judge = (
  migrations: MigrationsPlan,
  { kind = 'traffic-only', ignore, hasDatabase = true }: Asked = {},
) =>
  judgeMigrations({
    ...{ kind, migrations, hasDatabase, ignore, service: 'listings', environment: 'production' },
    to: 'blue (1.4.0)',
    requestedBy: 'anna',
  });

describe('a rollback', () => {
  const PASSES = 'passes';
  const WARNS = 'passes with a warning';
  const verdict = (migrations: MigrationsPlan, asked: Asked) => {
    const { refusal, warnings } = judge(migrations, asked);
    return refusal?.type ?? (warnings.length === 0 ? PASSES : WARNS);
  };
  type Row = [MigrationWord[] | null, trafficOnly: string, ignored: string, full: string];
  const TABLE: Row[] = [
    [[], PASSES, PASSES, PASSES],
    [['additive'], PASSES, PASSES, PASSES],
    [['additive', 'additive'], PASSES, PASSES, PASSES],
    [['unknown'], 'MigrationsInTheWay', WARNS, WARNS],
    [['additive', 'unknown'], 'MigrationsInTheWay', WARNS, WARNS],
    [['half-applied'], 'MigrationsInTheWay', WARNS, WARNS],
    // No request reaches over the author's word.
    [['irreversible'], 'MigrationsInTheWay', 'MigrationsInTheWay', WARNS],
    [['additive', 'irreversible', 'unknown'], 'MigrationsInTheWay', 'MigrationsInTheWay', WARNS],
    [null, 'MigrationsUnreadable', WARNS, WARNS],
  ];
  it.each(TABLE)('across %j: %s; ignoring them: %s; full: %s', (words, trafficOnly, ignored, full) => {
    expect(verdict(planOf(words), {})).toBe(trafficOnly);
    expect(verdict(planOf(words), { ignore: 'I tried it' })).toBe(ignored);
    expect(verdict(planOf(words), { kind: 'full' })).toBe(full);
  });

  it('does not pass where nothing names all that came, whatever is said of those that are named', () => {
    expect(verdict(planOf(['additive'], { mayBeMore: true }), {})).toBe('MigrationsInTheWay');
    expect(verdict(planOf(['additive'], { mayBeMore: true }), { ignore: 'I know' })).toBe(WARNS);
  });
});

describe('the words', () => {
  it('name the migrations, say that nothing was changed, and give the choices', () => {
    expect(judge(planOf(['unknown', 'additive'])).refusal).toEqual({
      type: 'MigrationsInTheWay',
      what: 'A traffic-only rollback would put blue (1.4.0) onto a database that it is not known to run on: a migration applied since then stands in the way: 0044_rename (nobody has said).',
      changed: 'Nothing was changed: traffic and data are as they were.',
      next:
        'Choose: a full rollback, which takes the database back, too: `backout rollback full listings --env production --reason WHY --released-at TIME`; ' +
        'or go down by your own command, then start again: `npx knex migrate:down 0044_rename`; or fix forward. ' +
        'If blue (1.4.0) does run on 0044_rename: say so under `migrations.additive`, or for this once with ' +
        '`backout rollback traffic-only listings --ignore-migrations "HOW YOU KNOW"`.',
    });
  });

  it('offer no way over what is marked irreversible', () => {
    const { refusal } = judge(planOf(['irreversible', 'unknown'], { down: [] }), {
      ignore: 'x',
      hasDatabase: false,
    });
    expect(refusal?.what).toBe(
      'A traffic-only rollback would put blue (1.4.0) onto a database that it is not known to run on: 2 migrations applied since then stand in the way: 0043_drop_price (marked irreversible) and 0044_rename (nobody has said). --ignore-migrations does not reach over what its author marked irreversible.',
    );
    expect(refusal?.next).toBe(
      'Choose: a full rollback, which takes the database back, too (it needs `database` in the configuration); or go down by your own means (no command for it is known), then start again; or fix forward.',
    );
  });

  it('say why it could not be found out, and how to go on nevertheless', () => {
    const { refusal } = judge(planOf(null));
    expect(refusal?.what).toBe(
      'Which migrations came since blue (1.4.0) could not be found out, so it is not known whether blue (1.4.0) runs on the database. There is no table knex_migrations.',
    );
    expect(refusal?.changed).toBe('Nothing was changed: traffic and data are as they were.');
    expect(refusal?.next).toContain('--ignore-migrations "HOW YOU KNOW"');
  });

  it('put it on record who ignored what, and why', () => {
    expect(judge(planOf(['unknown']), { ignore: 'it ran on it in staging' }).warnings).toEqual([
      'Migrations are IGNORED, as anna says (“it ran on it in staging”): 0044_rename (nobody has said). Nobody has checked that blue (1.4.0) runs on the database.',
    ]);
    expect(judge(planOf(null), { ignore: 'x' }).warnings).toEqual([
      'Migrations are IGNORED, as anna says (“x”): which migrations came since blue (1.4.0) is not known. Nobody has checked that blue (1.4.0) runs on the database.',
    ]);
  });

  it('warn in a full rollback of the time until RESTORE', () => {
    expect(judge(planOf(['unknown', 'additive']), { kind: 'full' }).warnings).toEqual([
      'Until the database is restored, blue (1.4.0) meets migrations that it is not known to run on: 0044_rename (nobody has said).',
    ]);
  });
});

describe('the plan’s lines', () => {
  const lines = (migrations: MigrationsPlan) => migrationLines(migrations, 'blue (1.4.0)');
  const BY = '(by the files in /srv/blue/migrations on web-1)';

  it.each<[MigrationsPlan, string[]]>([
    [planOf([]), [`none since blue (1.4.0) ${BY}`]],
    [
      planOf(['additive', 'unknown']),
      [`since blue (1.4.0): 0042_add_price (additive) and 0044_rename (nobody has said) ${BY}`],
    ],
    [
      planOf(['additive'], { mayBeMore: true }),
      [
        `since blue (1.4.0): 0042_add_price (additive) and maybe others between them that nothing names ${BY}`,
      ],
    ],
    [
      planOf([], { notInBackup: ['0043_drop_price'] }),
      [`none since blue (1.4.0) ${BY}`, 'the backup is from before 0043_drop_price'],
    ],
    [
      planOf(null, { notInBackup: null }),
      [
        'which came since blue (1.4.0) is not known: There is no table knex_migrations.',
        'which the backup holds is not known: its manifest does not say',
      ],
    ],
    [
      planOf([], { notInBackup: [] }),
      [`none since blue (1.4.0) ${BY}`, 'the backup holds all of them that are applied now'],
    ],
  ])('%#', (migrations, expected) => {
    expect(lines(migrations)).toEqual(expected);
  });
});
