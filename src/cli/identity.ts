/** Who is at the keyboard, as declared. Nothing here proves it. */
import { hostname, userInfo } from 'node:os';

/** `--by`, else BACKOUT_USER, else the name of the user who runs the command (behind sudo: of who called sudo). */
export function whoAmI(by: string | undefined, env: NodeJS.ProcessEnv): string {
  const named = by?.trim() || env['BACKOUT_USER'] || env['SUDO_USER'];
  return named || systemUser();
}

function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    // A container's user id may have no name.
    return `somebody on ${hostname()}`;
  }
}
