/** Secrets in what others say. */
import { expect, test } from 'vitest';
import { scrub } from '../../../activities/outbound/scrub.ts';

test.each([
  ['as it is', 'no s3cr3t/+key here'],
  ['in a URL', 'no s3cr3t%2F%2Bkey here'],
  ['in base64', `no ${Buffer.from('s3cr3t/+key').toString('base64')} here`],
])('%s, a secret is taken out', (_, text) => {
  expect(scrub(text, ['s3cr3t/+key'])).toBe('no [secret] here');
});

test('a secret with quotes is taken out of JSON', () => {
  expect(scrub(JSON.stringify({ key: 'a"s3cr3t' }), ['a"s3cr3t'])).toBe('{"key":"[secret]"}');
});

test('of a secret URL, what makes it secret is taken out, and words that stand in every URL stay', () => {
  const url = 'https://hooks.example.com/services/T0000AAAAB/v1?key=aNoThErSeCrEt';
  expect(scrub(`no ${url} here`, [url])).toBe('no [secret] here');
  expect(scrub('/services/T0000AAAAB/v1 key aNoThErSeCrEt', [url])).toBe(
    '/services/[secret]/v1 key [secret]',
  );
});

test('the longer secret goes first, so that nothing of it is left', () => {
  expect(scrub('s3cr3t-and-more', ['s3cr3t', 's3cr3t-and-more'])).toBe('[secret]');
});

test('nothing is done about secrets that are as short as words', () => {
  expect(scrub('a text', ['', ' ', 't', 'tex'])).toBe('a text');
});
