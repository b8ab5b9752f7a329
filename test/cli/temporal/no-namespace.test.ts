import { expect, test } from 'vitest';
import { NamespaceNotFoundError } from '@temporalio/common';
import { isNoNamespace, noNamespace } from '../../../src/cli/temporal/no-namespace.ts';

const grpc = (details: string) => Object.assign(new Error(`5 NOT_FOUND: ${details}`), { code: 5, details });

test('a namespace that is not there is told by the error of the client, or of the server beneath', () => {
  expect(isNoNamespace(new NamespaceNotFoundError('nosuch'))).toBe(true);
  expect(isNoNamespace(grpc('Namespace nosuch is not found.'))).toBe(true);
  expect(isNoNamespace(new Error('Failed to start', { cause: grpc('Namespace nosuch is not found.') }))).toBe(
    true,
  );
});

test('any other that is not found is no missing namespace', () => {
  expect(isNoNamespace(grpc('workflow not found for ID: rollback-1'))).toBe(false);
  expect(isNoNamespace(new Error('Namespace of this file not found'))).toBe(false);
  expect(isNoNamespace('Namespace nosuch is not found.')).toBe(false);
});

test('who named it wrongly reads where the name comes from, and exits as with no Temporal', () => {
  const error = noNamespace({ address: 'temporal:7233', namespace: 'nosuch' }, null);
  expect(error.exitCode).toBe(6);
  expect(error.message).toBe(
    'Temporal at temporal:7233 has no namespace nosuch. This command changed nothing.\n' +
      '  - Is the name right? It comes from --namespace, TEMPORAL_NAMESPACE, backout.yaml or the profile of the `temporal` CLI.\n' +
      '  - Is it the right server? `temporal operator namespace list --address temporal:7233` lists those that it has.',
  );
});
