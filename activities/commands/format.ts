/** Commands as people read them, and as a remote shell must get them. */
import { quote } from 'shell-quote';

/** One line, quoted so that a POSIX shell would run exactly these arguments. */
export function formatCommand(argv: readonly string[]): string {
  return quote(argv as string[]);
}

/**
 * The command line for a remote login shell. Every argument is quoted: sshd hands the line to a shell, and nothing
 * in an argument may mean anything to it.
 */
export function quoteForRemoteShell(argv: readonly string[]): string {
  return formatCommand(argv);
}

/** With `sudo -n` in front where wanted: it fails instead of asking for a password that nobody types. */
export function withSudo(argv: readonly string[], sudo: boolean): string[] {
  return sudo ? ['sudo', '-n', '--', ...argv] : [...argv];
}
