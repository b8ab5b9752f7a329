/** Names that people and scripts look for, and that data can't turn into paths. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { incidentName, safeFileName, startOfIncident } from '../../../activities/incident/names.ts';

test.each([
  ['2026-11-21T04:15:09.999Z', 1, 'rollback-20261121-041509'],
  ['2026-11-21T04:15:09.999Z', 2, 'rollback-20261121-041509-2'],
  ['2026-11-21T04:15:09.999Z', 11, 'rollback-20261121-041509-11'],
  ['2026-01-01T00:30:00+01:00', 1, 'rollback-20251231-233000'],
])('the folder of %s, number %i, is %s', (startedAt, count, name) => {
  expect(incidentName(startedAt, count)).toBe(name);
});

test('the start can be read from the name again', () => {
  fc.assert(
    fc.property(
      fc.date({
        min: new Date('1970-01-01T00:00:00Z'),
        max: new Date('9999-12-31T23:59:59Z'),
        noInvalidDate: true,
      }),
      fc.integer({ min: 1, max: 200 }),
      (date, count) => {
        const whole = new Date(Math.floor(date.getTime() / 1000) * 1000);
        expect(startOfIncident(incidentName(date.toISOString(), count))).toEqual(whole);
      },
    ),
  );
});

test.each([
  'rollback-20261121-041509-1',
  'rollback-20261121-041509-0',
  'rollback-20261121-041509-02',
  'rollback-20261121-041509-',
  'rollback-20261121-041509.bak',
  'rollback-20261121-0415',
  'rollback-20261321-041509',
  'rollback-20261121-251509',
  'Rollback-20261121-041509',
  'xrollback-20261121-041509',
  '.removing-rollback-20261121-041509',
  'rollback-20261121-041509\n',
  '',
])('%j is not the name of an incident', (name) => {
  expect(startOfIncident(name)).toBeNull();
});

test.each([
  ['state-before.json', 'state-before.json'],
  ['faulty-green-listings.log.gz', 'faulty-green-listings.log.gz'],
  ['a', 'a'],
])('the safe name %s is kept', (name, safe) => {
  expect(safeFileName(name)).toBe(safe);
});

test.each([
  ['/var/log/nginx/error.log', /^var-log-nginx-error-[0-9a-f]{8}\.log$/],
  ['../../etc/passwd', /^etc-passwd-[0-9a-f]{8}$/],
  ['green log.txt.1', /^green-log-[0-9a-f]{8}\.txt\.1$/],
  ['-rf', /^rf-[0-9a-f]{8}$/],
  ['..', /^evidence-[0-9a-f]{8}$/],
  ['', /^evidence-[0-9a-f]{8}$/],
  ['日本語', /^evidence-[0-9a-f]{8}$/],
  ['a\u0000b\nc', /^a-b-c-[0-9a-f]{8}$/],
  ['$(reboot).log', /^reboot-[0-9a-f]{8}\.log$/],
])('%j becomes a safe name that still tells what it was', (name, pattern) => {
  expect(safeFileName(name)).toMatch(pattern);
});

test('a name that is too long loses of its middle, and keeps the ending that says how to read it', () => {
  const safe = safeFileName(`${'x'.repeat(200)}.log.gz`);
  expect(safe).toMatch(/^x{104}-[0-9a-f]{8}\.log\.gz$/);
  expect(safe).not.toBe(safeFileName(`${'x'.repeat(201)}.log.gz`));
});

test('two paths that look alike without their slashes keep two names', () => {
  const names = ['/var/log/a.log', '/var/log-a.log', '/var-log/a.log', 'var-log-a.log'].map(safeFileName);
  expect(new Set(names).size).toBe(4);
});

test('whatever the name is: one path component, visible, short, and safe already when it comes again', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (name) => {
      const safe = safeFileName(name);
      expect(safe).toMatch(/^[A-Za-z0-9_][A-Za-z0-9._-]*$/);
      expect(safe.length).toBeLessThanOrEqual(120);
      expect(safeFileName(safe)).toBe(safe);
    }),
  );
});
