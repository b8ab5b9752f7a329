/** What the worker offers. The exported names are the workflow types that people start. */
export { trafficOnlyRollback } from './traffic-only-rollback.ts';
export { fullRollback } from './full-rollback.ts';
export { partialRollback } from './partial-rollback.ts';
export { freezeService } from './freeze-service.ts';
export { unfreezeService } from './unfreeze-service.ts';
export { recoverService } from './recover-service.ts';
export { blockedVersion } from './blocked-version.ts';
export { followUp } from './follow-up.ts';
export { escalation } from './escalation.ts';
export { publicUpdates } from './public-updates.ts';
export { notifyCustomers } from './notify-customers.ts';
export { rollbackLock } from './rollback-lock.ts';
export { pageTest } from './page-test.ts';
export { readinessCheck } from './readiness-check.ts';
export { removeOldRecords } from './remove-old-records.ts';
