import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { VERSION } from '../../src/cli/version.ts';
import { fakeIo } from './support/io.ts';

const backout = async (...argv: string[]) => {
  const io = fakeIo();
  return { code: await run(argv, io), ...io.printed };
};

const SEE_HELP = 'Nothing was changed. Add --help to see what there is.\n';

test('the version is the one in package.json', async () => {
  const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
  expect(VERSION).toBe(version);
  expect(await backout('--version')).toEqual({ code: 0, out: `${version}\n`, err: '' });
});

test('help names every command and every exit code', async () => {
  const { code, out } = await backout('--help');
  const commands = [...out.matchAll(/^ {2}([a-z][a-z-]*)(?:\|[a-z-]+)? .* {2}/gm)].map(([, name]) => name);
  expect(commands).toEqual([
    ...[
      'plan',
      'rollback',
      'watch',
      'status',
      'history',
      'metrics',
      'recover',
      'freeze',
      'decide-freeze',
      'unfreeze',
      'decide',
      'cancel',
      'ack',
      'resolve',
    ],
    ...['approve', 'reject', 'break-glass', 'confirm-restore', 'tick', 'notify-customers'],
    ...['gate', 'block', 'unblock', 'blocks'],
    ...[
      'backup',
      'backups',
      'worker',
      'init',
      'check',
      'doctor',
      'records',
      'page-test',
      'templates',
      'help',
    ],
  ]);
  expect([...out.matchAll(/^ {2}(\d+) {2}/gm)].map(([, number]) => Number(number))).toEqual([
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 130,
  ]);
  expect(code).toBe(0);
});

test.each([
  [['rolback'], "error: unknown command 'rolback'\n(Did you mean rollback?)\n"],
  [['plan'], "error: missing required argument 'service'\n"],
  [['rollback', 'traffic-only', 'listings'], "error: required option '--reason <text>' not specified\n"],
  [['plan', 'listings', '--forse'], "error: unknown option '--forse'\n"],
  [
    ['plan', 'listings', '--severity', 'P9'],
    "error: option '--severity <level>' argument 'P9' is invalid. Allowed choices are P0, P1, P2, P3.\n",
  ],
  [['plan', 'listings', 'extra'], "error: too many arguments for 'plan'. Expected 1 argument but got 2.\n"],
])('%j is a usage error', async (argv, message) => {
  expect(await backout(...argv)).toEqual({ code: 2, out: '', err: `${message}${SEE_HELP}` });
});

const UNCHANGED = 'Nothing was changed: traffic and data are as they were.\n';

test.each([
  [
    ['rollback', 'traffic-only', 'listings', '--reason', 'x'],
    'There is no terminal to ask at: add --yes to start without a question, or --dry-run to see the plan.',
  ],
  [
    ['rollback', 'traffic-only', 'listings', '--reason', 'x', '--json'],
    '--json asks nobody: add --yes to start, or --dry-run to see the plan.',
  ],
  [
    ['rollback', 'traffic-only', 'listings', '--reason', 'x', '--yes', '--local', '--detach'],
    '--local does the work itself: it can not be detached.',
  ],
  [
    ['rollback', 'traffic-only', 'listings', '--reason', 'x', '--dry-run', '--detach'],
    '--dry-run and --detach contradict each other.',
  ],
  [
    ['rollback', 'traffic-only', 'listings', '--reason', ' ', '--yes', '--plan-hash', 'abc'],
    '--reason must not be empty; --plan-hash must be the 12 hexadecimal digits that a plan shows.',
  ],
  [
    ['rollback', 'traffic-only', 'listings', '--reason', 'x', '--yes', '--take-over', 'rollback-1'],
    '--take-over and --take-over-note go together: which rollback, and how you know that it is dead.',
  ],
  [
    ['rollback', 'traffic-only', 'listings', '--reason', 'x', '--yes', '--detected-at', 'yesterday'],
    '--detected-at must be a time with its zone, such as 2026-11-21T04:15:00Z or 2026-11-21T05:15:00+01:00, not "yesterday".',
  ],
  [
    [
      'rollback',
      'traffic-only',
      'listings',
      '--reason',
      'x',
      '--yes',
      '--detected-at',
      '2999-01-01T00:00:00Z',
    ],
    '--detected-at 2999-01-01T00:00:00Z is in the future: the deadline counts from there.',
  ],
  [
    ['rollback', 'full', 'listings', '--reason', 'x', '--yes', '--released-at', '2999-01-01T00:00:00Z'],
    '--released-at 2999-01-01T00:00:00Z is in the future: a backup from before it would hold all of the damage.',
  ],
  [
    ['decide-freeze', 'freeze-1', 'full', '--released-at', '2999-01-01T00:00:00Z'],
    '--released-at 2999-01-01T00:00:00Z is in the future: a backup from before it would hold all of the damage.',
  ],
  [
    ['decide-freeze', 'freeze-1', 'release', '--to', 'blue'],
    '--to goes with full: release restores nothing.',
  ],
  [['history', '--limit', 'all'], '--limit must be a whole number from 1 to 9999, not "all".'],
  [
    ['decide', 'rollback-1', 'verify', 'maybe'],
    '"maybe" is no decision: it is retry, skip, abort or recover, as in `backout decide ID stop-faulty skip --note "no traffic on it"`.',
  ],
  [
    ['decide', 'rollback-1'],
    'The decision is missing: it is retry, skip, abort or recover, as in `backout decide ID stop-faulty skip --note "no traffic on it"`.',
  ],
  [
    ['decide', 'rollback-1', 'verify', 'skip', '--step', 'report'],
    'Two different steps are named: verify and report.',
  ],
])('%j is refused before anything is connected', async (argv, message) => {
  expect(await backout(...argv)).toEqual({ code: 2, out: '', err: `backout: ${message} ${UNCHANGED}` });
});

test('a configuration file that is named and not there is a usage error', async () => {
  const { code, err } = await backout('--config', '/nowhere/backout.yaml', 'status');
  expect(err).toBe(
    'backout: There is no configuration file /nowhere/backout.yaml (named by --config). ' +
      'Nothing was changed: traffic and data are as they were. Name it with `--config FILE`, or write one with `backout init`.\n',
  );
  expect(code).toBe(2);
});
