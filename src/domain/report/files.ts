/** Names of the files in an incident folder. They are a contract: people and scripts look for them. */
export const FILES = {
  report: 'INCIDENT_REPORT.md',
  summary: 'summary.json',
  timeline: 'timeline.json',
  manifest: 'MANIFEST.sha256',
} as const;

/** Where a person finds the report, or null while there is no incident folder. */
export function reportPath(incidentFolder: string | null): string | null {
  return incidentFolder === null ? null : `${incidentFolder}/${FILES.report}`;
}
