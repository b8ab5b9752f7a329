/** Whether somebody is meant by a reference such as `anna`, `role:on-call` or `group:payments`. */
import { resolveReferences } from '../approval/people.ts';
import type { Directory } from '../approval/people.ts';

/** Why nobody is, or null. Without a directory of people, a name stands for itself. */
export function membersKnown(reference: string, directory: Directory | undefined): string | null {
  const isName = !reference.includes(':');
  if (directory === undefined)
    return isName ? null : `"${reference}" means nobody: there are no people under \`approvals\``;
  if (resolveReferences(directory, [reference]).length > 0) return null;
  return isName
    ? `there is no "${reference}" under approvals.people`
    : `nobody under approvals.people is meant by "${reference}"`;
}
