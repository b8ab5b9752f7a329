/** Running a shell script that is killed, with all that it started, when it runs its n-th program. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Death = {
  /** 1 for the first program that the script runs. */
  turn: number;
  /** Just before that program runs, or just after it ended. */
  when: 'before' | 'after';
};

export type KilledScripts = {
  /** @returns the exit code, or null when it was killed */
  run(script: string, args: string[], how: Death & { stdin?: string }): Promise<number | null>;
  remove(): void;
};

/** Stands for every program that the script runs. They count by appending: some run side by side in a pipeline. */
const KILLER = String.raw`#!/bin/sh
printf x >>"$COUNTER"
number=$(PATH=$REAL wc -c <"$COUNTER")
if [ "$number" -ge "$TURN" ] && [ "$WHEN" = before ]; then kill -KILL 0; fi
PATH=$REAL "${'$'}{0##*/}" "$@"
code=$?
if [ "$number" -ge "$TURN" ]; then kill -KILL 0; fi
exit $code
`;

/** `programs` are those that count. */
export function createKilledScripts(programs: string[]): KilledScripts {
  const bin = mkdtempSync(join(tmpdir(), 'killer-'));
  const counter = join(bin, 'counter');
  for (const name of programs) writeFileSync(join(bin, name), KILLER, { mode: 0o755 });
  return {
    run: async (script, args, { turn, when, stdin = '' }) => {
      writeFileSync(counter, '');
      const real = process.env['PATH'] ?? '';
      const child = spawn('sh', ['-c', script, 'backout', ...args], {
        // A group of its own, which is what gets killed.
        detached: true,
        stdio: ['pipe', 'ignore', 'inherit'],
        env: { PATH: `${bin}:${real}`, REAL: real, COUNTER: counter, TURN: String(turn), WHEN: when },
      });
      child.stdin.on('error', () => undefined);
      child.stdin.end(stdin);
      const [code] = (await once(child, 'exit')) as [number | null];
      return code;
    },
    remove: () => rmSync(bin, { recursive: true, force: true }),
  };
}
