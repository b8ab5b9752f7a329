/** The places and shells that the scripts on a target must work in: this machine and SSH, dash and bash as `sh`. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalHost } from '../../activities/commands/local.ts';
import type { Host } from '../../activities/commands/host.ts';
import { createSshHost } from '../../activities/commands/ssh.ts';
import { startSshd } from './sshd.ts';
import type { Sshd } from './sshd.ts';

export type Place = { where: 'local' | 'ssh'; shell: string };

export type TestHost = {
  host: Host;
  sshd: Sshd | null;
  close(): Promise<void>;
};

const SHELLS = ['dash', 'bash'].filter((shell) => existsSync(`/bin/${shell}`));

/** Each of the two, with every shell that is installed. */
export const PLACES: Place[] = SHELLS.flatMap((shell) => [
  { where: 'local', shell },
  { where: 'ssh', shell },
]);

/** A host on which `sh` is that shell. A local one sets this process's PATH until it is closed. */
export async function openPlace({ where, shell }: Place): Promise<TestHost> {
  const folder = mkdtempSync(join(tmpdir(), 'shell-'));
  mkdirSync(join(folder, 'bin'));
  symlinkSync(`/bin/${shell}`, join(folder, 'bin', 'sh'));
  const before = process.env['PATH'] ?? '';
  const path = `${join(folder, 'bin')}:${before}`;
  if (where === 'local') {
    process.env['PATH'] = path;
    return {
      host: createLocalHost('web-1', { sudo: false }),
      sshd: null,
      close: async () => {
        process.env['PATH'] = before;
        rmSync(folder, { recursive: true, force: true });
      },
    };
  }
  const sshd = await startSshd({ path });
  const host = createSshHost('web-1', sshd.settings);
  return {
    host,
    sshd,
    close: async () => {
      await host.close();
      await sshd.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
