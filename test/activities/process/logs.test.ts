import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createLocalHost } from '../../../activities/commands/local.ts';
import { describeLog, fetchLog, logCommand, logName } from '../../../activities/process/logs.ts';

const folder = mkdtempSync(join(tmpdir(), 'logs-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a journal is asked for its unit, bounded in lines', () => {
  const journalctl = ['journalctl', '--no-pager', '--output', 'short-iso-precise', '--lines', '501'];
  expect(logCommand({ journal: 'green.service' }, 100_001)).toEqual([
    ...journalctl,
    '--unit',
    'green.service',
  ]);
  expect(logCommand({ systemJournal: true }, 100_001)).toEqual(journalctl);
});

test("a file's end is printed, whatever its name", () => {
  const file = join(folder, '-n $(id) log');
  writeFileSync(file, 'first\nlast\n');
  const [program = '', ...args] = logCommand({ file }, 5);
  expect(execFileSync(program, args, { encoding: 'utf8' })).toBe('last\n');
});

test('a file that is not there is not an empty log', () => {
  const [program = '', ...args] = logCommand({ file: join(folder, 'none') }, 5);
  expect(spawnSync(program, args).status).toBe(230);
});

test.each([
  [{ file: '/var/log/listings/green.log' }, 'var-log-listings-green'],
  [{ file: '/srv/app.log.1' }, 'srv-app.log.1'],
  [{ journal: 'green.service' }, 'journal-green.service'],
  [{ systemJournal: true } as const, 'journal'],
])('%j is kept as %s', (source, name) => {
  expect(logName(source)).toBe(name);
});

test.each([
  [{ file: '/var/log/listings/green.log' }, '/var/log/listings/green.log'],
  [{ journal: 'green.service' }, 'journal of green.service'],
  [{ systemJournal: true } as const, 'system journal'],
])('%j is spoken of as %s', (source, words) => {
  expect(describeLog(source)).toBe(words);
});

test('fetching says why it could not, and otherwise nothing', async () => {
  const host = createLocalHost('web-1', { sudo: false });
  const options = {
    path: join(folder, 'kept'),
    maxBytes: 1000,
    timeoutMs: 10_000,
    signal: new AbortController().signal,
  };
  const file = join(folder, 'app.log');
  expect(await fetchLog(host, { file }, options)).toBe('there is no such file');
  writeFileSync(file, 'line\n');
  expect(await fetchLog(host, { file }, options)).toBeNull();
});
