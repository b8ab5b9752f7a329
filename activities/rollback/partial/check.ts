/** Could flags be switched off and configuration be put back now? What `backout doctor` says of it. Changes nothing. */
import { BackoutFailure } from '../../../src/domain/failure.ts';
import type { Finding } from '../../../src/domain/readiness.ts';
import type { ServiceEnvironment } from '../../../src/domain/service.ts';
import type { Deps } from '../../deps.ts';
import { createFiles } from '../../files/driver.ts';
import { compareFile } from './files.ts';
import { openFlag } from './flags.ts';

const TIMEOUT_MS = 20_000;

/** One finding for each flag and each configuration file. */
export async function partialFindings(
  deps: Pick<Deps, 'hosts' | 'env' | 'fetch'>,
  config: Pick<ServiceEnvironment, 'target' | 'flags' | 'configFiles'>,
): Promise<Finding[]> {
  const host = deps.hosts.get(config.target.host);
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  return await Promise.all([
    ...Object.entries(config.flags ?? {}).map(([name, settings]) =>
      finding(`flag ${name}`, async () => {
        const flag = openFlag(deps, config, { name, settings });
        const { detail } = await flag.read(signal);
        if ('file' in settings) {
          const files = createFiles(host);
          await files.requireReplaceable(await files.read(settings.file, signal));
        }
        return `${flag.where}: ${detail}`;
      }),
    ),
    ...Object.entries(config.configFiles ?? {}).map(([name, settings]) =>
      finding(`configuration ${name}`, async () => {
        const { present, differences, before, after } = await compareFile(
          host,
          { name, settings },
          { source: settings.saved, isTrusted: false, signal },
        );
        await createFiles(host).requireReplaceable(present);
        return before === after
          ? `${settings.saved} is there and equal to ${settings.file}: nothing would change`
          : `${settings.saved} can be put back: ${differences.join('; ')}`;
      }),
    ),
  ]);
}

/** Nothing else in a rollback waits for these. */
async function finding(name: string, look: () => Promise<string>): Promise<Finding> {
  try {
    return { name, ok: true, detail: await look(), optional: true };
  } catch (error) {
    if (!(error instanceof BackoutFailure)) throw error;
    return { name, ok: false, detail: error.parts.what, fix: error.parts.next, optional: true };
  }
}
