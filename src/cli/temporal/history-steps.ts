/** Which step an activity does. */
import type { StepName } from '../../domain/plan.ts';

export const STEP_OF: Record<string, StepName> = {
  captureBefore: 'capture-before',
  startPrevious: 'start-previous',
  shiftTraffic: 'shift-traffic',
  captureLogs: 'capture-logs',
  stopFaulty: 'stop-faulty',
  checkRelease: 'check-release',
  prepareRestore: 'prepare-restore',
  stopApplication: 'stop-application',
  restoreDatabase: 'restore-database',
  restartApplication: 'restart-application',
  switchFlags: 'switch-flags',
  putBackConfiguration: 'put-back-configuration',
  restartChanged: 'restart-application',
  startDatabase: 'start-database',
  reviveApplication: 'restart-application',
  verifyRelease: 'verify',
  writeReport: 'report',
  announce: 'announce',
};
