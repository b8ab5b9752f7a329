/** The flags of a service as they are now, wherever they are kept. */
import { BackoutFailure } from '../../../src/domain/failure.ts';
import { isOff, offToken, readFileFlag, writeFileFlag } from '../../../src/domain/partial/file-flag.ts';
import { keyOf } from '../../../src/domain/partial/settings.ts';
import type { FileFlag, FlagSettings } from '../../../src/domain/partial/settings.ts';
import { shorten } from '../../../src/domain/report/plain.ts';
import type { ServiceEnvironment } from '../../../src/domain/service.ts';
import type { Deps } from '../../deps.ts';
import { createFiles } from '../../files/driver.ts';
import type { ReadFile } from '../../files/driver.ts';
import { createFeature, describeFeature } from '../../flags/unleash.ts';
import type { Guard } from '../../lock/lock.ts';
import { readSecret } from '../../secrets/read.ts';
import { textOf } from './text.ts';

/** What it says now, and what it says when it is off. */
export type LiveFlag = { value: string; off: string; detail: string };

export type OpenFlag = {
  name: string;
  settings: FlagSettings;
  /** "feature checkout of Unleash …", "features.search in /srv/flags.json on web-1". */
  where: string;
  /** @throws BackoutFailure FlagMissing, FlagServiceUnreachable, FileUnusable, … */
  read(signal: AbortSignal): Promise<LiveFlag>;
  /** Makes it `value`, where it is `before`. Safe to run again. @throws BackoutFailure FileChanged */
  write(
    value: string,
    change: { before: string; guard: Guard; kept: (path: string) => string; signal: AbortSignal },
  ): Promise<void>;
};

type Reach = Pick<Deps, 'hosts' | 'env' | 'fetch'>;

export function openFlag(
  deps: Reach,
  { target }: Pick<ServiceEnvironment, 'target'>,
  { name, settings }: { name: string; settings: FlagSettings },
): OpenFlag {
  return 'unleash' in settings
    ? openUnleash(deps, name, settings)
    : openInFile(deps, target.host, { name, settings });
}

function openUnleash(
  deps: Reach,
  name: string,
  settings: Extract<FlagSettings, { unleash: unknown }>,
): OpenFlag {
  const unleash = { ...settings.unleash, feature: settings.unleash.feature ?? name };
  const feature = async () => createFeature(deps.fetch, unleash, await readSecret(unleash.token, deps.env));
  return {
    name,
    settings,
    where: describeFeature(unleash),
    read: async (signal) => {
      const value = (await (await feature()).isOn(signal)) ? 'on' : 'off';
      return { value, off: 'off', detail: `is ${value}` };
    },
    write: async (value, { signal }) => await (await feature()).turn(value === 'on', signal),
  };
}

/** Longer is no flag; and what it is stands in plans and reports. */
const MAX_VALUE = 100;

function openInFile(
  deps: Reach,
  hostName: string,
  { name, settings }: { name: string; settings: FileFlag },
): OpenFlag {
  const host = deps.hosts.get(hostName);
  const files = createFiles(host);
  const where = `${keyOf(name, settings).join('.')} in ${settings.file} on ${host.name}`;
  const look = async (signal: AbortSignal): Promise<{ file: ReadFile; text: string; raw: string }> => {
    const file = await files.read(settings.file, signal);
    const text = textOf(file, host.name);
    const found = readFileFlag(text, name, settings);
    if ('problem' in found)
      throw missing(`The flag ${name} can't be found in ${settings.file} on ${host.name}: ${found.problem}.`);
    if (found.raw.length > MAX_VALUE)
      throw missing(
        `${where} is no flag: its value begins with ${shorten(found.raw, 10)} and has ${found.raw.length} characters.`,
      );
    return { file, text, raw: found.raw };
  };
  return {
    name,
    settings,
    where,
    read: async (signal) => {
      const { file, raw } = await look(signal);
      const off = isOff(raw, settings) ? raw : offToken(raw, settings);
      return { value: raw, off, detail: `is ${raw} in ${file.realPath}, ${file.ownerAndMode}` };
    },
    write: async (value, { before, guard, kept, signal }) => {
      const { file, text, raw } = await look(signal);
      if (raw === value) return;
      if (raw !== before) throw changedSince(where, { before, now: raw });
      const written = writeFileFlag(text, value, { name, place: settings });
      if ('problem' in written) throw missing(`${where}: ${written.problem}.`);
      await files.replace({ file, bytes: Buffer.from(written.text), kept: kept(file.realPath), guard });
    },
  };
}

/** Of a flag that is neither as it was when the plan was made, nor as it shall be. */
export function changedSince(
  where: string,
  { before, now }: { before: string; now: string },
): BackoutFailure {
  return new BackoutFailure('FileChanged', {
    what: `${where} is ${now}; when the plan was made it was ${before}: somebody has changed it since.`,
    changed: 'This flag was not changed. Traffic and data were not changed.',
    next: 'See who changed it and why. `abort`, and start again with a plan of the state as it is now; or `skip` this step.',
  });
}

function missing(what: string): BackoutFailure {
  return new BackoutFailure('FlagMissing', {
    what,
    changed: 'This flag was not changed. Traffic and data were not changed.',
    next: 'Correct `file`, `format` or `key` of the flag in the configuration, or the file.',
  });
}
