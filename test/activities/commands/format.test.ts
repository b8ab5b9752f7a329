import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatCommand, quoteForRemoteShell, withSudo } from '../../../activities/commands/format.ts';

/** What a shell makes of a command line: its arguments, exactly. */
function argumentsSeenBy(shell: string, line: string): string[] {
  const stdout = execFileSync(shell, ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' });
  return stdout.split('\0').slice(0, -1);
}

const NASTY = [
  '',
  '-n',
  '--',
  "it's",
  "it's!",
  '"quoted"',
  'two\nlines\n',
  'tab\tand\rreturn',
  'back\\slash\\\\end\\',
  '$HOME `id` $(id) ${x}',
  '!history !!',
  '* ? [a-z] {a,b} ~root',
  'a=b;c&d|e>f<g#h',
  '%s %n',
  'ünïcödé 日本 😀',
  '\u2028line\u00a0space',
  `'"'"'`,
];

describe.each(['dash', 'bash'])('%s sees exactly the arguments', (shell) => {
  test('that are known to be nasty', () => {
    expect(argumentsSeenBy(shell, quoteForRemoteShell(NASTY))).toEqual(NASTY);
  });

  test('whatever they are', () => {
    const special = fc.constantFrom(...`'"!\\\n\r\t $\`*?[]{}()<>|&;#~=%^-:aZé😀,@+/`);
    const argument = fc.string({
      unit: fc.oneof(special, fc.string({ minLength: 1, maxLength: 1, unit: 'binary' })),
    });
    const argv = fc.array(
      argument.filter((text) => !text.includes('\0')),
      { minLength: 1, maxLength: 40 },
    );
    fc.assert(
      fc.property(argv, (args) => {
        expect(argumentsSeenBy(shell, quoteForRemoteShell(args))).toEqual(args);
      }),
      { numRuns: 60 },
    );
  });
});

test('a command for people is one line that bash understands', () => {
  expect(formatCommand(['nginx', '-t', '-c', '/etc/my nginx.conf'])).toBe("nginx -t -c '/etc/my nginx.conf'");
  const nasty = ['printf', ...NASTY, "a\n'b'\\c\t\u0007"];
  const line = formatCommand(nasty);
  expect(line).not.toMatch(/[\n\r\u2028]/);
  expect(argumentsSeenBy('bash', line)).toEqual(nasty);
});

test('sudo never asks for a password and takes no option from the command', () => {
  expect(withSudo(['nginx', '-t'], true)).toEqual(['sudo', '-n', '--', 'nginx', '-t']);
  expect(withSudo(['nginx', '-t'], false)).toEqual(['nginx', '-t']);
});
