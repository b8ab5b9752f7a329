/** What an operator reads when evidence can't be written. */
import { hostname } from 'node:os';
import { expect, test } from 'vitest';
import { evidenceNotWritten } from '../../../activities/incident/failures.ts';
import { BackoutFailure, NOTHING_CHANGED } from '../../../src/domain/failure.ts';

const PATH = '/var/lib/backout/incidents/rollback-20261121-041500';
const CHANGED =
  'Traffic and data were not changed by this: it only keeps records, and what earlier steps did stays done.';
const DECIDE = 'Then decide `retry`; or `skip` to go on without it.';

test.each([
  ['ENOSPC', 'no space is left (ENOSPC)', 'Free space on that disk.'],
  ['EDQUOT', 'no space is left (EDQUOT)', 'Free space on that disk.'],
  [
    'EACCES',
    'the worker may not write there (EACCES)',
    `Let the worker's user write to the folder of ${PATH}.`,
  ],
  [
    'EPERM',
    'the worker may not write there (EPERM)',
    `Let the worker's user write to the folder of ${PATH}.`,
  ],
  ['EROFS', 'the file system is read-only (EROFS)', 'Mount it writable.'],
  [
    'ENOTDIR',
    'something that is no folder stands in its way (ENOTDIR)',
    'Correct `incidents.directory` in the configuration, or move that file away.',
  ],
  [
    'EEXIST',
    'something that is no folder stands in its way (EEXIST)',
    'Correct `incidents.directory` in the configuration, or move that file away.',
  ],
  ['EIO', 'EIO: i/o error, write', 'See what is wrong with that disk.'],
])('%s is said in words, with what to do', (code, why, next) => {
  const error = Object.assign(new Error(code === 'EIO' ? 'EIO: i/o error, write.' : `${code}: no`), { code });
  const failure = evidenceNotWritten(error, PATH);
  expect(failure.type).toBe('EvidenceNotWritten');
  expect(failure.retryable).toBe(true);
  expect(failure.message).toBe(
    `${PATH} could not be written on the worker ${hostname()}: ${why}. ${CHANGED} ${next} ${DECIDE}`,
  );
});

test('a failure that has its words already is passed on as it is', () => {
  const failure = new BackoutFailure('HostUnreachable', { what: 'a', changed: NOTHING_CHANGED, next: 'b' });
  expect(evidenceNotWritten(failure, PATH)).toBe(failure);
});

test('what is no error at all is still said', () => {
  expect(evidenceNotWritten('strange', PATH).parts.what).toBe(
    `${PATH} could not be written on the worker ${hostname()}: strange.`,
  );
});
