/** What activities need from outside, given once by the composition root (src/worker.ts). */
import type { Client } from '@temporalio/client';
import type { ApprovalSettings } from '../src/domain/approval/settings.ts';
import type { EscalationSettings } from '../src/domain/escalation/settings.ts';
import type { FollowUpSettings } from '../src/domain/follow-up/settings.ts';
import type { CustomerNoticeSettings } from '../src/domain/customer-notice/settings.ts';
import type { EventsSettings } from '../src/domain/events/settings.ts';
import type { SlackSettings } from '../src/domain/notification.ts';
import type { Service } from '../src/domain/service.ts';
import type { StatusPageSettings } from '../src/domain/status-page/settings.ts';
import type { StakeholderSettings } from '../src/domain/stakeholders.ts';
import type { Templates } from '../src/templates/write.ts';
import type { Hosts } from './commands/hosts.ts';
import type { Plan } from '../src/domain/plan.ts';
import type { Outcome, RollbackRef } from '../src/domain/rollback.ts';
import type { HttpProbe } from './http/probe.ts';

export type Deps = {
  /** From backout.yaml, validated. */
  services: Record<string, Service>;
  slack: SlackSettings | undefined;
  /** Who is told by e-mail where an environment names nobody of its own. */
  stakeholders?: StakeholderSettings | undefined;
  /** Where notices to customers go where an environment names nobody of its own. */
  customerNotice?: CustomerNoticeSettings | undefined;
  /** Where customers read what is wrong; undefined: nowhere. */
  statusPage: StatusPageSettings | undefined;
  /** Where other systems hear of rollbacks; undefined: nowhere. */
  events: EventsSettings | undefined;
  /** What teams have written instead of default texts; undefined: nothing. */
  templates?: Templates | undefined;
  /** Told why a template was not used, in whole sentences, for the log. */
  onBadTemplate?: (problem: string) => void;
  /** What happens after a rollback; undefined: the defaults. */
  followUp: FollowUpSettings | undefined;
  /** Who may decide; undefined: nobody's approval is awaited. */
  approvals: ApprovalSettings | undefined;
  /** Who is paged where an environment says nothing of its own; undefined: nobody. */
  escalation: EscalationSettings | undefined;
  /** Where records are on this worker, and for how many days after the end of a rollback they are kept. */
  incidents: { directory: string; retentionDays: number };
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
  /** Is this worker to end? Then what has no end of its own gives up, and goes on elsewhere. */
  isStopping(): boolean;
  /** Told once for each rollback that ends, for the metrics. */
  onEnded(plan: Plan, ended: { outcome: Outcome; trafficSafeAt: string | null; rollback: RollbackRef }): void;
};
