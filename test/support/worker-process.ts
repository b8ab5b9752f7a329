/** A worker in a process of its own, as in production: it can be stopped, and killed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export type WorkerProcessOptions = {
  configFile: string;
  workflowBundle: string;
  /** It stops itself (SIGSTOP) as it begins the first try of this activity. */
  stopAt?: string;
};

export type WorkerProcess = {
  pid: number;
  /** Wakes it, and says how the try ended that it was stopped in: `done`, or the type of the failure. */
  wake(): Promise<string>;
  /** SIGKILL, and its end awaited. Fine when it has ended already. */
  kill(): Promise<void>;
};

const MAIN = fileURLToPath(new URL('./worker-main.ts', import.meta.url));

/** Returns when it takes work. */
export async function startWorkerProcess(options: WorkerProcessOptions): Promise<WorkerProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const ended = exited.then(([code]) => {
    throw new Error(`the worker ended with ${String(code)} before it took work`);
  });
  const lines = createInterface({ input: child.stdout });
  await Promise.race([once(lines, 'line'), ended]);
  ended.catch(() => undefined);
  return {
    pid: child.pid ?? 0,
    wake: async () => {
      const said = once(lines, 'line') as Promise<[string]>;
      child.kill('SIGCONT');
      return (await said)[0];
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
