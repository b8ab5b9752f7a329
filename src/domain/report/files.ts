/** Names of the files in an incident folder. They are a contract: people and scripts look for them. */
export const FILES = {
  report: 'INCIDENT_REPORT.md',
  summary: 'summary.json',
  timeline: 'timeline.json',
  manifest: 'MANIFEST.sha256',
  /** A draft, for people to change: the manifest does not have it. */
  postmortem: 'POSTMORTEM.md',
  /** A draft too, only where data was lost. Sent when a person says so. */
  customerNotice: 'CUSTOMER_NOTICE.md',
  /** What came after, written when the watch is over and when everything is done. */
  followUp: 'FOLLOW_UP.md',
} as const;

/** Where a person finds the report, or null while there is no incident folder. */
export function reportPath(incidentFolder: string | null): string | null {
  return incidentFolder === null ? null : `${incidentFolder}/${FILES.report}`;
}
