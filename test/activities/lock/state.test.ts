import { describe, expect, test } from 'vitest';
import { parseLock, parseRefusal, parseState } from '../../../activities/lock/state.ts';

const LINES = [
  'owner=rollback/listings/production',
  'token=7',
  'expires=1767225900',
  'since=1767225600',
  'scheduled=1767225599123',
  'step=shift-traffic',
  'by=ana = on call',
  'attempt=2',
  'host=worker-1',
  'machine=boot/pid:[4026531836]',
  'pid=4242',
  'lives=temporal',
];
const RECORD = {
  owner: 'rollback/listings/production',
  token: 7,
  expires: 1_767_225_900,
  since: 1_767_225_600,
  step: 'shift-traffic',
  by: 'ana = on call',
  attempt: 2,
  host: 'worker-1',
  machine: 'boot/pid:[4026531836]',
  pid: 4242,
  lives: 'temporal',
};

describe('a lock', () => {
  test('is read from its lines', () => {
    expect(parseLock(LINES)).toEqual(RECORD);
  });

  test('that was released has no owner and keeps its token', () => {
    const released = [
      'owner=',
      'token=7',
      'expires=0',
      'scheduled=0',
      'released=rollback/listings/production',
    ];
    expect(parseLock(released)).toMatchObject({ owner: '', token: 7, expires: 0 });
  });

  test('is not changed by a later line with the same key', () => {
    expect(parseLock([...LINES, 'owner=somebody else', 'token=99'])).toEqual(RECORD);
  });
});

describe('a refusal', () => {
  test('says where, what runs, and who holds the lock', () => {
    const stdout = ['directory=/var/lib/backout/listings.production', 'running=311', ...LINES, ''].join('\n');
    expect(parseRefusal(stdout)).toEqual({
      holder: RECORD,
      directory: '/var/lib/backout/listings.production',
      running: 311,
    });
  });

  test('without a lock and without a process names neither', () => {
    expect(parseRefusal('directory=/d\nrunning=\n')).toMatchObject({
      directory: '/d',
      running: 0,
      holder: { owner: '' },
    });
  });

  test('is not misled by what a broken lock says of the directory', () => {
    expect(parseRefusal('directory=/d\nrunning=3\ndirectory=/etc\nrunning=1\n')).toMatchObject({
      directory: '/d',
      running: 3,
    });
  });
});

describe('the state of a target', () => {
  const at = (now: number, ...rest: string[]) =>
    [`now ${now}`, ...LINES.map((line) => `lock ${line}`), ...rest, ''].join('\n');

  test('has the lock until the second in which it expires', () => {
    expect(parseState(at(1_767_225_899)).lock).toEqual(RECORD);
    expect(parseState(at(1_767_225_900)).lock).toBeNull();
  });

  test('of which nothing is known yet is empty', () => {
    expect(parseState('now 1767225600\n')).toEqual({ lock: null, records: {} });
  });

  test('has all records, each as it was written', () => {
    const json = '{"phase":"shifting","at":"lock owner=x","note":"now 5"}';
    expect(parseState(at(1, `record rollback ${json}`, 'record other {}')).records).toEqual({
      rollback: json,
      other: '{}',
    });
  });
});
