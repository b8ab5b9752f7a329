/** A rollback as its escalation knows it. */
import type { Subject } from '../../src/domain/escalation/state.ts';

export const SUBJECT: Subject = {
  workflowId: 'rollback-1',
  runId: 'run-1',
  kind: 'traffic-only',
  service: 'listings',
  environment: 'production',
  severity: 'P1',
  reason: '5xx since 2.0',
  requestedBy: 'anna',
  startedAt: '2026-11-21T03:00:00.000Z',
  customersAffected: true,
  route: 'green (2.0) → blue (1.0)',
  again: 'backout rollback traffic-only listings --env production --reason "WHY"',
};
