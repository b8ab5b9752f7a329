import { expect, test } from 'vitest';
import { programWith, quoted, reaching } from '../../src/cli/follow-up.ts';

test('a follow-up is the bare program where nothing was given', () => {
  expect(programWith({})).toBe('backout');
});

test('a follow-up carries on what was given, as words of a shell', () => {
  expect(programWith({ config: "/etc/anna's files/b.yaml", address: '[::1]:7233', namespace: 'ops$1' })).toBe(
    String.raw`backout --config '/etc/anna'\''s files/b.yaml' --address '[::1]:7233' --namespace 'ops$1'`,
  );
  expect(quoted('')).toBe("''");
});

const ours = 'backout decide rollback-1 verify retry --note "WHY"';
const temporals = 'temporal workflow signal --workflow-id rollback-1 --name decideStep --input \'{"a":1}\'';

test('an answer stays as it is where everything is the default', () => {
  const settings = { address: '127.0.0.1:7233', namespace: 'default' };
  expect([ours, temporals].map((line) => reaching(line, { program: 'backout', settings }))).toEqual([
    ours,
    temporals,
  ]);
});

test('an answer reaches another server and namespace, by either program', () => {
  const settings = { address: 'temporal.example.net:7233', namespace: 'ops$&' };
  const program = 'backout --config /srv/$&.yaml';
  expect(reaching(ours, { program, settings })).toBe(
    'backout --config /srv/$&.yaml decide rollback-1 verify retry --note "WHY"',
  );
  expect(reaching(temporals, { program, settings })).toBe(
    "temporal workflow signal --address temporal.example.net:7233 --namespace 'ops$&' --workflow-id rollback-1 --name decideStep --input '{\"a\":1}'",
  );
  expect(reaching('or wait', { program, settings })).toBe('or wait');
});
