/**
 * The activities as workflows see them: what goes in, what comes out. Workflows import only this type.
 * Every one is safe to run again: it reads the live state first, acts only if it must, and reads back proof.
 */
import type { WatchInput } from './rollback/watch.ts';
import type { TicketChange } from './tickets/index.ts';
import type { EventInput } from './events/send.ts';
import type { Notice } from '../src/domain/customer-notice/draft.ts';
import type { NoticeRequest, NoticeSent } from '../src/domain/customer-notice/sending.ts';
import type { SignatureQuestion, SignatureVerdict } from './approval/verify-signature.ts';
import type { FollowUpMessage } from '../src/domain/follow-up/announcement.ts';
import type { FollowUpRecipient } from '../src/domain/follow-up/ways.ts';
import type { TicketSettings } from '../src/domain/follow-up/settings.ts';
import type { FollowUpStatus } from '../src/domain/follow-up/status.ts';
import type { Ticket, TicketDraft } from '../src/domain/follow-up/tickets.ts';
import type { Seen } from '../src/domain/follow-up/watch.ts';
import type { FreezeMessage } from '../src/domain/announcement-freeze.ts';
import type { Channel, Recipient } from '../src/domain/announcement-channels.ts';
import type { LossCount } from '../src/domain/loss.ts';
import type { AnnouncementEvent } from '../src/domain/notification.ts';
import type { EscalationPolicy } from '../src/domain/escalation/policy.ts';
import type { RollbackView, RunEnd } from '../src/domain/escalation/state.ts';
import type { FreezeRecord } from '../src/domain/report/freeze-report.ts';
import type { Removal, RemovalRequest } from '../src/domain/records/removal.ts';
import type { TargetReadiness } from '../src/domain/readiness.ts';
import type { PagingChannel } from '../src/domain/paging/channel.ts';
import type { PageTest, PageTested } from '../src/domain/paging/test-page.ts';
import type { Page, PageReceipt } from '../src/domain/paging/page.ts';
import type { StatusPageSettings } from '../src/domain/status-page/settings.ts';
import type { Posted } from '../src/domain/status-page/state.ts';
import type { PublicUpdate } from '../src/domain/status-page/update.ts';
import type { Plan, RunKind } from '../src/domain/plan.ts';
import type { Recovery } from '../src/domain/recovery.ts';
import type { RollbackRequest } from '../src/domain/request.ts';
import type {
  EvidenceFile,
  IncidentRecord,
  Outcome,
  RollbackRef,
  StepResult,
} from '../src/domain/rollback.ts';

/** Where a service runs, answered from configuration alone. */
export type ResolvedService = {
  service: string;
  environment: string;
  /** The task queue whose workers can reach the target. */
  taskQueue: string;
  /** The search attributes that the namespace knows; upserting any other would wedge the workflow. */
  searchAttributes: string[];
  /** This worker and its server end with the rollback (break-glass): what is to be kept can't be kept by Temporal. */
  isEphemeral?: boolean;
  /** Who is paged, and when: frozen here. Missing where nobody is. */
  escalation?: EscalationPolicy;
  /** Where customers read what is wrong: frozen here. Missing where there is no such page. */
  statusPage?: StatusPageSettings;
  /** The rollback is followed up when it has ended. Missing in histories of versions before 0.2. */
  followsUp?: boolean;
  /** The channels that are configured. Missing in histories of versions before 0.2. */
  channels?: Channel[];
};

export type PlanInput = {
  kind: RunKind;
  request: RollbackRequest;
  rollback: RollbackRef;
  environment: string;
};

/** What is frozen, and for whom. Made from the request alone: there is no plan yet. */
export type FreezeInput = {
  service: string;
  environment: string;
  reason: string;
  rollback: RollbackRef;
  /** A rollback that a person knows to be dead. */
  takenOver?: string;
  /** Writes are proved to be let through again, or there is no database. Missing: they are not. */
  areWritesLifted?: boolean;
};

export type StepInput = { plan: Plan; rollback: RollbackRef };

/** What holds the lock of a service: read from the lock workflow's memo and its owner's state. */
export type LockHolder = {
  workflowId: string;
  runId: string;
  requestedBy: string;
  startedAt: string;
  /** It has frozen the service, for this reason, and that is in force. */
  frozen?: string;
};

export type AnnouncementInput = {
  event: AnnouncementEvent;
  /** One call tells one, so that a retry sends again only what was not sent. See `recipientsFor`. */
  channel: Recipient;
  record: IncidentRecord;
  /** The thread that an earlier message to this channel began. Unknown: it is looked for. */
  thread?: string;
};

/** `thread`: Slack's name of the thread that the message is in, or began. Channels by webhook, and mail, have none. */
export type AnnouncementResult = StepResult & { thread?: string };

/** A signed decision, as it came, and the name under which its signature must stand in the allowed-signers file. */
export type SignedDecision = Omit<SignatureQuestion, 'signers'>;

export type Activities = {
  /** Finds the service and environment in the configuration. Runs as a local activity: no I/O. */
  resolveService(request: RollbackRequest): Promise<ResolvedService>;
  /** Who holds the lock workflow, and frees it when its owner has ended or is an earlier run of ours. */
  inspectLock(input: { lockWorkflowId: string; rollback: RollbackRef }): Promise<LockHolder | null>;
  /** Reads the live state and makes the plan. Changes nothing. */
  planRollback(input: PlanInput): Promise<Plan>;
  /** Was this decision signed by the person whom it names? Changes nothing. */
  verifyDecision(input: SignedDecision): Promise<SignatureVerdict>;
  /** Stops requests before they reach the service: a maintenance answer. */
  holdRequests(input: FreezeInput): Promise<StepResult>;
  /** Makes the database read-only and ends its sessions; null where the service has none. */
  holdWrites(input: FreezeInput): Promise<StepResult | null>;
  liftRequests(input: FreezeInput): Promise<StepResult>;
  liftWrites(input: FreezeInput): Promise<StepResult | null>;
  /** Sends one message about a freeze to one channel. */
  announceFreeze(input: FreezeMessage & { channel: Channel }): Promise<StepResult>;
  /** Writes the report of a freeze that no rollback came of into its incident folder; writing again replaces it. */
  writeFreezeReport(input: FreezeRecord): Promise<StepResult>;
  captureBefore(input: StepInput): Promise<StepResult>;
  /** Starts the release to return to where it is stopped, and waits until it is healthy. */
  startPrevious(input: StepInput): Promise<StepResult>;
  shiftTraffic(input: StepInput): Promise<StepResult>;
  captureLogs(input: StepInput): Promise<StepResult>;
  stopFaulty(input: StepInput): Promise<StepResult>;
  /** Is the release returned to healthy, and does it answer? Before its database is touched. */
  checkRelease(input: StepInput & { since: string }): Promise<StepResult>;
  /** Restores the plan's backup beside the live database, which goes on serving, and checks it. */
  prepareRestore(input: StepInput): Promise<StepResult>;
  /** What a restore would lose by now. A database that does not answer is no failure, but a count that is unknown. */
  countLoss(input: StepInput): Promise<LossCount>;
  /** The live database is the restored one already. Restores nothing. */
  proveRestored(input: StepInput): Promise<StepResult>;
  /** Stops every release of the service, before its database is restored in place. */
  stopApplication(input: StepInput): Promise<StepResult>;
  /**
   * Puts the restored database in the live one's place. The one before is kept: under a dated name or, restored in place, as
   * a safety copy. `keepStopped`: in place, what has been started again meanwhile is stopped first.
   */
  restoreDatabase(input: StepInput & { keepStopped: boolean }): Promise<StepResult>;
  /**
   * Restarts the release returned to, so that nothing of the database before lives on in it. `since` is when the restore
   * was done, ISO 8601 by Temporal's clock: what was started after it is left alone.
   */
  restartApplication(input: StepInput & { since: string }): Promise<StepResult>;
  /** Partial rollback: switches the plan's flags, one after the other, and reads each back. */
  switchFlags(input: StepInput): Promise<StepResult>;
  /** Partial rollback: puts the plan's configuration files back, and keeps those of now. */
  putBackConfiguration(input: StepInput): Promise<StepResult>;
  /** Partial rollback: restarts the releases that read what changed; one that was started after `since` (ISO 8601) is left alone. */
  restartChanged(input: StepInput & { since: string }): Promise<StepResult>;
  /** What is down beside the release, for a rollback that waits. Changes nothing. */
  diagnose(input: StepInput): Promise<Recovery>;
  /** Starts PostgreSQL where it does not answer, and waits until it does. */
  startDatabase(input: StepInput): Promise<StepResult>;
  /** Restarts the release that has lost its database; one that was started after `since` (ISO 8601) is left alone. */
  reviveApplication(input: StepInput & { since: string }): Promise<StepResult>;
  /**
   * Removes what was prepared and is not wanted any more. Leaves the live database alone; where a restore in place has taken
   * it away, puts it back. `live` says which one it is.
   */
  abandonRestore(input: StepInput): Promise<StepResult>;
  /** Counts what it has lost; clears away what a restore that is done needed, and after a success what earlier ones have kept for long enough. */
  settleRestore(input: StepInput & { isSuccess: boolean }): Promise<StepResult>;
  verifyRelease(input: StepInput & { since: string }): Promise<StepResult>;
  /** Notes the end in the target's record and frees the target's lock. */
  releaseTarget(input: StepInput & { outcome: Outcome; trafficSafeAt: string | null }): Promise<void>;
  /** Tags the faulty version in git, where that is configured. */
  tagFaulty(input: StepInput): Promise<StepResult>;
  /** Sends one event to another system. At least once: a repeat has the same id. */
  sendEvent(input: EventInput): Promise<StepResult>;
  /** Writes report, summary, state after and manifest into the incident folder; writing again replaces them. */
  writeReport(input: { record: IncidentRecord }): Promise<StepResult>;
  /** Could these services be rolled back now? Changes nothing. */
  checkTargets(input: { service?: string; environment?: string }): Promise<TargetReadiness[]>;
  /** Sends one message to one channel. */
  announce(input: AnnouncementInput): Promise<AnnouncementResult>;
  /** One look at a service after its rollback. Changes nothing. */
  watchService(input: WatchInput): Promise<Seen>;
  /** Sends one message about a follow-up to one recipient. */
  announceFollowUp(input: { channel: FollowUpRecipient; message: FollowUpMessage }): Promise<StepResult>;
  /** Makes a ticket, or finds the one with its marker that an earlier try has made. */
  openTicket(input: {
    settings: TicketSettings;
    draft: TicketDraft;
  }): Promise<{ ticket: Ticket; already: boolean }>;
  /** Comments a ticket once, and opens or closes it. */
  changeTicket(input: { settings: TicketSettings; change: TicketChange }): Promise<void>;
  /** Writes FOLLOW_UP.md into the incident folder; writing again replaces it. */
  writeFollowUp(input: { record: IncidentRecord; status: FollowUpStatus }): Promise<StepResult>;
  /** Reads CUSTOMER_NOTICE.md as people have left it. Changes nothing. */
  readCustomerNotice(input: NoticeRequest): Promise<Notice>;
  /** Sends a customer notice by mail. Not to be tried again unseen: a mail server can't tell a repeat. */
  sendCustomerNotice(input: NoticeRequest & { notice: Notice }): Promise<NoticeSent>;
  /** Sends a marked test page through channels of a service, each once. */
  testPages(input: PageTest & { id: string }): Promise<PageTested>;
  /** Sends one page through one channel. Going on to another channel when this one fails is the caller's. */
  sendPage(input: { channel: PagingChannel; page: Page }): Promise<PageReceipt>;
  /** Posts one update to the status page. `incident`: what the page calls it, where that is known. */
  postPublicUpdate(input: {
    page: StatusPageSettings;
    update: PublicUpdate;
    incident: string | null;
  }): Promise<Posted>;
  /** How a rollback stands, for a page about it; null when nobody says so within seconds. Never fails. */
  lookAtRollback(run: { workflowId: string; runId: string }): Promise<RollbackView | null>;
  /** Removes what the worker has kept for longer than configured. Safe to run again: what is gone is gone. */
  removeOldRecords(input: RemovalRequest): Promise<Removal>;
  /** Waits until this run has ended, in whatever way, and says how. */
  watchRollback(run: { workflowId: string; runId: string }): Promise<RunEnd>;
};

export type { EvidenceFile };
