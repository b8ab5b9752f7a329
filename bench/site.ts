/** One service with two colours behind nginx, here or over SSH, that is rolled back again and again. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../src/embedded/ports.ts';
import { siteFile, startSandbox } from '../scripts/demo/sandbox.ts';
import type { Sandbox } from '../scripts/demo/sandbox.ts';
import { startService } from '../scripts/demo/service.ts';
import type { RunningService } from '../scripts/demo/service.ts';
import { ask } from '../scripts/demo/traffic.ts';
import { startSshd } from '../test/support/sshd.ts';
import type { Sshd } from '../test/support/sshd.ts';
import { startClients } from './traffic.ts';
import type { Clients } from './traffic.ts';

export type Place = 'local' | 'ssh';

export type Site = {
  place: Place;
  /** Its name in backout.yaml, where it is alone. */
  service: string;
  taskQueue: string;
  sandbox: Sandbox;
  sshd: Sshd | null;
  healthUrl: string;
  clients: Clients;
  /** Where the script keeps green's log. */
  keepFolder: string;
  /** Green is started, and has all the traffic again. */
  redeployGreen(): Promise<void>;
  /** Throws when green still runs or still answers. */
  expectRolledBack(): Promise<void>;
  stop(): Promise<void>;
};

export async function startSite(place: Place, { address }: { address: string }): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), `backout-bench-${place}-`));
  const keepFolder = join(folder, 'kept');
  await mkdir(keepFolder);
  const service = `bench-${place}`;
  const healthAddress = `127.0.0.1:${await freePort()}`;
  const sshd = place === 'ssh' ? await startSshd() : null;
  const sandbox = await startSandbox({
    folder,
    service,
    ...(sshd === null ? {} : { ssh: sshd.ssh }),
    environment: VERIFY_LIKE_THE_SCRIPT,
    file: { temporal: { address, taskQueue: service }, worker: { healthAddress, logLevel: 'warn' } },
  });
  const clients = await startClients(`${sandbox.url}/`);
  let green: RunningService = sandbox.green;
  return {
    place,
    service,
    taskQueue: service,
    sandbox,
    sshd,
    healthUrl: `http://${healthAddress}`,
    clients,
    keepFolder,
    redeployGreen: async () => {
      await green.kill();
      green = await startGreen(sandbox);
      await giveTrafficToGreen(sandbox);
    },
    expectRolledBack: async () => {
      await untilBlueAnswers(`${sandbox.url}/`);
      if (runs(green.pid)) throw new Error('after the rollback, green still runs');
    },
    stop: async () => {
      await clients.stop();
      await green.kill();
      await sandbox.stop();
      await sshd?.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** One healthy answer, as the script asks for. Every second of `steadySeconds` is one more: on purpose, and no cost of ours. */
const VERIFY_LIKE_THE_SCRIPT = {
  verify: { health: { paths: ['/health'], steadySeconds: 0 } },
};

async function startGreen({ folder, green }: Sandbox): Promise<RunningService> {
  const directory = join(folder, 'app');
  return await startService({ colour: 'green', version: '1.5.0', directory, port: green.port });
}

async function giveTrafficToGreen({ site, url, nginx, blue, green }: Sandbox): Promise<void> {
  const port = Number(new URL(url).port);
  await writeFile(site, siteFile({ port, blue: blue.port, green: green.port }));
  const master = await nginx.pid();
  const before = await childrenOf(master);
  await nginx.reload();
  // Until the old workers of nginx have ended: they would go on taking connections, and share the processor.
  const isOver = (now: string[]) => now.length > 0 && !now.some((pid) => before.includes(pid));
  while (!isOver(await childrenOf(master))) await pause(5);
  const { release } = await ask(`${url}/`);
  if (release !== 'green') throw new Error(`green was deployed, but ${release ?? 'nobody'} answers`);
}

/** A starved old worker of nginx may send a last request to green, which is gone: that counts as lost, not as failed. */
async function untilBlueAnswers(url: string): Promise<void> {
  const giveUpAt = Date.now() + 5000;
  for (;;) {
    const { release, status, error } = await ask(url);
    if (release === 'blue') return;
    const said = release ?? error ?? `nobody, with status ${String(status)}`;
    if (Date.now() > giveUpAt) throw new Error(`after the rollback, not blue answers but: ${said}`);
    await pause(20);
  }
}

async function childrenOf(pid: number): Promise<string[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.split(' ').filter(Boolean);
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
