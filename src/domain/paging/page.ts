/** One page to one person or team, in no vendor's own format, and what the vendor said to it. */
import type { Severity } from '../request.ts';

export type Page = {
  /** The same however often it is tried: made of workflow ID, run ID, level and a number. */
  id: string;
  /** One per incident: under this name a vendor counts pages as one, and they are acknowledged and resolved together. */
  incidentKey: string;
  /** `acknowledge` and `resolve` speak of what `trigger` opened under the same `incidentKey`. */
  action: 'trigger' | 'acknowledge' | 'resolve';
  level: { number: number; name: string };
  severity: Severity;
  service: string;
  environment: string;
  /** One line. What is cut first is its end. */
  title: string;
  /** Paragraphs. They say where traffic is, and what became of the data. */
  body: string[];
  facts: [name: string, value: string][];
  /** Commands that answer, ready to paste. */
  commands: { heading: string; lines: string[] }[];
};

export type PageReceipt = {
  /** The channel in words, as in "PagerDuty (listings)". No secrets. */
  channel: string;
  /** Whose answer it is: the channel's kind. */
  provider: string;
  /** What the provider calls it, for whoever asks there; null where it says nothing. */
  receipt: string | null;
  /** ISO 8601, when the provider took it. */
  sentAt: string;
};
