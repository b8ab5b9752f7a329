/** SSH keys in a folder of their own, and signatures by OpenSSH's own program. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class SshKeys {
  readonly folder = mkdtempSync(join(tmpdir(), 'backout-keys-'));

  /** Makes a key. @returns the path of its private half */
  make(name: string, passphrase = ''): string {
    const path = join(this.folder, name);
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', name, '-f', path]);
    return path;
  }

  /** The public half as it stands in an allowed-signers file, without comment. */
  public(name: string): string {
    return readFileSync(join(this.folder, `${name}.pub`), 'utf8')
      .split(' ')
      .slice(0, 2)
      .join(' ');
  }

  /** Writes a file of these lines. @returns its path */
  file(name: string, ...lines: string[]): string {
    const path = join(this.folder, name);
    writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
    return path;
  }

  sign(name: string, text: string, namespace = 'backout-decision'): string {
    const argv = ['-q', '-Y', 'sign', '-f', join(this.folder, name), '-n', namespace];
    return execFileSync('ssh-keygen', argv, { input: text, encoding: 'utf8', stdio: 'pipe' });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
