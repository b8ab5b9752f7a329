import { expect, test } from 'vitest';
import { workflowIdFor } from '../../src/cli/workflow-id.ts';

test.each([
  [{ service: 'listings', environment: 'production' }, 'rollback-listings-production-20261121T041500Z'],
  [{ service: 'listings' }, 'rollback-listings-default-20261121T041500Z'],
])('the name of a rollback says of what and when: %j', (request, id) => {
  expect(workflowIdFor(request, new Date('2026-11-21T04:15:00.987Z'))).toBe(id);
});
