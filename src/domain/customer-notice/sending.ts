/** Sending a customer notice: what it takes, and what came of it. */
import type { Notice } from './draft.ts';

/** What the CLI starts the workflow `notifyCustomers` with. */
export type NoticeRequest = {
  /** The rollback, which names the folder. */
  rollback: { workflowId: string; startedAt: string };
  service: string;
  environment: string;
  incidentFolder: string;
  /** Who says so, as declared. */
  by: string;
};

export type NoticeSent = {
  /** ISO 8601. */
  at: string;
  by: string;
  to: string[];
  /** What the mail server said. */
  receipt: string;
  /** As it was sent. */
  notice: Notice;
};

/** The type of a failure after which nobody knows whether it was sent. */
export const NOTICE_UNPROVED = 'NoticeUnproved';

/** One per rollback: so it can't be sent twice unseen. */
export const noticeIdOf = ({ workflowId, startedAt }: NoticeRequest['rollback']): string =>
  `backout-customer-notice/${workflowId}/${startedAt}`;
