import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  archiveTime,
  dumpedFrom,
  parseHead,
  parseManifest,
  sniff,
  startedOn,
} from '../../../../activities/postgres/backups/heads.ts';
import { momentOf } from '../../../../activities/postgres/backups/inspect.ts';

const head = (bytes: string | Buffer, packed = false) => ({
  packed,
  bytes: Buffer.from(bytes),
  manifest: null,
});
const PLAIN = '--\n-- PostgreSQL database dump\n--\n';

describe('the beginning of a backup', () => {
  it.each([
    ['a plain dump', head(PLAIN), false, 'plain'],
    ['a packed plain dump', head(PLAIN, true), false, 'plain-gz'],
    ['an archive', head('PGDMP\x01\x0e'), false, 'custom'],
    ['a folder', head('PGDMP\x01\x0e'), true, 'directory'],
    ['a folder of something else', head(''), true, null],
    ['a packed archive', head('PGDMP', true), false, null],
    ['packed noise', head(gzipSync('x')), false, null],
  ])('tells the format of %s', (_what, bytes, isDirectory, format) => {
    expect(sniff(bytes, isDirectory).format).toBe(format);
  });

  it('comes in base64, with its manifest', () => {
    const line = `yes\t${Buffer.from('abc').toString('base64')}\t${Buffer.from('{}').toString('base64')}`;
    expect(parseHead(line)).toEqual({ packed: true, bytes: Buffer.from('abc'), manifest: null });
  });

  it('tells when a verbose dump was started, and by which server', () => {
    const text = `${PLAIN}-- Dumped from database version 15.18 (Debian)\n-- Started on 2026-03-01 10:20:30 CET\n`;
    expect(startedOn(Buffer.from(text))).toEqual({ time: '2026-03-01 10:20:30', zone: 'CET' });
    expect(dumpedFrom(text)).toBe('15.18');
    expect([startedOn(Buffer.from(PLAIN)), dumpedFrom(PLAIN)]).toEqual([null, null]);
  });
});

describe('the time in an archive', () => {
  const number = (value: number) => [value < 0 ? 1 : 0, Math.abs(value), 0, 0, 0];
  const archive = (minor: number, compression: number[], when: number[]) =>
    Buffer.concat([
      Buffer.from([...Buffer.from('PGDMP'), 1, minor, 0, 4, 8, 1, ...compression]),
      Buffer.from(when.flatMap(number)),
      Buffer.alloc(60),
    ]);
  const WHEN = [5, 4, 3, 2, 0, 126, 0];

  it('is read from each version of the format', () => {
    const expected = { time: '2026-01-02 03:04:05', zone: '' };
    expect(archiveTime(archive(14, number(-1), WHEN))).toEqual(expected);
    expect(archiveTime(archive(16, [1], WHEN))).toEqual(expected);
  });

  it('is none where the numbers are not those of a time', () => {
    expect(archiveTime(archive(14, number(-1), [5, 4, 77, 2, 0, 126, 0]))).toBeNull();
    expect(archiveTime(archive(14, number(-1), [5, 4, 3, 2, 0, 1, 0]))).toBeNull();
    expect(archiveTime(Buffer.from('PGDMP'))).toBeNull();
  });
});

describe('the moment of a backup', () => {
  const file = { modifiedAt: '2026-03-01T10:00:00.000Z' };

  it('is what the dump says', () => {
    expect(momentOf(file, { manifest: null }, ['2026-03-01T09:59:00.000Z'])).toEqual({
      at: '2026-03-01T09:59:00.000Z',
      source: 'dump',
    });
  });

  it('is the latest that its local time may mean, up to the time of the file', () => {
    const meanings = ['2026-03-01T11:59:00.000Z', '2026-03-01T08:59:00.000Z', '2026-03-01T09:59:00.000Z'];
    expect(momentOf(file, { manifest: null }, meanings).at).toBe('2026-03-01T09:59:00.000Z');
  });

  it('is the time of the file where the dump says nothing, or is later than its own file', () => {
    const byFile = { at: '2026-03-01T10:00:00.000Z', source: 'file time' };
    expect(momentOf(file, { manifest: null }, [])).toEqual(byFile);
    expect(momentOf(file, { manifest: null }, ['2026-03-01T11:00:00.000Z'])).toEqual(byFile);
  });
});

it('a manifest that can not be read is none', () => {
  expect([parseManifest(''), parseManifest('{'), parseManifest('{"format":"x"}')]).toEqual([
    null,
    null,
    null,
  ]);
});
