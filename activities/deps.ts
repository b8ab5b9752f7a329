/** What activities need from outside, given once by the composition root (src/worker.ts). */
import type { Client } from '@temporalio/client';
import type { ApprovalSettings } from '../src/domain/approval/settings.ts';
import type { SlackSettings } from '../src/domain/notification.ts';
import type { Service } from '../src/domain/service.ts';
import type { Hosts } from './commands/hosts.ts';
import type { Plan } from '../src/domain/plan.ts';
import type { Outcome, RollbackRef } from '../src/domain/rollback.ts';
import type { HttpProbe } from './http/probe.ts';

export type Deps = {
  /** From backout.yaml, validated. */
  services: Record<string, Service>;
  slack: SlackSettings | undefined;
  /** Who may decide; undefined: nobody's approval is awaited. */
  approvals: ApprovalSettings | undefined;
  incidents: { directory: string };
  /** The main task queue, where a service's environment names no other. */
  taskQueue: string;
  /** Search attributes that the namespace has. */
  searchAttributes: string[];
  hosts: Hosts;
  workerHttp: HttpProbe;
  /** Where secrets are. */
  env: NodeJS.ProcessEnv;
  fetch: typeof fetch;
  /** For questions about other rollbacks. */
  client: Client;
  /** `process`: rollbacks can't outlive this process (break-glass). */
  lives: 'temporal' | 'process';
  /** Told once for each rollback that ends, for the metrics. */
  onEnded(plan: Plan, ended: { outcome: Outcome; trafficSafeAt: string | null; rollback: RollbackRef }): void;
};
