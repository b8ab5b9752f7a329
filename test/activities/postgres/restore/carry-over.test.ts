import { describe, expect, test } from 'vitest';
import {
  carryOver,
  createDatabase,
  splitList,
  wantedOf,
} from '../../../../activities/postgres/restore/carry-over.ts';
import { database, liveMarker } from './support.ts';

describe('what is carried over to the restored database', () => {
  test('nothing, where both have the same', () => {
    expect(carryOver(database('shop'), database('shop_new'))).toEqual([]);
  });

  test('settings of all and of single roles, lists of names one by one', () => {
    const settings = [
      { role: null, name: 'search_path', value: '"$user", public, "o\'clock ""x"""' },
      { role: null, name: 'myapp.tenant', value: `a, "b" o'clock` },
      { role: 'reader', name: 'work_mem', value: '8MB' },
      { role: 'reader', name: 'search_path', value: '""' },
    ];
    const given = database('new "x"', { settings: [{ role: null, name: 'work_mem', value: '1MB' }] });
    expect(carryOver(database('shop', { settings }), given)).toEqual([
      `ALTER DATABASE "new ""x""" RESET "work_mem"`,
      `ALTER DATABASE "new ""x""" SET "search_path" TO '$user', 'public', 'o''clock "x"'`,
      `ALTER DATABASE "new ""x""" SET "myapp"."tenant" TO 'a, "b" o''clock'`,
      `ALTER ROLE "reader" IN DATABASE "new ""x""" SET "work_mem" TO '8MB'`,
      `ALTER ROLE "reader" IN DATABASE "new ""x""" SET "search_path" TO ''`,
    ]);
  });

  test('grants, those of the owner first, and those of others in their name', () => {
    const grants = [
      { grantor: 'reader', grantee: null, privilege: 'CONNECT', grantable: false },
      { grantor: 'app', grantee: 'reader', privilege: 'CONNECT', grantable: true },
    ];
    expect(carryOver(database('shop', { grants }), database('new'))).toEqual([
      'REVOKE ALL ON DATABASE "new" FROM PUBLIC CASCADE',
      'REVOKE ALL ON DATABASE "new" FROM "app" CASCADE',
      'GRANT CONNECT ON DATABASE "new" TO "reader" WITH GRANT OPTION',
      'SET LOCAL ROLE "reader"',
      'GRANT CONNECT ON DATABASE "new" TO PUBLIC',
      'RESET ROLE',
    ]);
  });

  test('comment, labels, connection limit and the rest', () => {
    const live = database('shop', {
      ...{ owner: 'other', comment: `o'clock`, connectionLimit: 40, isTemplate: true },
      labels: [{ provider: 'selinux', label: 'x' }],
    });
    expect(carryOver(live, database('new'))).toEqual([
      'ALTER DATABASE "new" OWNER TO "other"',
      ...['PUBLIC', '"other"'].map((who) => `REVOKE ALL ON DATABASE "new" FROM ${who} CASCADE`),
      'GRANT TEMPORARY ON DATABASE "new" TO PUBLIC',
      'GRANT CONNECT ON DATABASE "new" TO PUBLIC',
      ...['CREATE', 'TEMPORARY', 'CONNECT'].map((what) => `GRANT ${what} ON DATABASE "new" TO "other"`),
      `COMMENT ON DATABASE "new" IS 'o''clock'`,
      `SECURITY LABEL FOR "selinux" ON DATABASE "new" IS 'x'`,
      'ALTER DATABASE "new" CONNECTION LIMIT 40',
      'ALTER DATABASE "new" IS_TEMPLATE true',
    ]);
  });

  test.each([
    ['was not set', null, []],
    ['was off', 'off', [{ role: null, name: 'default_transaction_read_only', value: 'off' }]],
  ])('while writes are held, the setting that %s is meant, not the hold', (_, before, expected) => {
    const settings = [{ role: null, name: 'default_transaction_read_only', value: 'on' }];
    const live = database('shop', { settings, marker: liveMarker({ held: { before } }) });
    expect(wantedOf(live).settings).toEqual(expected);
  });

  test('a setting to read only that is the database’s own is carried over', () => {
    const settings = [{ role: null, name: 'default_transaction_read_only', value: 'on' }];
    expect(wantedOf(database('shop', { settings, marker: liveMarker() })).settings).toEqual(settings);
  });
});

test.each([
  ['', []],
  ['""', ['']],
  ['public', ['public']],
  ['"$user", public,x', ['$user', 'public', 'x']],
  ['"a, ""b""", c', ['a, "b"', 'c']],
  ['"not closed', ['"not closed']],
])('%j is the list of names %j', (text, names) => {
  expect(splitList(text)).toEqual(names);
});

describe('the empty database', () => {
  test('has the encoding and locale of the live one', () => {
    expect(createDatabase('new', database('shop'), 150018)).toBe(
      `CREATE DATABASE "new" TEMPLATE template0 OWNER "app" ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8' LOCALE_PROVIDER libc`,
    );
    expect(createDatabase('new', database('shop', { tablespace: 'fast disk' }), 150018)).toContain(
      ' TABLESPACE "fast disk" ',
    );
  });

  test('has its ICU locale and rules, and PostgreSQL’s own', () => {
    const icu = database('shop', { provider: 'i', locale: 'de-DE', icuRules: '&a < b' });
    expect(createDatabase('new', icu, 160000)).toMatch(
      / LOCALE_PROVIDER icu ICU_LOCALE 'de-DE' ICU_RULES '&a < b'$/,
    );
    const builtin = database('shop', { provider: 'b', locale: 'C.UTF-8' });
    expect(createDatabase('new', builtin, 170000)).toMatch(
      / LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'$/,
    );
  });

  test('names no provider to a server that knows none', () => {
    expect(createDatabase('new', database('shop'), 140000)).not.toContain('LOCALE_PROVIDER');
  });
});
