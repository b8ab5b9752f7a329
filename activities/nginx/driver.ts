/** nginx on its host: read the site file, change it, put it back. What requests prove is not for here. */
import { createHash } from 'node:crypto';
import { BackoutFailure } from '../../src/domain/failure.ts';
import { formatCommand } from '../commands/format.ts';
import type { CommandResult, Host } from '../commands/host.ts';
import { explained } from '../lock/lock.ts';
import type { Guard } from '../lock/lock.ts';
import { besidePath, dumpCommand, reloadCommand, scriptArguments, testCommand } from './commands.ts';
import type { NginxSettings } from './commands.ts';
import { notInUpstream, shiftUpstream } from './edit.ts';
import type { Shifted } from './edit.ts';
import { explainNginx, notReloadable, notReplaceable, testFailed } from './failures.ts';
import { flattenDump, parseDump, pidFileOf } from './flatten.ts';
import type { Dump } from './flatten.ts';
import { APPLY, EXIT, MAY_RELOAD, MAY_REPLACE, PUT_BACK, READ, TEST_BESIDE } from './scripts.ts';
import { activityOf, findUpstream } from './upstream.ts';
import type { Activity, SiteSettings } from './upstream.ts';
import { readWeights } from './weights.ts';

export type SiteFile = {
  /** Where it is once symlinks are followed. */
  realPath: string;
  /** "root:root 644" */
  ownerAndMode: string;
  sha256: string;
  /** One character a byte (latin1). */
  text: string;
  releases: Record<string, Activity>;
  /** The weight headers that it sets, by name. */
  weights: Record<string, string>;
};

export type Nginx = {
  /** @throws BackoutFailure SiteFileBroken, UpstreamMissing, PermissionDenied */
  read(): Promise<SiteFile>;
  /** `nginx -T`. @throws BackoutFailure SiteFileBroken when the configuration does not pass */
  dump(): Promise<Dump>;
  /** Of a release that the file does not have: why, and what to do. Pure. */
  notInUpstream(site: SiteFile, release: string): BackoutFailure;
  /** What the file must become. Pure. */
  shifted(site: SiteFile, to: string): Shifted;
  /**
   * Writes, tests, moves and reloads. Safe to run again, and to be killed at any instant.
   * @returns whether the file was changed by this call
   * @throws BackoutFailure SiteFileBroken, SiteFileChanged, PermissionDenied, CommandFailed
   */
  apply(change: { site: SiteFile; text: string; dump: Dump; guard: Guard }): Promise<boolean>;
  /**
   * Puts the kept file back and reloads. Safe to run again.
   * @returns false when there is none
   * @throws BackoutFailure SiteFileChanged when the live file is not what `apply` wrote; SiteFileBroken, CommandFailed
   */
  putBack(site: SiteFile, guard: Guard): Promise<boolean>;
  /**
   * Could `apply` replace the file? Looks only.
   * @throws BackoutFailure PermissionDenied
   */
  requireReplaceable(site: SiteFile): Promise<void>;
  /**
   * Could nginx be told to reload? Looks only, where the reload command is nginx's own.
   * @returns what was seen
   * @throws BackoutFailure PermissionDenied, CommandFailed when nginx does not run
   */
  requireReloadable(dump: Dump): Promise<string>;
  describe(): { test: string; reload: string };
};

const TIMEOUT_MS = 30_000;
const MAX_DUMP_BYTES = 64_000_000;
// A site file is handled as latin1, one character a byte, so that whatever its encoding no other byte changes.
const sha256 = (text: string) => createHash('sha256').update(text, 'latin1').digest('hex');
const base64 = (text: string) => Buffer.from(text, 'latin1').toString('base64');
/** As people read it. */
const readable = (text: string) => Buffer.from(text, 'latin1').toString('utf8');
const sh = (script: string, ...args: string[]) => ['sh', '-c', script, 'backout', ...args];

export function createNginx(host: Host, settings: NginxSettings, siteSettings: SiteSettings): Nginx {
  const reload = reloadCommand(settings);
  const judge = (result: CommandResult) => judged({ host, siteSettings }, result);

  const applyOnce = async (
    change: { site: SiteFile; text: string; guard: Guard },
    test: { path: string; text: string } | null,
  ) => {
    const { site, text, guard } = change;
    const args = [
      ...scriptArguments(site.realPath, settings),
      site.sha256,
      sha256(text),
      test?.path ?? '',
      ...reload,
    ];
    const stdin = `${base64(text)}\n${test === null ? '' : Buffer.from(test.text).toString('base64')}\n`;
    return await host.run(guard(sh(APPLY, ...args)), { stdin, timeoutMs: TIMEOUT_MS });
  };

  return {
    read: async () => {
      const { stdout } = judge(await host.run(sh(READ, siteSettings.site)));
      return readSite(stdout, siteSettings);
    },
    dump: async () => {
      const result = await host.run(dumpCommand(settings), { maxOutputBytes: MAX_DUMP_BYTES });
      if (result.exitCode !== 0) throw testFailed(host, formatCommand(testCommand(settings)), result);
      // Half of it can't be tested: then the change is tested where it lies.
      return parseDump(result.truncated === true ? '' : result.stdout);
    },
    notInUpstream: (site, release) => notInUpstream(site.text, siteSettings, release),
    shifted: (site, to) => {
      const { text, changes } = shiftUpstream(site.text, siteSettings, to);
      return { text, changes: changes.map(readable) };
    },
    apply: async ({ site, text, dump, guard }) => {
      const [main = ''] = dump.keys();
      const paths = [siteSettings.site, site.realPath];
      const beside = (content: string) => {
        const whole = flattenDump(dump, { paths, text: readable(content) });
        return whole === null ? null : { path: besidePath(main), text: whole };
      };
      const first = await applyOnce({ site, text, guard }, beside(text));
      const untested = first.exitCode === EXIT.brokenBeside || first.exitCode === EXIT.notWritableBeside;
      if (!untested) return judge(first).stdout.trim() === 'changed';
      // Either the change is bad, or this configuration can't be tested as one file. The unchanged one tells.
      const unchanged = beside(site.text);
      if (first.exitCode === EXIT.brokenBeside && unchanged !== null) {
        const args = [...scriptArguments(site.realPath, settings), unchanged.path];
        const trial = await host.run(guard(sh(TEST_BESIDE, ...args)), { stdin: unchanged.text });
        if (trial.exitCode === 0) judge(first);
      }
      return judge(await applyOnce({ site, text, guard }, null)).stdout.trim() === 'changed';
    },
    putBack: async (site, guard) => {
      const args = [...scriptArguments(site.realPath, settings), ...reload];
      const result = await host.run(guard(sh(PUT_BACK, ...args)), { timeoutMs: TIMEOUT_MS });
      if (result.exitCode === EXIT.noBackup) return false;
      judge(result);
      return true;
    },
    requireReplaceable: async (site) => {
      const result = await host.run(sh(MAY_REPLACE, site.realPath));
      const failure = notReplaceable(host, site, result);
      if (failure) throw failure;
      judge(result);
    },
    requireReloadable: async (dump) => {
      if (settings.reload !== undefined)
        return `by \`${formatCommand(reload)}\`: not tried, that would reload nginx`;
      const { binary, prefix = '' } = settings;
      const result = await host.run(sh(MAY_RELOAD, binary, prefix, pidFileOf(dump) ?? ''));
      const failure = notReloadable(host, result);
      if (failure) throw failure;
      const [pidFile = '', pid = ''] = judge(result).stdout.split('\n');
      return `its master process ${pid} (${pidFile}) can be signalled`;
    },
    describe: () => ({ test: formatCommand(testCommand(settings)), reload: formatCommand(reload) }),
  };
}

function readSite(stdout: string, settings: SiteSettings): SiteFile {
  const [realPath = '', ownerAndMode = '', digest = '', ...lines] = stdout.split('\n');
  const text = Buffer.from(lines.join(''), 'base64').toString('latin1');
  const { byRelease } = findUpstream(text, settings);
  return {
    realPath,
    ownerAndMode,
    sha256: digest,
    text,
    releases: Object.fromEntries(
      Object.entries(byRelease).map(([name, servers]) => [name, activityOf(servers)]),
    ),
    weights: readWeights(text, settings),
  };
}

function judged(
  { host, siteSettings }: { host: Host; siteSettings: SiteSettings },
  result: CommandResult,
): CommandResult {
  const failure = explainNginx(host, siteSettings, result);
  if (failure) throw new BackoutFailure(failure.type, failure);
  return explained(host, siteSettings.site, result);
}
