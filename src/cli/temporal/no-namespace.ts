/** Plain words for a namespace that the server does not have. */
import { CliError, THIS_CHANGED_NOTHING } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';

/** The client has an error of its own for some calls, and passes on what the server says for others. */
const SAID = /\bnamespace\b.*\bnot found\b/i;

/** Does this error, or what caused it, say that there is no such namespace? */
export function isNoNamespace(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === 'NamespaceNotFoundError') return true;
  const { code, details = error.message } = error as { code?: unknown; details?: unknown };
  const isNotFound = code === 5 || error.message.startsWith('5 NOT_FOUND');
  return (isNotFound && SAID.test(String(details))) || isNoNamespace(error.cause);
}

/** @returns what a person reads; nothing can have been started or told there */
export function noNamespace(settings: { address: string; namespace: string }, cause: unknown): CliError {
  return new CliError(
    EXIT.unreachable,
    `Temporal at ${settings.address} has no namespace ${settings.namespace}. ${THIS_CHANGED_NOTHING}.\n` +
      '  - Is the name right? It comes from --namespace, TEMPORAL_NAMESPACE, backout.yaml or the profile of the `temporal` CLI.\n' +
      `  - Is it the right server? \`temporal operator namespace list --address ${settings.address}\` lists those that it has.`,
    { cause },
  );
}
