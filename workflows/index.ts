/** What the worker offers. The exported names are the workflow types that people start. */
export { trafficOnlyRollback } from './traffic-only-rollback.ts';
export { fullRollback } from './full-rollback.ts';
export { freezeService } from './freeze-service.ts';
export { unfreezeService } from './unfreeze-service.ts';
export { recoverService } from './recover-service.ts';
export { rollbackLock } from './rollback-lock.ts';
export { readinessCheck } from './readiness-check.ts';
