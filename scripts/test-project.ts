/** Runs one vitest project in a process of its own, within a time limit, and leaves nothing running. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { end, findMarked, RUN_MARK } from './test-processes.ts';
import type { Leftover } from './test-processes.ts';
import { EVENTS_FILE } from './test-reporter.ts';
import { parseEvents, summarize } from './test-summary.ts';
import type { Ending, ProjectResult } from './test-summary.ts';

const VITEST = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const REPORTER = fileURLToPath(new URL('test-reporter.ts', import.meta.url));

/** How long a program that was told to end may take. */
const ENDING_MS = 3000;

export type ProjectRun = {
  project: string;
  /** All of it. Past that, what still runs is killed and named. */
  limitSeconds: number;
  /** For vitest. Default: `--project` with the name. */
  args?: string[];
  /** Default: vitest's own words go to the terminal. */
  output?: 'inherit' | 'ignore';
};

export async function runProject(run: ProjectRun): Promise<ProjectResult> {
  const { project, limitSeconds, args = ['--project', project], output = 'inherit' } = run;
  const directory = await mkdtemp(join(tmpdir(), 'backout-tests-'));
  const events = join(directory, 'events');
  const mark = randomUUID();
  const started = performance.now();
  const vitest = spawn(
    process.execPath,
    [VITEST, 'run', ...args, '--allowOnly=false', '--reporter=default', `--reporter=${REPORTER}`],
    {
      stdio: ['ignore', output, output],
      // In a session of its own, by which the programs that tests start are known.
      detached: true,
      env: { ...process.env, [EVENTS_FILE]: events, [RUN_MARK]: mark },
    },
  );
  const ours = () => findMarked({ mark, session: vitest.pid ?? 0 });
  const endAll = () => {
    vitest.kill('SIGKILL');
    for (const { pid } of ours()) end(pid);
  };
  process.once('exit', endAll);
  try {
    const ending = await endOf(vitest, limitSeconds);
    const leftovers = ending.kind === 'exited' ? await lasting(ours) : [];
    endAll();
    // What was started while the others were being killed shows up now, and is killed in its turn.
    await lasting(() => {
      endAll();
      return ours();
    });
    return summarize({
      project,
      seconds: (performance.now() - started) / 1000,
      events: existsSync(events) ? parseEvents(readFileSync(events, 'utf8')) : [],
      ending,
      leftovers: leftovers.map(({ pid, command }) => `${command} (pid ${pid})`),
    });
  } finally {
    process.removeListener('exit', endAll);
    await rm(directory, { recursive: true, force: true });
  }
}

function endOf(child: ChildProcess, limitSeconds: number): Promise<Ending> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve({ kind: 'out-of-time', limitSeconds }), limitSeconds * 1000);
    child.once('error', reject);
    child.once('exit', (code) => {
      clearTimeout(timer);
      resolve({ kind: 'exited', code });
    });
  });
}

/** Those that are still there after a moment: to end takes time, too. */
async function lasting(find: () => Leftover[]): Promise<Leftover[]> {
  const giveUpAt = performance.now() + ENDING_MS;
  let found = find();
  while (found.length > 0 && performance.now() < giveUpAt) {
    await pause(20);
    found = find();
  }
  return found;
}
