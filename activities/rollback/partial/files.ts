/** A configuration file beside what it is put back from: whether that can be used, and what differs. */
import { BackoutFailure, NOTHING_CHANGED } from '../../../src/domain/failure.ts';
import { describeDifferences, valuesOf } from '../../../src/domain/partial/differences.ts';
import { formatOf } from '../../../src/domain/partial/settings.ts';
import type { ConfigFile } from '../../../src/domain/partial/settings.ts';
import type { FileChange } from '../../../src/domain/partial/plan.ts';
import type { Host } from '../../commands/host.ts';
import { createFiles } from '../../files/driver.ts';
import type { ReadFile } from '../../files/driver.ts';
import { textOf } from './text.ts';

export type Named = { name: string; settings: ConfigFile };

export type Source = {
  source: string;
  /** It is what was there before, whatever that was. */
  isTrusted: boolean;
  signal: AbortSignal;
};

/** Reads both. Changes nothing. @throws BackoutFailure FileUnusable when the source can't be used */
export async function compareFile(
  host: Host,
  { name, settings }: Named,
  { source, isTrusted, signal }: Source,
): Promise<FileChange & { present: ReadFile }> {
  const files = createFiles(host);
  const [present, saved] = await Promise.all([files.read(settings.file, signal), files.read(source, signal)]);
  if (!isTrusted) refuseUnusable(host, settings, saved);
  return {
    name,
    file: settings.file,
    source,
    before: present.sha256,
    after: saved.sha256,
    differences: present.sha256 === saved.sha256 ? [] : differences(settings, { present, saved }),
    present,
  };
}

function differences(
  settings: ConfigFile,
  { present, saved }: { present: ReadFile; saved: ReadFile },
): string[] {
  const format = formatOf(settings);
  // What is broken in the present file may be why it is put back: then bytes that are no text are one more reason.
  const now = new TextDecoder().decode(present.bytes);
  const next = new TextDecoder().decode(saved.bytes);
  return describeDifferences(now, next, { format, showValues: settings.showValues });
}

function refuseUnusable(host: Host, settings: ConfigFile, saved: ReadFile): void {
  if (saved.bytes.toString('latin1').trim() === '') throw unusable(`${saved.path} on ${host.name} is empty`);
  const format = formatOf(settings);
  if (format === 'text') return;
  const read = valuesOf(textOf(saved, host.name), format);
  if ('problem' in read)
    throw unusable(`${saved.path} on ${host.name} can't be read as ${format}: ${read.problem}`);
}

function unusable(what: string): BackoutFailure {
  return new BackoutFailure('FileUnusable', {
    what: `${what}: it is not put in the place of a configuration.`,
    changed: NOTHING_CHANGED,
    next: 'Mend the saved copy, name another one under `saved`, or correct `format`.',
  });
}
