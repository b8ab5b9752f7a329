/** The search attributes by which rollbacks are found, and their registration where that is permitted. */
import type { NativeConnection } from '@temporalio/worker';

/** A client's connection has it too. */
type Connected = Pick<NativeConnection, 'operatorService'>;

export const SEARCH_ATTRIBUTES = [
  'BackoutService',
  'BackoutEnvironment',
  'BackoutKind',
  'BackoutSeverity',
  'BackoutState',
] as const;

/** temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD */
const KEYWORD = 2;

export type Registration = { known: string[]; problem: string | null };

/**
 * Registers what is missing and says which ones the namespace has now.
 * Everything works without them, only searching does not: so this never fails, it reports.
 */
export async function registerSearchAttributes(
  connection: NativeConnection,
  namespace: string,
): Promise<Registration> {
  const problem = await tryRegister(connection, namespace);
  return { known: await listKnown(connection, namespace).catch(() => []), problem };
}

/** Those of ours that the namespace has. */
export async function listKnown(connection: Connected, namespace: string): Promise<string[]> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  return SEARCH_ATTRIBUTES.filter((name) => Number(customAttributes[name]) === KEYWORD);
}

async function tryRegister(connection: NativeConnection, namespace: string): Promise<string | null> {
  try {
    const known = await listKnown(connection, namespace);
    const missing = SEARCH_ATTRIBUTES.filter((name) => !known.includes(name));
    if (missing.length === 0) return null;
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map((name) => [name, KEYWORD])),
    });
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
