/** Names of rollbacks: readable, unique enough, and sorted by time. */

/** `rollback-listings-production-20261121T041500Z`. Two in the same second of one service can't both run anyway. */
export function workflowIdFor(
  request: { service: string; environment?: string | undefined },
  at: Date,
  prefix = 'rollback',
): string {
  const stamp = at.toISOString().replace(/\.\d+/, '').replace(/[-:]/g, '');
  return `${prefix}-${request.service}-${request.environment ?? 'default'}-${stamp}`;
}
