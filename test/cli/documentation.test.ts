/** docs/cli.md against the program: every command, every option, every exit code, and none that is not there. */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { createProgram } from '../../src/cli/program.ts';
import { fakeIo } from './support/io.ts';

const PAGE = readFileSync('docs/cli.md', 'utf8');
const program = createProgram(fakeIo(), () => undefined);

/** Everything that can be run, with the words that run it. */
function runnable(command: Command, words: string): { command: Command; usage: string }[] {
  if (command.commands.length > 0)
    return command.commands.flatMap((inner) => runnable(inner, `${words} ${inner.name()}`));
  const args = command.registeredArguments.map((argument) =>
    argument.required ? ` <${argument.name()}>` : ` [${argument.name()}]`,
  );
  return [{ command, usage: words + args.join('') }];
}

const COMMANDS = runnable(program, 'backout');

/** The flags in the first column of a section's table. */
function documentedFlags(section: string): string[] {
  return [...section.matchAll(/^\| `(-.+?)` \|/gm)].map(([, flags = '']) => flags);
}

function sectionOf(usage: string): string {
  const start = PAGE.indexOf(`\n## \`${usage}\`\n`);
  const end = PAGE.slice(start + 1).search(/\n##? /);
  return start < 0 ? '' : PAGE.slice(start, end < 0 ? undefined : start + 1 + end);
}

describe('docs/cli.md', () => {
  it('has a section for every command with its arguments, and for nothing else', () => {
    const documented = [...PAGE.matchAll(/^## `(backout .+)`$/gm)].map(([, usage]) => usage);
    expect(documented.toSorted()).toEqual(COMMANDS.map(({ usage }) => usage).toSorted());
  });

  it.each(COMMANDS)('names the options of `$usage`, and no others', ({ usage, command }) => {
    expect(documentedFlags(sectionOf(usage)).toSorted()).toEqual(
      command.options.map(({ flags }) => flags).toSorted(),
    );
  });

  it('names the options that stand before any command', () => {
    const introduction = PAGE.slice(0, PAGE.indexOf('\n## '));
    expect(documentedFlags(introduction).toSorted()).toEqual(
      program.options.map(({ flags }) => flags).toSorted(),
    );
  });

  it('names every exit code', () => {
    const codes = [...sectionOfExitCodes().matchAll(/^\| `(\d+)` \|/gm)].map(([, code]) => Number(code));
    expect(codes).toEqual(Object.values(EXIT));
  });
});

function sectionOfExitCodes(): string {
  return PAGE.slice(PAGE.indexOf('## Exit codes'), PAGE.indexOf('# Rolling back'));
}
