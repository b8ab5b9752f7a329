/** Commands as people read them, and as a remote shell must get them. */
import { quote } from 'shell-quote';

/** One line for people, that does the same when pasted into bash. */
export function formatCommand(argv: readonly string[]): string {
  return argv.map((arg) => (CONTROL.test(arg) ? escaped(arg) : quote([arg]))).join(' ');
}

/**
 * The command line for a remote login shell. Every argument is quoted: sshd hands the line to a shell, and nothing
 * in an argument may mean anything to it. The shell must be a POSIX one (sh, bash, ksh, zsh).
 */
export function quoteForRemoteShell(argv: readonly string[]): string {
  return quote([...argv]);
}

/** With `sudo -n` in front where wanted: it fails instead of asking for a password that nobody types. */
export function withSudo(argv: readonly string[], sudo: boolean): string[] {
  return sudo ? ['sudo', '-n', '--', ...argv] : [...argv];
}

// eslint-disable-next-line no-control-regex -- these are the ones that would break the line
const CONTROL = /[\u0000-\u001f\u007f\u2028\u2029]/;

/** Bash's own notation for what can't stand on one line: $'two\nlines'. */
function escaped(arg: string): string {
  const inner = [...arg].map((character) => {
    if (character === '\n') return '\\n';
    if (character === '\t') return '\\t';
    if (character === "'" || character === '\\') return `\\${character}`;
    if (!CONTROL.test(character)) return character;
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
  });
  return `$'${inner.join('')}'`;
}
