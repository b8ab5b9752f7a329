/** Tests from fast to slow: pure, workflows on a time-skipping server, real parts, and the crash test. */
import { defineConfig } from 'vitest/config';

const SLOW = ['test/workflows/**/*.test.ts', 'test/integration/**/*.test.ts', 'test/crash/**/*.test.ts'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: SLOW,
          testTimeout: 20_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'workflows',
          include: ['test/workflows/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          globalSetup: ['test/support/global-setup.ts'],
          // Each file starts servers of its own: more at once only take turns on two cores.
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'crash',
          include: ['test/crash/**/*.test.ts'],
          testTimeout: 1_800_000,
          hookTimeout: 120_000,
          globalSetup: ['test/support/global-setup.ts'],
          maxWorkers: 1,
          // A rollback whose worker died mostly waits: for the heartbeat time-out.
          maxConcurrency: 8,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
