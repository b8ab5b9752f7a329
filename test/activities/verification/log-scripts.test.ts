import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  countCommand,
  countJournalCommand,
  markCommand,
  readCounts,
  readMarks,
} from '../../../activities/verification/log-scripts.ts';

test('files, pattern and units are arguments of a constant script, never part of it', () => {
  const evil = "x'; rm -rf / #";
  const [, , script] = markCommand([]);
  expect(markCommand([evil, '/b.log'])).toEqual(['sh', '-c', script, 'backout', evil, '/b.log']);

  const [, , counting] = countCommand('', []);
  const marks = [
    { file: evil, inode: '42', size: 7 },
    { file: '/new.log', inode: null, size: 0 },
  ];
  expect(countCommand('$(reboot)', marks)).toEqual([
    ...['sh', '-c', counting, 'backout', '$(reboot)'],
    ...[evil, '42', '7', '/new.log', '-', '0'],
  ]);
});

test('the journal is asked for whole seconds, rounded up, so that no line since the switch is missed', () => {
  const command = (secondsAgo: number) => countJournalCommand('E', { units: ['blue'], secondsAgo }).slice(4);
  expect(command(41.2)).toEqual(['E', '42', 'blue']);
  expect(command(-5)).toEqual(['E', '1', 'blue']);
});

test('marks are read in the order of the files; a file that is not there has no inode', () => {
  expect(readMarks(['/a', '/b'], '18446744073709551615 120\n-\n')).toEqual([
    { file: '/a', inode: '18446744073709551615', size: 120 },
    { file: '/b', inode: null, size: 0 },
  ]);
});

test('counts are read in the order of the files', () => {
  expect(readCounts(['/a', '/b'], 'same 3\nmissing 0\n')).toEqual([
    { source: '/a', state: 'same', lines: 3 },
    { source: '/b', state: 'missing', lines: 0 },
  ]);
});

test('output that the scripts never print is an error, not a count', () => {
  expect(() => readCounts(['/a'], 'same \n')).toThrow('counting /a printed "same "');
  expect(() => readCounts(['/a'], 'fine 3\n')).toThrow('counting /a printed "fine 3"');
  expect(() => readCounts(['/a', '/b'], 'same 1\n')).toThrow('2 lines expected, but 1 printed: same 1');
  expect(() => readMarks(['/a'], 'Linux 1\n')).toThrow('measuring /a printed "Linux 1"');
});

test('marks survive the way through the script output', () => {
  const mark = fc.option(fc.tuple(fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }), fc.nat()), { nil: null });
  fc.assert(
    fc.property(fc.array(mark, { minLength: 1 }), (marks) => {
      const printed = marks.map((one) => (one === null ? '-' : `${one[0]} ${one[1]}`)).join('\n');
      const files = marks.map((_, index) => `/log/${index}`);
      expect(readMarks(files, printed)).toEqual(
        marks.map((one, index) => ({
          file: files[index],
          inode: one ? String(one[0]) : null,
          size: one?.[1] ?? 0,
        })),
      );
    }),
  );
});
