import { expect, it } from 'vitest';
import { parseDigest, parseList } from '../../../../activities/postgres/backups/contents.ts';

it('a reading tells tables, roles and what a dump is', () => {
  const digest =
    'restrict\tyes\ntable\tproducts.public\nrole\tshop\nrole\t"Odd; ""x"""\nrole\tPUBLIC\nrole\tshop\n' +
    'rows\tyes\ncomplete\tyes\ncopying\tno\n';
  expect(parseDigest(digest)).toEqual({
    tables: ['products.public'],
    roles: ['shop', 'Odd; "x"'],
    hasRows: true,
    complete: true,
    cutInRows: false,
    restrict: true,
    drops: false,
    connects: false,
    database: null,
    serverVersion: null,
  });
});

it.each([
  ['shop', 'shop'],
  ['"Shop 2"', 'Shop 2'],
  [`-reuse-previous=on "dbname='a=\\'b'"`, "a='b"],
])('\\connect %s enters %s', (text, database) => {
  expect(parseDigest(`connect\t${text}\n`)).toMatchObject({ database, connects: true });
});

it('the list of an archive tells its database, its server and whether it has rows', () => {
  const list = [
    ';     dbname: my shop',
    ';     Dumped from database version: 15.18 (Debian 15.18-0+deb12u1)',
    '214; 1259 16389 TABLE public t app',
  ];
  expect(parseList(list.join('\n'))).toEqual({
    database: 'my shop',
    serverVersion: '15.18',
    hasRows: false,
  });
  expect(parseList([...list, '3338; 0 16389 TABLE DATA public t app'].join('\n')).hasRows).toBe(true);
});
