/** The ways to roll a site back that are compared. Each returns when it has ended, and throws when it failed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import type { Site } from './site.ts';

export type Way = {
  name: 'script' | 'client' | 'cli';
  title: string;
  rollBack(site: Site): Promise<void>;
};

const SCRIPT = fileURLToPath(new URL('./baseline.sh', import.meta.url));
const BACKOUT = fileURLToPath(new URL('../bin/backout.js', import.meta.url));

/** Plain shell; over SSH it makes its own session, as people do. */
export const script: Way = {
  name: 'script',
  title: 'plain shell script',
  rollBack: async ({ sandbox, sshd, keepFolder }) => {
    const { site, nginx, url, blue, green } = sandbox;
    const host = sshd === null ? 'local' : sshd.ssh.address;
    const args = [host, site, nginx.config, `${url}/`, blue.url, green.port, blue.port, green.pidFile];
    const env =
      sshd === null
        ? {}
        : {
            SSH_OPTIONS: `-F none -T -p ${sshd.ssh.port} -i ${sshd.ssh.identityFile} -o UserKnownHostsFile=${sshd.ssh.knownHostsFile}`,
          };
    await run(SCRIPT, [...args.map(String), green.logFile, keepFolder], env);
  },
};

let count = 0;

/** A process that is connected to Temporal already, such as a bot, asks a worker that runs already. */
export function byClient(client: Client): Way {
  return {
    name: 'client',
    title: 'Backout, by a client',
    rollBack: async ({ service, taskQueue }) => {
      await client.workflow.execute('trafficOnlyRollback', {
        workflowId: `rollback-${service}-bench-${process.pid}-${++count}`,
        taskQueue,
        args: [{ service, reason: 'benchmark', requestedBy: 'bench' }],
      });
    },
  };
}

/** The command line, with its own start. */
export const byCli: Way = {
  name: 'cli',
  title: 'Backout, by its CLI',
  rollBack: async ({ sandbox, service }) => {
    const args = [
      '--config',
      sandbox.configFile,
      'rollback',
      'traffic-only',
      service,
      '--reason',
      'benchmark',
    ];
    await run(process.execPath, [BACKOUT, ...args, '--yes'], {});
  },
};

/** Its output goes to the error message, when it fails. */
export async function run(
  program: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<void> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  }
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${program} ended with ${String(code)}: ${said}`);
}
