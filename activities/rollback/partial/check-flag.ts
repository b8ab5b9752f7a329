/** What shows, beside the flag itself, that a feature is off. */
import { setTimeout as pause } from 'node:timers/promises';
import { BackoutFailure } from '../../../src/domain/failure.ts';
import type { FlagCheck, FlagSettings } from '../../../src/domain/partial/settings.ts';
import { asSentence, oneLine, shorten } from '../../../src/domain/report/plain.ts';
import type { ServiceEnvironment } from '../../../src/domain/service.ts';
import type { Deps } from '../../deps.ts';
import { createHostProbe } from '../../http/from-host.ts';
import type { Host } from '../../commands/host.ts';

const ASK_EVERY_MS = 250;
const MAX_QUOTED = 200;

type Wanted = { settings: FlagSettings; name: string; signal: AbortSignal };

/**
 * Waits until the check passes.
 * @returns what was seen, to be added to a proof; nothing where no check is configured
 * @throws BackoutFailure FlagNotProved
 */
export async function requireCheck(
  deps: Pick<Deps, 'hosts'>,
  { target }: Pick<ServiceEnvironment, 'target'>,
  { settings: { check }, name, signal }: Wanted,
): Promise<string> {
  if (check === undefined) return '';
  const host = deps.hosts.get(target.host);
  const giveUpAt = Date.now() + check.withinSeconds * 1000;
  for (;;) {
    const why = await whyNotSeen(host, check, signal);
    if (why === null) return `; ${describe(check)} shows it`;
    if (Date.now() > giveUpAt) {
      throw new BackoutFailure('FlagNotProved', {
        what: `${name} is switched off, but after ${check.withinSeconds} s ${describe(check)} does not show it: ${asSentence(why)}`,
        changed: 'The flag is off. Traffic and data were not changed.',
        next: 'See whether the service has heard of it, or the check is right. `skip` if you know that the feature is off.',
      });
    }
    await pause(ASK_EVERY_MS, undefined, { signal });
  }
}

const describe = (check: FlagCheck): string => ('url' in check ? check.url : check.command.join(' '));

async function whyNotSeen(host: Host, check: FlagCheck, signal: AbortSignal): Promise<string | null> {
  if ('command' in check) {
    const { exitCode, stderr } = await host.run(check.command, { signal });
    return exitCode === 0 ? null : `exit code ${exitCode} ${shorten(oneLine(stderr), MAX_QUOTED)}`.trim();
  }
  const answer = await createHostProbe(host).get(check.url, { signal });
  if (!answer.ok) return answer.error;
  if (answer.status !== check.status) return `it answers ${answer.status}`;
  const { bodyContains } = check;
  if (bodyContains === undefined || answer.body.includes(bodyContains)) return null;
  return `its answer does not hold "${bodyContains}"`;
}
