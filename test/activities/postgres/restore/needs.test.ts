import { expect, test } from 'vitest';
import { parseNeeds } from '../../../../activities/postgres/restore/needs.ts';

test('names are read as SQL writes them, once each, and only where they are plain to see', () => {
  const scanned = [
    ...['role app', 'role "Odd ""röle"" o\'clock"', 'role PUBLIC', 'role app', 'role b" WITH'],
    ...[
      'extension hstore',
      'extension "uuid-ossp"',
      'command \\restrict',
      'command \\unrestrict',
      'complete',
      '',
    ],
  ].join('\n');
  expect(parseNeeds(scanned)).toEqual({
    roles: [`Odd "röle" o'clock`, 'app'],
    extensions: ['hstore', 'uuid-ossp'],
    commands: [],
    complete: true,
  });
});

test('commands of psql and statements about whole databases are told, and a missing end', () => {
  expect(parseNeeds('command \\connect\ncommand CREATE DATABASE\n')).toMatchObject({
    commands: ['\\connect', 'CREATE DATABASE'],
    complete: false,
  });
});
